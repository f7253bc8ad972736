import type { Client, TellRequest, Trial } from '../api.ts';
import { isMoot, type RefusedRequest } from './moot.ts';
import type { Outage } from './outage.ts';
import type { Spool } from './spool.ts';

export interface Teller {
  client: Client;
  url: string;
  spool: Spool;
  outage: Outage;
  say: (sentence: string) => void;
}

/**
 * Tells a result that is on disk until it is answered. @returns the trial as it is now; undefined when it is somebody
 * else's. @throws PatienceOver, or what the service refuses; then it is told later unless it never can be.
 */
export async function tellSurely(
  { client, url, spool, outage, say }: Teller,
  study: string,
  number: number,
  body: TellRequest,
): Promise<Trial | undefined> {
  const kept = spool.keep({ url, study, number, result: body });
  try {
    const { idempotencyKey } = kept.tell;
    const trial = await outage.through(() => client.tell({ study, number, body, idempotencyKey }));
    kept.forget();
    return trial;
  } catch (error) {
    const { problem } = error as RefusedRequest;
    if (isMoot(error) || problem?.status === 422) kept.forget();
    if (!isMoot(error)) throw error;
    say(problem!.detail);
    return undefined;
  }
}
