import type { Client } from '../shared/api/client.ts';
import { paramsKey } from '../shared/domain/params.ts';
import type { Trial } from '../shared/domain/trial.ts';

/** Every trial of a study, page by page. */
export async function allTrials(client: Client, study: string): Promise<Trial[]> {
  const trials: Trial[] = [];
  let after: string | undefined;
  do {
    const page = await client.listTrials({ study, query: { limit: 1000, ...(after && { after: Number(after) }) } });
    trials.push(...page.data);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return trials;
}

/**
 * Looks at a study through the contract and says what is wrong with it: the invariants that any client can check.
 * @param isAtRest no request is in flight, so every number must have its trial.
 */
export async function audit(client: Client, study: string, isAtRest = true): Promise<string[]> {
  const { progress, allowDuplicates, budget, configurations } = await client.getStudy({ study });
  const trials = await allTrials(client, study);
  const wrong: string[] = [];
  const numbers = trials.map(({ number }) => number);
  if (new Set(numbers).size < numbers.length) wrong.push('I1 dense-numbers: a number is there twice');
  if (isAtRest && numbers.some((number, i) => number !== i))
    wrong.push(`I1 dense-numbers: the numbers are not 0…${numbers.length - 1}`);
  if (isAtRest && numbers.length !== progress.given)
    wrong.push(`I1 dense-numbers: ${numbers.length} trials, ${progress.given} numbers given out`);
  const attached = trials.filter(({ origin }) => origin === 'attached').length;
  const confirmations = trials.filter(({ origin }) => origin === 'confirmation').length;
  const cap = Math.min(budget.trials + attached, configurations ?? Infinity) + confirmations;
  if (progress.left + progress.given !== cap)
    wrong.push(`I2 budget-exact: ${progress.left} left + ${progress.given} given is not ${cap}`);
  if (!allowDuplicates) {
    const suggested = trials.filter(
      ({ origin, state, params }) =>
        origin !== 'confirmation' && (state !== 'cancelled' || Object.keys(params).length > 0),
    );
    const keys = suggested.map(({ params }) => paramsKey(params));
    if (new Set(keys).size < keys.length) wrong.push('I3 no-duplicate: two trials have the same params');
  }
  const running = trials.filter(({ state }) => state === 'running').length;
  if (running > (budget.parallel ?? 1000)) wrong.push(`I10 parallel-cap: ${running} trials are running`);
  for (const { number, state, values } of trials) {
    if ((state === 'complete') !== (values !== null) && state !== 'pruned')
      wrong.push(`I7 result-once: trial ${number} is ${state} with ${JSON.stringify(values)}`);
  }
  return wrong;
}
