import type { Ports, StudyRecord, TrialRecord } from '../ports.ts';
import { settleStudy } from '../settle-study.ts';

/** A trial of a study that ends, whose job was never started: it is cancelled, and its place becomes free. */
export async function withdraw(ports: Ports, study: StudyRecord, trial: TrialRecord): Promise<void> {
  const { number, attempt, job } = trial;
  const now = ports.clock.nowMs();
  const change = { state: 'cancelled' as const, message: 'the study ended before it was trained', finishedMs: now };
  await ports.trials.change(study, number, { attempt, states: ['running', 'waiting'] }, change);
  await ports.jobs.free(study, { slot: job!.slot, number, attempt }, now);
  await settleStudy(ports, study);
}
