import { describe, expect, it } from "vitest";
import { loadParser } from "../../test-fixtures/harness/parser.ts";
import { readScenario } from "./scenario.ts";
import { simulateText } from "./simulation-fixture.ts";

const parser = await loadParser();

const READS = `
static void read_end(struct bio *bio)
{
	bio_release_pages(bio, true);
	bio_put(bio);
}
int read_user(struct block_device *bdev, struct iov_iter *iter)
{
	struct bio *bio = bio_alloc(bdev, 16, REQ_OP_READ, GFP_KERNEL);
	int ret = bio_iov_iter_get_pages(bio, iter);

	if (ret) {
		bio_put(bio);
		return ret;
	}
	bio->bi_end_io = read_end;
	submit_bio(bio);
	return 0;
}`;

const WORK = `
struct job { struct work_struct work; struct page *pages[2]; };
static void job_work(struct work_struct *work)
{
	struct job *job = container_of(work, struct job, work);

	unpin_user_pages(job->pages, 2);
	kfree(job);
}
int start(unsigned long address)
{
	struct job *job = kzalloc(sizeof(*job), GFP_KERNEL);

	if (!job)
		return -ENOMEM;
	if (pin_user_pages_fast(address, 2, FOLL_WRITE, job->pages) != 2) {
		kfree(job);
		return -EFAULT;
	}
	INIT_WORK(&job->work, job_work);
	schedule_work(&job->work);
	return 0;
}`;

describe("completions", () => {
  it("leave the pages of I/O with the bio until it completes", () => {
    const running = simulateText(READS, "read_user", parser);
    expect(running.balance).toMatchObject([{ taken: 4, released: 0, leaked: 0 }]);
    expect(running.completions).toBe(1);
    const done = simulateText(READS, "read_user", parser, ["complete=1"]);
    expect(done.exit).toMatchObject({ kind: "success", value: "0" });
    expect(done.balance).toMatchObject([{ taken: 4, released: 4 }]);
    expect(done.imbalances).toEqual([]);
    expect(done.pages.every(({ end }) => end.dirty && end.refcount === 1)).toBe(true);
  });

  it("show what a callback forgets", () => {
    const wrong = READS.replace("bio_release_pages(bio, true);", "");
    const { balance, imbalances } = simulateText(wrong, "read_user", parser, ["complete=1"]);
    expect(balance).toMatchObject([{ taken: 4, released: 0, leaked: 4 }]);
    expect(imbalances).toMatchObject([{ kind: "leak" }]);
  });

  it("run work items, with the steps of the callback in the trace", () => {
    expect(simulateText(WORK, "start", parser).balance).toMatchObject([{ released: 0, leaked: 0 }]);
    const done = simulateText(WORK, "start", parser, ["complete=1"]);
    expect(done.balance).toMatchObject([{ taken: 2, released: 2 }]);
    expect(done.steps.some(({ stack }) => stack.at(-1) === "job_work")).toBe(true);
    expect(done.exit.location.start).toBe(WORK.lastIndexOf("return 0"));
  });

  it("say when nothing was set going", () => {
    const idle = WORK.replace("schedule_work(&job->work);", "");
    expect(simulateText(idle, "start", parser, ["complete=1"]).unmet[0]).toContain("complete=1");
    expect(readScenario(["complete=2"])).toMatchObject({ kind: "problem" });
  });
});
