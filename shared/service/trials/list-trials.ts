import { pageLimitMax, type TrialPage, type TrialsQuery } from '../../api/messages.ts';
import type { Trial } from '../../domain/trial.ts';
import type { Call, Reply } from '../call.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import { trialView } from '../views.ts';

/** A rare state is looked for in at most so many pages a request; the cursor goes on from there. */
const pageCountMax = 5;

/** The trials by number, all or those in one state. */
export async function listTrials(ports: Ports, call: Call<undefined, TrialsQuery>): Promise<Reply<TrialPage>> {
  const study = await findStudy(ports, call);
  const { state, after, limit } = call.query;
  const data: Trial[] = [];
  let from = (after ?? -1) + 1;
  for (let read = 0; read < pageCountMax; read++) {
    const { trials, next } = await ports.trials.page(study, from, state ? pageLimitMax : limit);
    for (const trial of trials) {
      from = trial.number + 1;
      if (state === undefined || trial.state === state) data.push(trialView(study, trial));
      if (data.length === limit) break;
    }
    const isAtEnd = next === undefined && from > (trials.at(-1)?.number ?? -1);
    if (isAtEnd) return { status: 200, body: { data, nextCursor: null } };
    if (data.length === limit) break;
  }
  return { status: 200, body: { data, nextCursor: String(from - 1) } };
}
