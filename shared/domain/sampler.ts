import * as z from 'zod';
import { Name } from './name.ts';

const gridPointsMax = 1_000_000;
const Points = z.int().min(2).max(gridPointsMax);

/** How the next params are chosen. */
export const Sampler = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('auto') }),
    z.strictObject({ kind: z.literal('random') }),
    z.strictObject({ kind: z.literal('quasiRandom') }),
    z.strictObject({ kind: z.literal('gp') }),
    /** `points`: how many values a float without a step gets, for all of them or by name. */
    z.strictObject({ kind: z.literal('grid'), points: z.union([Points, z.record(Name, Points)]).optional() }),
  ])
  .meta({ id: 'Sampler' });
export type Sampler = z.infer<typeof Sampler>;

/** Whether an ask costs more the longer the history is. */
export function needsModel({ kind }: Sampler): boolean {
  return kind === 'auto' || kind === 'gp';
}
