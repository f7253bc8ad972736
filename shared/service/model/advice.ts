import type { AdviceResponse } from '../../api/messages.ts';
import { advise } from '../../engine/advise.ts';
import type { Call, Reply } from '../call.ts';
import { shown } from '../fields.ts';
import { findStudy, onlyObjectiveOf, spaceOfStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { asOf, hintOf, isForWantOfTrials } from '../studies/study-end.ts';
import { readOutcomes, type Outcomes } from './outcomes.ts';

type Advice = AdviceResponse['advice'][number];

/** What to do next with a study: repair what fails, widen or narrow its space, extend it, stop, or go on. */
export async function advice(ports: Ports, call: Call): Promise<Reply<AdviceResponse>> {
  const study = asOf(await findStudy(ports, call), ports.clock.nowMs());
  const objective = onlyObjectiveOf(study, 'for advice');
  const outcomes = await readOutcomes(ports, study, objective.metric);
  const { valued, states, failure } = outcomes;
  const repairs = adviseOnFailures(study, outcomes);
  // Where nothing has worked, there is nothing else to say.
  const found = repairs.length > 0 && valued.length === 0 ? [] : advise(spaceOfStudy(study), objective, valued);
  const others = found.map((one) => asEnded(study, asConfirmed(outcomes, one)));
  return {
    status: 200,
    body: {
      advice: [...repairs, ...others],
      trials: valued.length,
      states,
      failure: failure ? { ...failure, message: failure.message ?? null } : null,
    },
  };
}

/** Where more than half of what has ended did not come to a value. */
function adviseOnFailures(study: StudyRecord, { states, failure }: Outcomes): Advice[] {
  const { failed, infeasible, cancelled } = states;
  const all = Object.values(states).reduce((sum, one) => sum + one, 0) - cancelled;
  if (!failure || failed + infeasible <= all / 2) return [];
  const counts = [failed > 0 && `${failed} of ${all} failed`, infeasible > 0 && `${infeasible} of ${all} infeasible`];
  const { message, count, trial } = failure;
  const why = message === undefined ? `trial ${trial} is the first` : `${count} with ${shown(message)}`;
  return [{ kind: 'repair', detail: `${counts.filter(Boolean).join(', ')}: ${why}.`, hint: repairHint(study, states) }];
}

function repairHint(study: StudyRecord, { failed }: Outcomes['states']): string {
  const { endReason, spec } = study;
  if (endReason !== undefined && !isForWantOfTrials(endReason)) return `Mend what trains. ${hintOf(study)}`;
  if (failed === 0) return 'Mend what trains, or create a study with a space in which it can run.';
  return `Mend what trains; POST /v1/studies/${spec.name}/trials/{number}/retry gives a failed trial out again.`;
}

function asConfirmed({ isConfirmed }: Outcomes, one: Advice): Advice {
  if (one.kind !== 'stop' || !isConfirmed) return one;
  return { ...one, hint: 'Compare the means of the trials that were confirmed, and stop or change the space.' };
}

/** What is left to do once a study has ended: it does not go on by itself, and after some ends not at all. */
function asEnded(study: StudyRecord, one: Advice): Advice {
  const { state, endReason } = study;
  if (endReason === undefined) return one;
  if (one.kind === 'go_on') {
    const kind = endReason === 'trials' || endReason === 'deadline' ? 'extend' : 'stop';
    return { kind, detail: `${one.detail} The study is ${state} (${endReason}).`, hint: hintOf(study) };
  }
  const isFinal = endReason === 'stopped' || endReason === 'target';
  const isRefused = one.kind === 'widen' ? isFinal : one.kind === 'stop' && !isForWantOfTrials(endReason);
  return isRefused ? { ...one, hint: hintOf(study) } : one;
}
