import type { World } from '../world.ts';

/** The result of an attempt: a value that no other attempt has, so that it says where it comes from. */
export function resultOf({ results }: World, params: Record<string, unknown>, number: number, attempt: number): number {
  const x = Number(params.x ?? params.a ?? 0);
  const value = Math.round((x - 0.3) ** 2 * 1e3) / 1e3 + number * 1e-6 + attempt * 1e-9;
  results.set(value, { number, attempt });
  return value;
}
