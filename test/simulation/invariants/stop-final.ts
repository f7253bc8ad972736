import type { Witness } from '../witness.ts';
import { studiesIn, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

const lateMs = 60_000;

/** I16: no trial starts later than 60 s after its study was closed. */
export function stopFinal({ nowMs, violated }: Watch): Witness {
  let closedMs = Infinity;
  let isStopped = false;
  const isLate = (): boolean => nowMs() > closedMs + lateMs;
  return {
    changed: (changes) => {
      for (const { after } of studiesIn(changes)) {
        const isClosed = after?.state === 'stopping' || after?.state === 'finished';
        closedMs = isClosed ? Math.min(closedMs, nowMs()) : Infinity;
        isStopped = isClosed && after.endReason === 'stopped';
      }
      for (const { before, after } of trialsIn(changes))
        if (after?.state === 'running' && before?.state !== 'running' && isLate())
          violated(`trial ${after.number} began ${(nowMs() - closedMs) / 1000} s after the study was closed`);
    },
    // A study that ended by itself lets what runs in it finish; one that was stopped does not.
    trains: ({ jobId }) => {
      if (isStopped && isLate()) violated(`${jobId} began ${(nowMs() - closedMs) / 1000} s after the stop`);
    },
  };
}
