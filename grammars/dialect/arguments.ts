/**
 * Arguments that are no expressions: types, operators, statements, nothing at all.
 * Knows the arguments of one call, not where the call stands.
 */
import { insertEdit } from "./edits.ts";
import { tokenKind } from "./names.ts";
import { insertCharacter, joinRange, trim } from "./rewrite.ts";
import { newStatement, type Open, role, type Scan } from "./state.ts";
import {
  closeParen,
  isCallRole,
  isTypeStart,
  openBrace,
  pushOpen,
  setPrevious,
  star,
  startStatement,
  topOf,
} from "./token-helpers.ts";

/** Two names in a row in an expression (`KERN_ERR PFX "…"`, `u32 value`, `10 SECONDS`) read as one name. */
export function joinAdjacent(scan: Scan, start: number): void {
  const { previous, statement } = scan;
  const top = topOf(scan);
  const number = previous.kind === tokenKind.number;
  if (previous.kind !== tokenKind.identifier && !number) return;
  if (top === undefined || top.character === openBrace) {
    if (top?.role === role.initializer && statement.heads === 1 && !number) {
      insertCharacter(scan, previous.end, start, ",");
      scan.statement = newStatement();
      return;
    }
    const expression =
      statement.assigned || statement.first === tokenKind.jump || top?.role === role.initializer;
    if (!expression || (statement.first === tokenKind.jump && previous.before === tokenKind.none)) return;
  } else {
    const joins = isCallRole(top.role) || (top.role === role.plain && scan.code > 0);
    if (top.argumentTokens === 0 || !joins) return;
  }
  if (scan.source.slice(previous.end, start).search(/[^ \t]/) !== -1) return;
  if (number) scan.points.push({ at: previous.start, character: "_" });
  scan.edits.push({ start: previous.end, end: start, text: "_".repeat(start - previous.end), entry: null });
}

/** An argument has ended at `end`: a type, an operator or a statement in it is made an expression. */
export function finishArgument(scan: Scan, open: Open, end: number): void {
  if (open.argumentTokens === 0) {
    if (isCallRole(open.role)) fillArgument(scan, open, end);
    return;
  }
  const typed =
    open.known?.types?.includes(open.argumentIndex) === true && open.argumentFirst !== tokenKind.identifier;
  const joins = isCallRole(open.role) || open.role === role.offsetOf;
  if (!joins && !typed) return;
  if (open.hasStatement) {
    const [start, stop] = trim(scan.source, open.argumentStart, end);
    scan.notes.push({ kind: "statement-argument", start, end: stop });
    return;
  }
  if (open.argumentBroken) return;
  if (open.argumentFirst === 46) {
    rewriteDesignated(scan, open, end);
    return;
  }
  const lastStar = scan.previous.kind === star;
  if (typed || isTypeStart(open.argumentFirst) || lastStar || !open.argumentOperand) {
    joinRange(scan, open.argumentStart, end, "type-argument");
  }
}

/** `.event = 0xc0` as an argument: `_event - 0xc0`, which assigns nothing. */
function rewriteDesignated(scan: Scan, open: Open, end: number): void {
  const [start, stop] = trim(scan.source, open.argumentStart, end);
  const sign = scan.source.indexOf("=", start);
  scan.points.push({ at: start, character: "_" });
  if (sign !== -1 && sign < stop) scan.points.push({ at: sign, character: "-" });
  scan.notes.push({ kind: "statement-argument", start, end: stop });
}

/** An empty argument: `f(a, )`, `f(, b)`. */
function fillArgument(scan: Scan, open: Open, end: number): void {
  const closes = scan.source.charCodeAt(end) === closeParen;
  if (closes && open.commas.length === 0) return;
  if (insertCharacter(scan, open.argumentStart, end, "_")) return;
  // No room for a word: one comma less.
  scan.points.push({ at: closes ? open.argumentStart - 1 : end, character: " " });
}

/** `return -EINTR` → `return_-EINTR`, `goto out` → `goto_out`, `break` → `brea_`. */
export function rewriteJump(scan: Scan, open: Open, end: number): void {
  open.hasStatement = true;
  if (open.jumpAt !== -1) return;
  const at = scan.source.charCodeAt(end) === 32 ? end : end - 1;
  scan.points.push({ at, character: "_" });
  open.jumpAt = at;
}

/** An argument that begins like a statement (`if`, `for`, `do`) is one: it becomes a block. */
export function statementArgument(scan: Scan, start: number): void {
  const top = topOf(scan);
  if (top === undefined || !isCallRole(top.role) || top.argumentTokens !== 0) return;
  if (top.role === role.statement && top.commas.length === 0) {
    // `D1(if (x) y();)`: the statement stands where the macro does.
    scan.stack.pop();
    insertEdit(scan.edits, {
      start: top.nameStart,
      end: top.at + 1,
      text: null,
      entry: `unwrapped:${scan.source.slice(top.nameStart, top.nameEnd)}`,
    });
    pushVirtual(scan, top.at, "unwrapped");
  } else braceArgument(scan, top, start);
}

/** Puts `{` before an argument whose first token stands at `start`; false when there is no room. */
export function braceArgument(scan: Scan, open: Open, start: number): boolean {
  if (!insertCharacter(scan, open.argumentStart, start, "{")) return false;
  if (open.jumpAt !== -1) {
    for (let index = scan.points.length - 1; index >= 0; index--) {
      if (scan.points[index]?.at === open.jumpAt) scan.points.splice(index, 1);
    }
  }
  open.argumentTokens++;
  open.argumentOperand = true;
  open.argumentBroken = true;
  open.argumentFirst = openBrace;
  open.hasStatement = false;
  pushVirtual(scan, open.argumentStart, "braced");
  return true;
}

function pushVirtual(scan: Scan, at: number, virtual: "braced" | "unwrapped"): void {
  const open = pushOpen(scan, openBrace, at, role.block);
  open.virtual = virtual;
  open.indent = 1;
  scan.braces++;
  scan.code++;
  startStatement(scan);
}

/** The `)` or `,` at `at` ends a block that was made of an argument. */
export function closeVirtual(scan: Scan, open: Open, at: number): void {
  const { previous } = scan;
  scan.stack.pop();
  scan.braces--;
  scan.code--;
  scan.statement = open.saved;
  if (open.virtual === "unwrapped") {
    scan.edits.push({ start: at, end: at + 1, text: " ", entry: null });
    setPrevious(scan, closeParen, at);
    startStatement(scan);
    return;
  }
  if (insertCharacter(scan, previous.end, at, "}")) return;
  for (let index = scan.points.length - 1; index >= 0; index--) {
    const point = scan.points[index];
    if (point === undefined || point.character !== "{" || point.at < open.at) continue;
    scan.points.splice(index, 1);
    break;
  }
  // No room for braces: the statements read as one expression after the other.
  for (const place of open.commas) scan.points.push({ at: place, character: "," });
  const [start, end] = trim(scan.source, open.at, at);
  scan.notes.push({ kind: "statement-argument", start, end });
}
