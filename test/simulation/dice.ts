import { createGenerator } from '../../shared/numerics/random.ts';

/** Everything that chance decides in a simulation, in one stream that its seed names. */
export interface Dice {
  chance(probability: number): boolean;
  /** Uniform, `high` excluded. */
  between(low: number, high: number): number;
  below(bound: number): number;
  pick<T>(from: readonly T[]): T;
  /** So many letters and digits of which ids are made. */
  letters(count: number): string;
}

const purpose = 20;
const alphabet = '0123456789abcdefghjkmnpqrstvwxyz';

export function newDice(seed: number, stream: number): Dice {
  const random = createGenerator(seed, purpose, stream);
  const below = (bound: number): number => random.nextBelow(bound);
  return {
    // Nothing is drawn for what never happens, so that a kind of fault that is off costs nothing.
    chance: (probability) => probability > 0 && random.nextUnit() < probability,
    between: (low, high) => low + random.nextUnit() * (high - low),
    below,
    pick: (from) => from[below(from.length)],
    letters: (count) => Array.from({ length: count }, () => alphabet[below(alphabet.length)]).join(''),
  };
}
