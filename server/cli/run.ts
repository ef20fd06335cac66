/** One run over all projects: from paths to a report. Prints nothing. */
import { type KernelChoice, rules } from "@pinscope/server/checker";
import { formatKernel, parseKernel } from "@pinscope/server/config";
import {
  addFile,
  compareFindings,
  emptyStats,
  type FileError,
  type KernelNote,
  type Report,
  type ReportedFinding,
  type RunStats,
  reaches,
} from "@pinscope/server/report";
import { triggerLiterals, triggerWords } from "@pinscope/simulator/catalogue";
import { diskKernelDetector } from "./kernel-of-file.ts";
import type { Executor } from "./pool.ts";
import { knownWrappers } from "./prefilter/known-wrappers.ts";
import { runPrefilter } from "./prefilter/rounds.ts";
import { type Files, findRipgrep, ripgrepSearch, scriptSearch } from "./prefilter/search.ts";
import type { Project } from "./project.ts";
import { toolVersion } from "./version.ts";
import { type FileList, isFolder, listFiles } from "./walk.ts";

/** The checker follows calls within a file only, so files that reach a trigger through a function have nothing to say. */
const followsOtherFiles = false;

export interface Run {
  readonly report: Report;
  /** Files that could be read (those that the prefilter left out were). */
  readonly filesRead: number;
  /** Whether a finding reaches the level that its project calls a failure. */
  readonly failed: boolean;
  /** Findings left out because a baseline accepts them. */
  readonly accepted: number;
  /** The files that took longest, the longest first. */
  readonly slowest: readonly { readonly file: string; readonly ms: number }[];
}

/** How many of the slowest files are told. */
const slowestCount = 5;

interface Tally {
  stats: RunStats;
  readonly findings: ReportedFinding[];
  readonly errors: FileError[];
  readonly kernels: Map<string, KernelNote>;
  readonly times: { readonly file: string; readonly ms: number }[];
  failed: boolean;
  accepted: number;
  submitted: number;
  finished: number;
}

/**
 * @param onProgress told how many of the files submitted so far are checked.
 * @param accepts findings that are left out.
 */
export async function runProjects(
  projects: readonly Project[],
  executor: Executor,
  onProgress: (done: number, of: number) => void,
  accepts: (finding: ReportedFinding) => boolean = () => false,
): Promise<Run> {
  const started = performance.now();
  const tally: Tally = {
    stats: emptyStats,
    findings: [],
    errors: [],
    kernels: new Map(),
    times: [],
    failed: false,
    accepted: 0,
    submitted: 0,
    finished: 0,
  };
  for (const project of projects) await runProject(project, executor, tally, onProgress, accepts);
  tally.findings.sort(compareFindings);
  tally.errors.sort((left, right) => (left.file < right.file ? -1 : left.file > right.file ? 1 : 0));
  const stats = {
    ...tally.stats,
    ms: { ...tally.stats.ms, total: performance.now() - started },
  };
  const unreadable = tally.errors.filter((error) => error.kind === "read").length;
  return {
    report: {
      toolVersion,
      kernels: [...tally.kernels.values()],
      findings: tally.findings,
      errors: tally.errors,
      stats,
      rules,
    },
    filesRead: stats.files - unreadable,
    failed: tally.failed,
    accepted: tally.accepted,
    slowest: tally.times.sort((left, right) => right.ms - left.ms).slice(0, slowestCount),
  };
}

async function runProject(
  project: Project,
  executor: Executor,
  tally: Tally,
  onProgress: (done: number, of: number) => void,
  accepts: (finding: ReportedFinding) => boolean,
): Promise<void> {
  const { config } = project;
  const chosenKernels = config.kernel.map(parseKernel).filter((kernel) => kernel !== undefined);
  const detect = diskKernelDetector();
  const kernelsOf = (file: string): readonly KernelChoice[] => {
    if (chosenKernels.length > 0) {
      noteKernel(tally, chosenKernels, "as told");
      return chosenKernels;
    }
    const found = detect(file);
    noteKernel(tally, [found.kernel], found.reason);
    return [found.kernel];
  };

  const work: Promise<void>[] = [];
  const submit = async (file: string): Promise<void> => {
    tally.submitted++;
    const result = await executor.run(file, project.settings(kernelsOf(file)));
    tally.finished++;
    tally.errors.push(...result.errors);
    if (result.stats !== null) {
      const { parse, lower, analyze, replay } = result.stats.ms;
      tally.times.push({ file, ms: result.readMs + parse + lower + analyze + replay });
      tally.stats = addFile(tally.stats, result.stats, result.readMs);
    }
    for (const finding of result.findings) {
      if (!reaches(finding.severity, config.severity)) continue;
      if (accepts(finding)) {
        tally.accepted++;
        continue;
      }
      tally.findings.push(finding);
      if (config.failOn !== "never" && reaches(finding.severity, config.failOn)) tally.failed = true;
    }
    onProgress(tally.finished, tally.submitted);
  };

  const before = tally.submitted;
  const files = await chooseFiles(project, (chosen) => work.push(...chosen.map(submit)));
  await Promise.all(work);
  for (const error of files.errors) tally.errors.push({ ...error, kind: "read" });
  const skipped = files.sources.length - (tally.submitted - before);
  tally.stats = {
    ...tally.stats,
    files: tally.stats.files + files.sources.length + files.errors.length,
    filesSkippedByPrefilter: tally.stats.filesSkippedByPrefilter + skipped,
  };
}

function noteKernel(tally: Tally, kernels: readonly KernelChoice[], reason: string): void {
  const kernel = kernels.map(formatKernel).join(", ");
  const key = `${kernel} ${reason}`;
  if (!tally.kernels.has(key)) tally.kernels.set(key, { kernel, reason });
}

/** Lists the project's files and hands on those worth parsing, as soon as they are known. */
export async function chooseFiles(
  project: Pick<Project, "paths" | "ignore"> & { readonly config: Pick<Project["config"], "deep"> },
  onChosen: (sources: readonly string[]) => void,
): Promise<FileList> {
  if (project.config.deep) {
    const list = listFiles(project.paths, project.ignore);
    onChosen(list.sources);
    return list;
  }
  // For a file or two, starting another program takes longer than reading them.
  const ripgrep = project.paths.some(isFolder) ? await findRipgrep() : undefined;
  let list: FileList | undefined;
  const listed = (): FileList => {
    list ??= listFiles(project.paths, project.ignore);
    return list;
  };
  const sources = new Set<string>();
  const files: Files = (among) => {
    const { sources: ofSources, headers } = listed();
    return among === "sources" ? ofSources : among === "headers" ? headers : [...ofSources, ...headers];
  };
  const search = ripgrep === undefined ? scriptSearch(files) : ripgrepSearch(ripgrep, project.paths, files);
  const triggers = {
    words: triggerWords(),
    literals: triggerLiterals(),
    wrappers: knownWrappers,
    throughFunctions: followsOtherFiles,
  };
  const chosen = runPrefilter(triggers, search, (added) => {
    if (sources.size === 0) for (const source of listed().sources) sources.add(source);
    if (sources.has(added)) onChosen([added]);
  });
  // ripgrep is at work in its own process by now: walk meanwhile.
  listed();
  await chosen;
  return listed();
}
