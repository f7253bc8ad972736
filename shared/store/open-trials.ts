import { frontierAfter, type Counter, type OpenTrials } from '../domain/counter.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import type { TrialRecord } from '../service/ports/trials.ts';
import { trialOf } from './items.ts';
import { keys, keyOf, lastTrialSk, studyPk, trialSk } from './keys.ts';
import { queryAll, type Table } from './table.ts';
import { namesOf } from './trial-writes.ts';

export async function getTrial(table: Table, study: StudyRecord, number: number): Promise<TrialRecord | undefined> {
  const item = await table.get(keys.trial(keyOf(study), number));
  return item && trialOf(namesOf(study), item.attributes);
}

/** Everything that has not ended, read consistently: what lies above the frontier, and what was open below it. */
export async function findOpen(table: Table, study: StudyRecord, counter: Counter): Promise<OpenTrials<TrialRecord>> {
  const seen = new Map<number, TrialRecord>();
  const recent = queryAll(table, {
    table: 'core',
    by: 'pk',
    partition: studyPk(keyOf(study)),
    from: trialSk(counter.frontier),
    to: lastTrialSk,
  });
  for await (const { attributes } of recent) {
    const trial = trialOf(namesOf(study), attributes);
    seen.set(trial.number, trial);
  }
  const older = await Promise.all(counter.openBelow.map((number) => getTrial(table, study, number)));
  for (const trial of older) if (trial) seen.set(trial.number, trial);
  const trials = [...seen.values()].sort((a, b) => a.number - b.number);
  const expected = [...counter.openBelow, ...numbersFrom(counter.frontier, counter.nextNumber - counter.frontier)];
  return {
    waiting: trials.filter(({ state }) => state === 'waiting'),
    running: trials.filter(({ state }) => state === 'running'),
    missing: expected.filter((number) => !seen.has(number)),
  };
}

/** What the counter says after a look: how many run, and how far the frontier has come. */
export function counted(
  found: OpenTrials<TrialRecord>,
  counter: Counter,
  nowMs: number,
): Partial<Counter> & { running: number } {
  const { waiting, running, missing } = found;
  const open = [...waiting.map(({ number }) => number), ...running.map(({ number }) => number), ...missing];
  return {
    running: running.length + missing.length,
    ...frontierAfter(open, missing, counter, nowMs),
  };
}

export function numbersFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}
