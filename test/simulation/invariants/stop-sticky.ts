import type { Witness } from '../witness.ts';
import { studiesIn, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I15: a stop never turns back, that of a study nor that of a trial. */
export function stopSticky({ violated }: Watch): Witness {
  const stopped = new Set<string>();
  return {
    changed: (changes) => {
      for (const { before, after } of studiesIn(changes)) {
        const wasStopped = before?.endReason === 'stopped' && before.state !== 'active';
        const isStopped = after?.state === 'finished' || after?.state === 'stopping';
        if (wasStopped && after && !(isStopped && after.endReason === 'stopped'))
          violated(`a stopped study became ${after.state}`);
        if (before?.state === 'finished' && after?.state === 'stopping') violated('a finished study is stopping');
      }
      for (const { before, after } of trialsIn(changes)) {
        if (before?.state === 'cancelled' && after?.state !== 'cancelled')
          violated(`the cancelled trial ${before.number} became ${after?.state}`);
      }
    },
    answered: ({ operation, path, request, status, response }) => {
      if (operation !== 'reportTrial' && operation !== 'report') return;
      if (status !== 200) return;
      const place = `${path.number}@${(request as { attempt?: number }).attempt}`;
      const { stop } = response as { stop: boolean };
      if (!stop && stopped.has(place)) violated(`${place} was told to stop, and then to go on`);
      if (stop) stopped.add(place);
    },
  };
}
