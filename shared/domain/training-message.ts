import * as z from 'zod';

const study = { tenant: z.string(), study: z.string() };
const attempt = { ...study, trial: z.int(), attempt: z.int() };

/**
 * What is to be looked at, in the queue of managed training. A hint: what is done follows from what is stored, so a
 * message may come twice, late, or never.
 */
export const TrainingMessage = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('dispatch'), ...attempt }),
  z.strictObject({ kind: z.literal('settle'), ...attempt }),
  z.strictObject({ kind: z.literal('sweep'), ...study }),
]);
export type TrainingMessage = z.infer<typeof TrainingMessage>;
