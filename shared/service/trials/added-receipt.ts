import type { EnqueueResponse } from '../../api/messages.ts';
import type { Trial } from '../../domain/trial.ts';
import { findTrial } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { trialView } from '../views.ts';

/** What a receipt keeps of trials that were brought in: their numbers. */
export interface KeptAddition {
  numbers: number[];
  duplicates: EnqueueResponse['duplicates'];
}

export function keptAddition(trials: readonly Trial[], duplicates: EnqueueResponse['duplicates'] = []): KeptAddition {
  return { numbers: trials.map(({ number }) => number), duplicates };
}

/** The trials as they came in: those that had no result yet are waiting again. */
export async function reviveAddition(
  ports: Ports,
  study: StudyRecord,
  { numbers }: Pick<KeptAddition, 'numbers'>,
): Promise<Trial[]> {
  return Promise.all(
    numbers.map(async (number) => {
      const now = trialView(study, await findTrial(ports, study, number));
      return now.origin === 'attached' ? now : { ...now, ...untouched };
    }),
  );
}

const untouched = {
  state: 'waiting',
  values: null,
  attempt: 0,
  failures: 0,
  worker: null,
  lease: null,
  lastReport: null,
  message: null,
  asked: null,
  finished: null,
} as const;
