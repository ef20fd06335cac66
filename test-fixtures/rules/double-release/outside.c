// SPDX-License-Identifier: MIT
/*
 * Pages that somebody else took, let go of twice: nothing in between can have taken them again.
 */
#include <linux/bio.h>
#include <linux/mm.h>
#include <linux/slab.h>

struct drum {
	struct page **skins;
	struct page *head;
	struct bio *bio;
	unsigned long count;
	bool wet;
};

int drum_fill(struct drum *drum);

static void drum_drop_bad(struct drum *drum)
{
	unpin_user_pages(drum->skins, drum->count);
	if (drum->wet)
		pr_info("wet\n");
	unpin_user_pages(drum->skins, drum->count);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ double-release: a second time
	kfree(drum->skins);
}

static void drum_drop_ok(struct drum *drum)
{
	unpin_user_pages(drum->skins, drum->count / 2);
	unpin_user_pages(drum->skins + drum->count / 2, drum->count - drum->count / 2);
	kfree(drum->skins);
}

static void drum_head_bad(struct drum *drum, struct page *head)
{
	unpin_user_page(head);
	unpin_user_page(head);
//	^^^^^^^^^^^^^^^^^^^^^ double-release: a second time
}

/* Cleared in between. */
static void drum_head_ok(struct drum *drum)
{
	if (drum->head)
		unpin_user_page(drum->head);
	drum->head = NULL;
	if (drum->head)
		unpin_user_page(drum->head);
}

static int drum_refill_ok(struct drum *drum)
{
	int ret;

	unpin_user_pages(drum->skins, drum->count);
	ret = drum_fill(drum);
	if (ret)
		return ret;
	unpin_user_pages(drum->skins, drum->count);
	return 0;
}

/* Another page on every turn. */
static void drum_each_ok(struct drum *drum)
{
	unsigned long i;

	for (i = 0; i < drum->count; i++)
		unpin_user_page(drum->skins[i]);
}

/* One on the way of each branch. */
static void drum_either_ok(struct drum *drum)
{
	if (drum->wet) {
		unpin_user_pages_dirty_lock(drum->skins, drum->count, true);
		goto out;
	}
	unpin_user_pages(drum->skins, drum->count);
out:
	kfree(drum->skins);
}

static void drum_bio_bad(struct drum *drum)
{
	bio_release_pages(drum->bio, false);
	bio_release_pages(drum->bio, false);
//	^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ double-release: a second time
	bio_put(drum->bio);
}

static void drum_bio_ok(struct drum *drum)
{
	bio_release_pages(drum->bio, drum->wet);
	bio_put(drum->bio);
}
