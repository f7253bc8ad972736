import { parallelMax } from '../../domain/budget.ts';
import { phaseOf, type Counter, type OpenTrials } from '../../domain/counter.ts';
import { keepsModel, type EndReason } from '../../domain/study.ts';
import { millisecondsOf } from '../../domain/time.ts';
import { emptyTrial } from '../trials/blank-trial.ts';
import { changedByOthers } from '../contention.ts';
import { ServiceError } from '../errors.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { putBack } from '../trials/put-back.ts';

/** After this time without a trial, a number that was given out counts as lost; no ask takes so long. */
const gapMs = 10_000;
const updateTryCountMax = 20;
/** With so many trials to look through, the frontier is moved on so that the next look is short. */
const lookLengthMax = 200;

/** What settling found. */
export interface Settled {
  study: StudyRecord;
  counter: Counter;
  open: OpenTrials<TrialRecord>;
  /** Lost numbers were put back as waiting trials: there may be something to give out now. */
  healed: number;
}

/**
 * Brings a study to where the facts say it is: closes it after its deadline, puts lost numbers back, clears up after a
 * stop, and ends it when nothing is left to do. Everything here is found from the data, so it may run at any time, by
 * anybody, twice.
 */
export async function settleStudy(ports: Ports, study: StudyRecord): Promise<Settled> {
  const now = ports.clock.nowMs();
  if (isPastDeadline(study, now)) study = await closeStudy(ports, study, 'deadline');
  const { counter, open } = await findOpen(ports, study);
  const isSpent = counter.left === 0;
  // A lost number holds one of the places that run in parallel.
  const isFull = counter.running >= (study.spec.budget.parallel ?? parallelMax);
  if (study.state === 'finished' || (study.state !== 'stopping' && !isSpent && !isFull)) {
    return { study, counter, open, healed: 0 };
  }

  const gaps = await findGaps(ports, study, counter, open, now);
  const healed = study.state === 'stopping' ? await buryGaps(ports, study, gaps) : await healGaps(ports, study, gaps);
  if (study.state === 'stopping') await clearUp(ports, study, open, now);
  if (healed > 0) return { study, counter, open, healed };
  const isDone =
    open.missing.length === 0 &&
    (study.state === 'stopping'
      ? open.running.every((trial) => isExpired(trial, now))
      : isSpent && open.running.length + open.waiting.length === 0);
  // A managed study goes on until its jobs are gone.
  const isAtRest = isDone && (study.spec.training === undefined || (await ports.jobs.slots(study)).length === 0);
  if (isAtRest) study = await finishStudy(ports, study, counter);
  return { study, counter, open, healed };
}

/** A study with its progress as it is now: settled where it is ending, and else only looked at. */
export async function lookAt(ports: Ports, study: StudyRecord): Promise<Pick<Settled, 'study' | 'counter' | 'open'>> {
  const isEnding = study.state === 'stopping' || isPastDeadline(study, ports.clock.nowMs());
  return isEnding ? settleStudy(ports, study) : { study, ...(await findOpen(ports, study)) };
}

/** No trial is given out from here on; those that are running may still tell. */
export async function closeStudy(ports: Ports, study: StudyRecord, endReason: EndReason): Promise<StudyRecord> {
  return updateStudyUntil(ports, study, (current) =>
    current.state === 'stopping' || current.state === 'finished'
      ? undefined
      : { ...current, state: 'stopping', endReason },
  );
}

/** Changes a study from what it is now, again when others change it meanwhile. @param next undefined: nothing to do. */
export async function updateStudyUntil(
  ports: Ports,
  study: StudyRecord,
  next: (current: StudyRecord) => StudyRecord | undefined,
): Promise<StudyRecord> {
  let current = study;
  for (let tried = 0; tried < updateTryCountMax; tried++) {
    const changed = next(current);
    if (!changed) return current;
    const written = { ...changed, revision: current.revision + 1 };
    if (await ports.studies.update(written, { phase: phaseOf(written.state) })) return written;
    const found = await ports.studies.find(study.tenant, study.id);
    if (!found) throw new ServiceError('study_not_found', `Study ${study.spec.name} has been deleted.`);
    current = found;
  }
  throw changedByOthers(`Study ${study.spec.name}`);
}

/** A number whose ask is in flight counts as running: it is about to. */
export function countsOf({ waiting, running, missing }: OpenTrials<TrialRecord>): { waiting: number; running: number } {
  return { waiting: waiting.length, running: running.length + missing.length };
}

/** What is open in a study; after a long look the frontier is moved on, so that the next one is short. */
async function findOpen(ports: Ports, study: StudyRecord): Promise<Pick<Settled, 'counter' | 'open'>> {
  const counter = await ports.studies.counter(study);
  const open = await ports.trials.open(study, counter);
  if (counter.nextNumber - counter.frontier <= lookLengthMax) return { counter, open };
  const moved = await ports.trials.moveFrontier(study, counter, open, ports.clock.nowMs());
  return { counter: moved ?? counter, open };
}

export function isPastDeadline({ state, spec }: StudyRecord, now: number): boolean {
  const { deadline } = spec.budget;
  return (state === 'active' || state === 'paused') && deadline !== undefined && millisecondsOf(deadline) <= now;
}

export function isExpired(trial: TrialRecord, now: number): boolean {
  return trial.state === 'running' && trial.leaseUntilMs! <= now;
}

/** Numbers that have been without a trial for so long that nobody is bringing one. */
async function findGaps(
  ports: Ports,
  study: StudyRecord,
  counter: Counter,
  open: OpenTrials<TrialRecord>,
  now: number,
): Promise<number[]> {
  // Their time is counted from when the frontier passes them.
  if (open.missing.some((number) => counter.gaps[number] === undefined)) {
    await ports.trials.moveFrontier(study, counter, open, now);
  }
  return open.missing.filter((number) => now - (counter.gaps[number] ?? now) >= gapMs);
}

/** @returns how many waiting trials there are more. */
async function healGaps(ports: Ports, study: StudyRecord, gaps: readonly number[]): Promise<number> {
  let healed = 0;
  for (const number of gaps) if (await putBack(ports, study, number)) healed++;
  return healed;
}

/** A study that ends has no use for its lost numbers: they become cancelled trials. */
async function buryGaps(ports: Ports, study: StudyRecord, gaps: readonly number[]): Promise<number> {
  for (const number of gaps) {
    await ports.trials.heal(
      study,
      emptyTrial(number, ports.clock.nowMs(), 'the study ended before this trial was given out'),
    );
  }
  return gaps.length;
}

async function clearUp(ports: Ports, study: StudyRecord, open: OpenTrials<TrialRecord>, now: number): Promise<void> {
  for (const { number, attempt } of open.waiting) {
    await ports.trials.change(study, number, { attempt, states: ['waiting'] }, { state: 'cancelled', finishedMs: now });
  }
  for (const trial of open.running.filter((one) => isExpired(one, now))) await failExpired(ports, study, trial, now);
}

/** Ends a trial whose lease ran out and that nobody shall take over. A late result is still accepted. */
export async function failExpired(ports: Ports, study: StudyRecord, trial: TrialRecord, now: number): Promise<void> {
  await ports.trials.change(
    study,
    trial.number,
    { attempt: trial.attempt, states: ['running'], failures: trial.failures },
    { state: 'failed', failures: trial.failures + 1, message: 'the lease ran out', finishedMs: now },
  );
}

/** There were fewer configurations than the budget has trials. */
export function isShortOfConfigurations({ spec }: StudyRecord, { cap, attached, confirmations }: Counter): boolean {
  return cap < spec.budget.trials + attached + confirmations;
}

function endOf(study: StudyRecord, counter: Counter): EndReason {
  if (study.endReason) return study.endReason;
  return isShortOfConfigurations(study, counter) ? 'exhausted' : 'trials';
}

/** Ends a study, unless a trial came in since it was found to have none. */
async function finishStudy(ports: Ports, study: StudyRecord, counter: Counter): Promise<StudyRecord> {
  const finished: StudyRecord = {
    ...study,
    state: 'finished',
    endReason: endOf(study, counter),
    endedMs: ports.clock.nowMs(),
    revision: study.revision + 1,
  };
  const isWritten = await ports.studies.update(finished, { phase: 'closed', version: counter.version });
  if (isWritten && keepsModel(study.spec)) ports.onResults(finished);
  return isWritten ? finished : ((await ports.studies.find(study.tenant, study.id)) ?? study);
}
