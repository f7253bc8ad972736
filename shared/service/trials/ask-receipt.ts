import type { AskResponse } from '../../api/messages.ts';
import type { Trial } from '../../domain/trial.ts';
import { findTrial } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { trialView } from '../views.ts';

/**
 * What a receipt keeps of an ask's answer: only what the trials themselves will forget. Params and how they were chosen
 * never change, and are by far the larger part.
 */
interface KeptAsk extends Omit<AskResponse, 'trials' | 'granted'> {
  worker: string | null;
  asked: string | null;
  expires: string | undefined;
  /** Number, attempt, failures. */
  trials: [number, number, number][];
}

export function keptOf({ trials, reason, retryAfterSeconds }: AskResponse): KeptAsk {
  const [{ worker, asked, lease }] = trials;
  return {
    ...(reason && { reason }),
    ...(retryAfterSeconds && { retryAfterSeconds }),
    worker,
    asked,
    expires: lease?.expires,
    trials: trials.map(({ number, attempt, failures }) => [number, attempt, failures]),
  };
}

/** The answer as it was given, whatever has become of its trials. */
export function reviveAsk(ports: Ports, study: StudyRecord): (kept: string) => Promise<AskResponse> {
  return async (kept) => {
    const { trials, worker, asked, expires, ...rest } = JSON.parse(kept) as KeptAsk;
    const given = await Promise.all(
      trials.map(async ([number, attempt, failures]): Promise<Trial> => {
        const now = trialView(study, await findTrial(ports, study, number));
        return {
          ...now,
          state: 'running',
          values: null,
          attempt,
          failures,
          worker,
          lease: { expires: expires! },
          lastReport: null,
          message: null,
          asked,
          finished: null,
        };
      }),
    );
    return { trials: given, granted: given.length, ...rest };
  };
}
