import type { Witness } from '../witness.ts';
import type { Watch } from './watch.ts';

/** I9: at most one job is ever let in for (number, attempt). */
export function oneRunner({ violated }: Watch): Witness {
  const runners = new Map<string, string>();
  const note = (place: string, jobId: string): void => {
    const other = runners.get(place) ?? jobId;
    if (other !== jobId) violated(`${other} and ${jobId} both train ${place}`);
    runners.set(place, other);
  };
  return {
    answered: ({ operation, path, request, status }) => {
      if (operation !== 'startTrial' || status !== 200) return;
      const { attempt, jobId } = request as { attempt: number; jobId: string };
      note(`${path.number}@${attempt}`, jobId);
    },
    trains: ({ jobId, number, attempt }) => note(`${number}@${attempt}`, jobId),
  };
}
