import { randomUUID } from 'node:crypto';
import type { Client, TellRequest, Trial } from '../api.ts';
import { isMoot, type RefusedRequest } from './moot.ts';
import type { Outage } from './outage.ts';
import type { KeptTell, Spool } from './spool.ts';

export interface Teller {
  client: Client;
  url: string;
  spool: Spool;
  outage: Outage;
  say: (sentence: string) => void;
  /** Whether to go on trying while the service is away. */
  isWanted: () => boolean;
}

/**
 * Tells a result that is on disk until it is answered. @returns the trial as it is now; undefined when it is somebody
 * else's. @throws PatienceOver, or what the service refuses; then it is told later unless it never can be.
 */
export async function tellSurely(
  { client, url, spool, outage, say, isWanted }: Teller,
  study: string,
  number: number,
  body: TellRequest,
): Promise<Trial | undefined> {
  const kept = keep(spool, { url, study, number, result: body }, say);
  try {
    const idempotencyKey = kept?.tell.idempotencyKey ?? randomUUID();
    const trial = await outage.through(() => client.tell({ study, number, body, idempotencyKey }), isWanted);
    kept?.forget();
    return trial;
  } catch (error) {
    const { problem } = error as RefusedRequest;
    if (isMoot(error) || problem?.status === 422) kept?.forget();
    if (!isMoot(error)) throw error;
    say(problem!.detail);
    return undefined;
  }
}

/** A disk that cannot be written to must not keep a result from being told. */
function keep(spool: Spool, tell: Parameters<Spool['keep']>[0], say: Teller['say']): KeptTell | undefined {
  try {
    return spool.keep(tell);
  } catch (error) {
    say(`Results cannot be kept in ${spool.folder} until they are told: ${(error as NodeJS.ErrnoException).code}.`);
    return undefined;
  }
}
