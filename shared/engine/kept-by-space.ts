import type { Space } from '../domain/space.ts';

/** How much is kept of one space: what is of all of it, and of a few fixed values. */
const keptCountMax = 4;

/**
 * Keeps what takes a while to work out of a space and follows from it alone, since a warm process asks again.
 * @returns gives what is kept under a key, or makes it; of more keys than are kept the oldest is made again.
 */
export function keptBySpace<T>(): (space: Space, key: string, make: () => T) => T {
  const spaces = new WeakMap<Space, Map<string, { made: T }>>();
  return (space, key, make) => {
    const kept = spaces.get(space) ?? new Map<string, { made: T }>();
    spaces.set(space, kept);
    const known = kept.get(key);
    if (known) return known.made;
    if (kept.size === keptCountMax) kept.delete(kept.keys().next().value!);
    const made = make();
    kept.set(key, { made });
    return made;
  };
}
