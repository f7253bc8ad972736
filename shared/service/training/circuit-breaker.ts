import type { AttemptEnd } from '../ports/jobs.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { updateStudyUntil } from '../studies/settle-study.ts';

/** So many at first, if nothing has succeeded yet. */
const firstFailuresMax = 5;
const failuresInRowMax = 10;

/** Pauses a study whose attempts all fail, and says how they failed, instead of going on to pay for it. */
export async function pauseInTrouble(ports: Ports, study: StudyRecord): Promise<void> {
  const ends = await ports.jobs.ends(study, study.resumedMs ?? 0, failuresInRowMax);
  if (!isTrouble(ends)) return;
  await updateStudyUntil(ports, study, (current) =>
    current.state === 'active' && current.resumedMs === study.resumedMs
      ? { ...current, state: 'paused', trouble: groupedMessages(ends) }
      : undefined,
  );
}

/** @param ends the last ones, at most `failuresInRowMax`. With fewer, they are all that there are. */
export function isTrouble(ends: readonly Pick<AttemptEnd, 'failed'>[]): boolean {
  return ends.length >= firstFailuresMax && ends.every(({ failed }) => failed);
}

/** How often each message came, the most frequent first. */
export function groupedMessages(ends: readonly Pick<AttemptEnd, 'message'>[]): { message: string; count: number }[] {
  const groups = Map.groupBy(ends, ({ message }) => message);
  return [...groups].map(([message, { length }]) => ({ message, count: length })).sort((a, b) => b.count - a.count);
}
