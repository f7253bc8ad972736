import type { Study, UpdateStudyRequest } from '../../api/messages.ts';
import { trialCountMaxOf } from '../../domain/budget.ts';
import { capOf, phaseOf } from '../../domain/counter.ts';
import type { StudySpec } from '../../domain/study.ts';
import { millisecondsOf } from '../../domain/time.ts';
import { widen } from '../../domain/widening.ts';
import type { Call, Reply } from '../call.ts';
import { admitSpec, requireStorable } from './create-study.ts';
import { changedByOthers } from '../contention.ts';
import { refuseFields } from '../fields.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { CounterChange, StudyRecord } from '../ports/studies.ts';
import { countsOf, settleStudy } from './settle-study.ts';
import { asOf, closed, isForWantOfTrials } from './study-end.ts';
import { requireTrialCount } from '../trial-count.ts';
import { studyView } from '../views.ts';

const tryCountMax = 20;

/** Pauses, resumes or stops a study, raises its budget, widens its space: all of a request or nothing. */
export async function updateStudy(ports: Ports, call: Call<UpdateStudyRequest>): Promise<Reply<Study>> {
  const found = await findStudy(ports, call);
  for (let tried = 0, current: StudyRecord | undefined = found; tried < tryCountMax && current; tried++) {
    const study = asOf(current, ports.clock.nowMs());
    const spec = changedSpec(study, call.body);
    requireStorable(spec);
    const configurations = spec.space === study.spec.space ? study.configurations : admitSpec(spec);
    const counter = await ports.studies.counter(study);
    const by = capOf(spec.budget.trials, configurations, counter) - counter.cap;
    if (by > 0) requireTrialCount(study, counter.cap + by, 'budget.trials');
    const next: StudyRecord = {
      ...study,
      ...stateAfter(study, spec, call.body, by > 0 || counter.left > 0, ports.clock.nowMs()),
      ...(call.body.state === 'active' && { trouble: undefined, resumedMs: ports.clock.nowMs() }),
      spec,
      configurations,
      spaceVersion: study.spaceVersion + (spec.space === study.spec.space ? 0 : 1),
      revision: study.revision + 1,
    };
    const change: CounterChange = {
      phase: phaseOf(next.state),
      ...(by > 0 && { raise: { by, cap: counter.cap } }),
    };
    if (await ports.studies.update(next, change)) return view(ports, next);
    current = await ports.studies.find(found.tenant, found.id);
  }
  throw changedByOthers(`Study ${found.spec.name}`);
}

async function view(ports: Ports, study: StudyRecord): Promise<Reply<Study>> {
  const settled = await settleStudy(ports, study);
  return { status: 200, body: studyView(settled.study, settled.counter, countsOf(settled.open)) };
}

function changedSpec(study: StudyRecord, { budget, space, constraints }: UpdateStudyRequest): StudySpec {
  const { spec } = study;
  const changed: StudySpec = { ...spec, budget: changedBudget(spec, budget ?? {}) };
  if (space === undefined && constraints === undefined) return changed;
  const wider = widen(spec, { space: space ?? spec.space, constraints: constraints ?? spec.constraints });
  if ('faults' in wider) throw refuseFields('space_conflict', [], wider.faults);
  return { ...changed, ...wider };
}

function changedBudget(
  { budget, sampler, training }: StudySpec,
  { trials, parallel, deadline }: NonNullable<UpdateStudyRequest['budget']>,
): StudySpec['budget'] {
  const changed = { ...budget };
  if (trials !== undefined) {
    if (trials < budget.trials) {
      throw refuseFields(
        'value_invalid',
        ['budget'],
        [
          {
            path: ['trials'],
            message: `must be ≥ ${budget.trials}, since a budget can only be raised`,
            input: trials,
          },
        ],
      );
    }
    if (trials > trialCountMaxOf(sampler)) {
      throw refuseFields(
        'value_invalid',
        ['budget'],
        [
          {
            path: ['trials'],
            message: `must be at most ${trialCountMaxOf(sampler)} unless sampler.kind is "random", "quasiRandom" or "grid"`,
            input: trials,
          },
        ],
      );
    }
    changed.trials = trials;
  }
  if (parallel === null && training) {
    const message = 'must be given, because training starts so many jobs at the same time';
    throw refuseFields('value_invalid', ['budget'], [{ path: ['parallel'], message, input: parallel }]);
  }
  if (parallel === null) delete changed.parallel;
  else if (parallel !== undefined) changed.parallel = parallel;
  if (deadline === null) delete changed.deadline;
  else if (deadline !== undefined) changed.deadline = deadline;
  return changed;
}

/** The state that the request leads to; a study that ended for want of budget or time goes on when it gets more. */
function stateAfter(
  study: StudyRecord,
  spec: StudySpec,
  { state }: UpdateStudyRequest,
  hasBudget: boolean,
  now: number,
): Pick<StudyRecord, 'state' | 'endReason' | 'endedMs'> {
  const { endReason, endedMs } = study;
  if (state === 'stopped') {
    const isOver = study.state === 'stopping' || study.state === 'finished';
    return isOver ? { state: study.state, endReason, endedMs } : { state: 'stopping', endReason: 'stopped', endedMs };
  }
  if (study.state === 'active' || study.state === 'paused') {
    return { state: state ?? study.state, endReason, endedMs };
  }
  const hasTime = spec.budget.deadline === undefined || millisecondsOf(spec.budget.deadline) > now;
  const goesOn =
    endReason === 'deadline'
      ? hasTime && spec.budget.deadline !== study.spec.budget.deadline
      : isForWantOfTrials(endReason) && hasBudget;
  if (goesOn) return { state: state ?? 'active', endReason: undefined, endedMs: undefined };
  if (state !== undefined) throw closed(study, `cannot become ${state}`);
  const { budget } = study.spec;
  const isMore = spec.budget.trials > budget.trials;
  // With as many trials as it wants, a study that is still at its end has no configuration left.
  if (isForWantOfTrials(endReason)) {
    if (isMore) throw closed({ ...study, endReason: 'exhausted' });
  } else if (isMore || spec.budget.deadline !== budget.deadline) throw closed(study);
  return { state: study.state, endReason, endedMs };
}
