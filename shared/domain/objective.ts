import * as z from 'zod';
import { FiniteNumber } from './finite-number.ts';
import { Name } from './name.ts';

/** What is optimised: a metric that every trial tells, which way is better, and when it is good enough. */
export const Objective = z
  .strictObject({
    metric: Name,
    direction: z.enum(['minimize', 'maximize']),
    target: FiniteNumber.optional().meta({
      description:
        'Ends the study when a complete trial is as good as this; of several objectives, when one trial reaches every target that is given.',
    }),
  })
  .meta({ id: 'Objective' });
export type Objective = z.infer<typeof Objective>;

export const objectiveCountMax = 4;

export const Objectives = z
  .array(Objective)
  .min(1)
  .max(objectiveCountMax)
  .superRefine((objectives, context) => {
    objectives.forEach(({ metric }, i) => {
      if (objectives.findIndex((other) => other.metric === metric) < i) {
        context.addIssue({ code: 'custom', path: [i, 'metric'], message: 'must not appear twice', input: metric });
      }
    });
  });

/** Values of one trial by metric. */
export type Values = Record<string, number>;

/** Whether every objective that has a target has reached it, and at least one has a target. */
export function reachesTarget(objectives: readonly Objective[], values: Values): boolean {
  const withTarget = objectives.filter(({ target }) => target !== undefined);
  return (
    withTarget.length > 0 &&
    withTarget.every(({ metric, direction, target }) =>
      direction === 'minimize' ? values[metric] <= target! : values[metric] >= target!,
    )
  );
}

/** What a value is multiplied by to be a loss: better the smaller it is. */
export function signOf({ direction }: Pick<Objective, 'direction'>): 1 | -1 {
  return direction === 'minimize' ? 1 : -1;
}

/** < 0 when `a` is better than `b` on this objective, > 0 when worse, 0 when equal. */
export function compareOn({ metric, direction }: Objective, a: Values, b: Values): number {
  return direction === 'minimize' ? a[metric] - b[metric] : b[metric] - a[metric];
}

/**
 * The values that no other one dominates (no worse on all objectives and better on one), in the order given.
 * Equal values are all kept. O(n · front).
 */
export function paretoFront<T>(
  objectives: readonly Objective[],
  items: readonly T[],
  valuesOf: (item: T) => Values,
): T[] {
  let front: T[] = [];
  for (const item of items) {
    const values = valuesOf(item);
    if (front.some((other) => dominates(objectives, valuesOf(other), values))) continue;
    front = front.filter((other) => !dominates(objectives, values, valuesOf(other)));
    front.push(item);
  }
  return front;
}

function dominates(objectives: readonly Objective[], a: Values, b: Values): boolean {
  const comparisons = objectives.map((objective) => compareOn(objective, a, b));
  return comparisons.every((c) => c <= 0) && comparisons.some((c) => c < 0);
}
