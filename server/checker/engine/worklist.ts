/**
 * The states that wait at the blocks of one function, given out block by block in reverse post-order: what comes
 * together at a block is there before the block is walked, loops before what follows them. Knows no operations.
 */
import type { BlockId } from "@pinscope/grammars/ir";
import type { Pending } from "./activation.ts";
import type { State } from "./state.ts";

export class Worklist {
  /** Position of each block in reverse post-order. */
  private readonly order: readonly number[];
  private readonly blocks: (BlockId | undefined)[] = [];
  private readonly waiting: (State[] | undefined)[] = [];
  private lowest = Number.POSITIVE_INFINITY;

  constructor(order: readonly number[]) {
    this.order = order;
  }

  add({ block, state }: Pending): void {
    const position = this.order[block] ?? 0;
    const states = this.waiting[position];
    if (states === undefined) this.waiting[position] = [state];
    else states.push(state);
    this.blocks[position] = block;
    this.lowest = Math.min(this.lowest, position);
  }

  /** All states that wait at the first block that has some; null when none waits. */
  take(): { readonly block: BlockId; readonly states: readonly State[] } | null {
    for (let position = this.lowest; position < this.waiting.length; position++) {
      const states = this.waiting[position];
      const block = this.blocks[position];
      if (states === undefined || block === undefined) continue;
      this.waiting[position] = undefined;
      this.lowest = position + 1;
      return { block, states };
    }
    this.lowest = Number.POSITIVE_INFINITY;
    return null;
  }
}
