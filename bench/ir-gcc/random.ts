/** The random stream both sides draw from: splitmix64, seeded per run. */

const MASK = (1n << 64n) - 1n;

export interface RandomStream {
  /** The next 64 bits, unsigned. */
  next(): bigint;
  /** A 64-bit signed value, small ones and edges more often. */
  interesting(): bigint;
}

export function createStream(seed: bigint): RandomStream {
  let state = BigInt.asUintN(64, seed);
  const next = (): bigint => {
    state = (state + 0x9e3779b97f4a7c15n) & MASK;
    let value = state;
    value = ((value ^ (value >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
    value = ((value ^ (value >> 27n)) * 0x94d049bb133111ebn) & MASK;
    return value ^ (value >> 31n);
  };
  return {
    next,
    interesting() {
      const bits = next();
      const rest = bits >> 8n;
      switch (Number(bits & 15n)) {
        case 0:
        case 1:
          return 0n;
        case 2:
          return 1n;
        case 3:
          return -1n;
        case 4:
        case 5:
        case 6:
        case 7:
          return rest & 7n;
        case 8:
        case 9:
          return rest & 0xffn;
        case 10:
          return -(rest & 0xffn);
        case 11:
          return -(rest & 15n);
        case 12:
          return rest & 0xffff_ffffn;
        case 13:
          return BigInt.asIntN(64, next());
        case 14:
          return BigInt.asIntN(64, 1n << (rest & 63n));
        default:
          return -12n;
      }
    },
  };
}

/** The same stream as C text. */
export const STREAM_IN_C = `
static unsigned long long harness_state;
static unsigned long long harness_next(void)
{
	unsigned long long value = (harness_state += 0x9e3779b97f4a7c15ULL);
	value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9ULL;
	value = (value ^ (value >> 27)) * 0x94d049bb133111ebULL;
	return value ^ (value >> 31);
}
static long long harness_interesting(void)
{
	unsigned long long bits = harness_next(), rest = bits >> 8;
	switch (bits & 15) {
	case 0: case 1: return 0;
	case 2: return 1;
	case 3: return -1;
	case 4: case 5: case 6: case 7: return rest & 7;
	case 8: case 9: return rest & 0xff;
	case 10: return -(long long)(rest & 0xff);
	case 11: return -(long long)(rest & 15);
	case 12: return rest & 0xffffffffULL;
	case 13: return harness_next();
	case 14: return 1ULL << (rest & 63);
	default: return -12;
	}
}
`;

/** A small generator for choosing among alternatives; one per generated program. */
export interface Chooser {
  /** An integer in [0, bound). */
  below(bound: number): number;
  chance(probability: number): boolean;
  pick<T>(values: readonly T[]): T;
}

export function createChooser(seed: number): Chooser {
  let state = (seed * 2654435761 + 0x9e3779b9) >>> 0;
  const bits = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = state;
    value = Math.imul(value ^ (value >>> 15), value | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return (value ^ (value >>> 14)) >>> 0;
  };
  const below = (bound: number): number => bits() % bound;
  return {
    below,
    chance: (probability) => bits() < probability * 2 ** 32,
    pick: (values) => {
      const value = values[below(values.length)];
      if (value === undefined) throw new Error("nothing to pick from");
      return value;
    },
  };
}
