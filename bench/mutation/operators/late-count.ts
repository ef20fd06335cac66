/**
 * Moves the update of a count behind the check that follows it, or deletes it in front of a jump: the cleanup then
 * reads an old count.
 */
import type { SyntaxNode } from "@pinscope/grammars/syntax";
import { saysFailure } from "../held.ts";
import { isUnreachable, reachable, resultVariables } from "../reach.ts";
import { compact } from "../text.ts";
import { field, identifiers, leaves, loopsAround, named, walk } from "../tree.ts";
import type { Acquisition, Candidate, FileModel, FunctionModel } from "../types.ts";

export function lateCount(subject: FunctionModel, file: FileModel): Candidate[] {
  return subject.acquisitions.flatMap((acquisition) => {
    if (isUnreachable(subject.ir, acquisition)) return [];
    return updatesOf(acquisition, subject, file).flatMap((update) =>
      propose(update, acquisition, subject, file),
    );
  });
}

interface Update {
  readonly statement: SyntaxNode;
  readonly target: SyntaxNode;
}

/** Statements `count = ret;` and `count += ret;` where `ret` is the result of the acquisition or a copy of it. */
function updatesOf(acquisition: Acquisition, subject: FunctionModel, file: FileModel): Update[] {
  const copies = resultVariables(subject.ir, acquisition);
  const names = new Set(
    subject.ir.variables
      .filter(({ id, role }) => copies.has(id) && role !== "temporary")
      .map(({ name }) => name),
  );
  if (acquisition.result !== null) names.add(acquisition.result);
  const updates: Update[] = [];
  for (const statement of walk(subject.body)) {
    if (statement.type !== "expression_statement" || statement.start < acquisition.node.end) continue;
    const [inner] = named(statement);
    const target = inner?.type === "assignment_expression" ? field(inner, "left") : null;
    const value = inner === undefined ? null : field(inner, "right");
    if (target === null || value === null || !names.has(compact(value, file.source))) continue;
    const operator = inner?.children.find((child) => child.field === "operator")?.type;
    if ((operator !== "=" && operator !== "+=") || !isCount(target, subject, file)) continue;
    updates.push({ statement, target });
  }
  return updates;
}

/** A count says how many pages a release lets go, or is left behind in a field or an out-parameter. */
function isCount(target: SyntaxNode, subject: FunctionModel, file: FileModel): boolean {
  if (target.type !== "identifier") return true;
  const name = file.text.slice(target.start, target.end);
  return subject.releases.some((release) => {
    const places = [release.count, ...loopsAround(release.node, subject.parents).map(headOf)];
    return places.some((place) => place !== null && identifiers(place, file.text).has(name));
  });
}

function headOf(loop: SyntaxNode): SyntaxNode | null {
  return field(loop, "condition");
}

function propose(
  update: Update,
  acquisition: Acquisition,
  subject: FunctionModel,
  file: FileModel,
): Candidate[] {
  const { statement, target } = update;
  const block = subject.parents.get(statement);
  if (block?.type !== "compound_statement") return [];
  const siblings = named(block);
  const next = siblings[siblings.indexOf(statement) + 1];
  if (next === undefined) return [];
  const text = file.source.slice(statement.start, statement.end);
  const name = compact(target, file.source);
  const common = { operator: "late-count" as const, at: statement.start, shape: "assignment" as const };
  if (next.type === "if_statement" && hasJump(next)) {
    const condition = field(next, "condition");
    if (condition === null) return [];
    const reason = moved(update, next, condition, acquisition, subject, file);
    return [
      {
        ...common,
        edits: [
          { start: statement.start, end: statement.end, text: ";" },
          { start: next.end, end: next.end, text: ` ${text}` },
        ],
        change: `${compact(statement, file.source)} moved behind the check`,
        ...(reason === null ? {} : { equivalent: reason }),
      },
    ];
  }
  if (!leaves(next) && !leaves(block)) return [];
  if (subject.parents.get(block)?.type !== "if_statement") return [];
  const reason = isRead(target, statement.end, subject, file, leaveBlocks(subject, block))
    ? null
    : `${name} is not read after it`;
  return [
    {
      ...common,
      edits: [{ start: statement.start, end: statement.end, text: ";" }],
      change: `${compact(statement, file.source)} deleted before the jump`,
      ...(reason === null ? {} : { equivalent: reason }),
    },
  ];
}

function hasJump(check: SyntaxNode): boolean {
  const consequence = field(check, "consequence");
  return consequence !== null && leaves(consequence);
}

function moved(
  { target, statement }: Update,
  check: SyntaxNode,
  condition: SyntaxNode,
  acquisition: Acquisition,
  subject: FunctionModel,
  file: FileModel,
): string | null {
  const name = compact(target, file.source);
  if (compact(condition, file.source).includes(name)) return null;
  if (saysFailure(condition, acquisition, file.text) && startsAtZero(name, subject, file))
    return "the check leaves only where nothing was taken, and the count starts at 0";
  const consequence = field(check, "consequence");
  const blocks = consequence === null ? null : leaveBlocks(subject, consequence);
  return isRead(target, statement.end, subject, file, blocks)
    ? null
    : `${name} is not read where the check leaves`;
}

function startsAtZero(name: string, subject: FunctionModel, file: FileModel): boolean {
  return new RegExp(`\\b${name.replace(/\W/g, "\\$&")}\\s*=\\s*0\\s*[,;]`).test(
    file.text.slice(subject.start, subject.end),
  );
}

/** Blocks of the graph that run when control enters a branch of an `if`; null when the graph does not tell. */
function leaveBlocks(subject: FunctionModel, branch: SyntaxNode): ReadonlySet<number> | null {
  const inside = subject.ir.blocks.filter(({ operations, terminator }) => {
    const places = [
      ...operations.map(({ location }) => location),
      ...("location" in terminator ? [terminator.location] : []),
    ];
    return places.some(
      ({ file, start, end }) => file === subject.ir.file && start >= branch.start && end <= branch.end,
    );
  });
  if (inside.length === 0) return null;
  return reachable(
    subject.ir,
    inside.map(({ id }) => id),
  );
}

/** Whether the variable (or what holds the field) is named anywhere that control can still get to. */
function isRead(
  target: SyntaxNode,
  from: number,
  subject: FunctionModel,
  file: FileModel,
  blocks: ReadonlySet<number> | null,
): boolean {
  const names = identifiers(target, file.text);
  if (blocks === null) {
    return [...walk(subject.body)].some(
      (node) =>
        node.start >= from && node.type === "identifier" && names.has(file.text.slice(node.start, node.end)),
    );
  }
  const reads = new Set(subject.ir.variables.filter(({ name }) => names.has(name)).map(({ id }) => id));
  if (reads.size === 0) return true;
  return subject.ir.blocks.some(
    (block) =>
      blocks.has(block.id) &&
      [...block.operations, block.terminator].some((one) => loads(one, reads, target, file.path)),
  );
}

function loads(part: unknown, wanted: ReadonlySet<number>, target: SyntaxNode, path: string): boolean {
  if (typeof part !== "object" || part === null) return false;
  if (Array.isArray(part)) return part.some((one) => loads(one, wanted, target, path));
  const record = part as Readonly<Record<string, unknown>>;
  // The update itself is not a use of what it writes.
  const location = record["location"] as { readonly start: number; readonly file: string } | undefined;
  if (record["kind"] === "assign" && location?.file === path && location.start <= target.start) {
    return location.start === target.start ? false : loads(record["value"], wanted, target, path);
  }
  if (record["kind"] === "assign" && isVariable(record["target"]))
    return loads(record["value"], wanted, target, path);
  if (record["kind"] === "variable" && typeof record["id"] === "number") return wanted.has(record["id"]);
  return Object.values(record).some((one) => loads(one, wanted, target, path));
}

function isVariable(place: unknown): boolean {
  return typeof place === "object" && place !== null && "kind" in place && place.kind === "variable";
}
