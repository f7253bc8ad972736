import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import type { TrialRecord } from '../ports/trials.ts';
import { settleStudy } from '../studies/settle-study.ts';

/**
 * The job of a trial is not wanted any more before it was started: its place becomes free. In a study that ends the
 * trial is cancelled; in one that goes on it has ended, or waits, because somebody said so.
 */
export async function withdraw(ports: Ports, study: StudyRecord, trial: TrialRecord): Promise<void> {
  const { number, attempt, job } = trial;
  const now = ports.clock.nowMs();
  if (study.state === 'stopping') {
    const change = { state: 'cancelled' as const, message: 'the study ended before it was trained', finishedMs: now };
    await ports.trials.change(study, number, { attempt, states: ['running', 'waiting'] }, change);
  }
  await ports.jobs.free(study, { slot: job!.slot, number, attempt }, now);
  await settleStudy(ports, study);
}
