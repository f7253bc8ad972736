import { createClient, ProblemError, type Client } from '../../../shared/api/client.ts';
import { fetchOf } from '../carriers/web.ts';
import type { Process } from '../process.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';

/** A program that calls the service, and does so again when it is not answered. */
export interface Caller {
  client: Client;
  /** Asks until there is an answer or a refusal. Sometimes it asks twice at once, which changes nothing. */
  persist<T>(ask: () => Promise<T>): Promise<T>;
}

const triesMax = 200;
const pauseMsMax = 6_000;
const retryable = new Set(['unavailable', 'internal']);

export function newCaller(world: World, cloud: Cloud, process: Process, token?: string): Caller {
  const { dice, faults } = world;
  const fetch = fetchOf(world, cloud, process);
  const client = createClient('http://cavia.test', {
    retries: 0,
    fetch,
    ...(token !== undefined && { apiKey: token }),
  });
  return {
    client,
    persist: async (ask) => {
      for (let tried = 1; ; tried++) {
        try {
          if (!dice.chance(faults.httpDoubled)) return await ask();
          return await Promise.any([ask(), process.sleep(dice.between(0, 50)).then(ask)]);
        } catch (error) {
          const cause = error instanceof AggregateError ? (error.errors as Error[]).find(isRefusal) : error;
          if (isRefusal(cause) || tried === triesMax) throw cause;
          await process.sleep(dice.between(100, pauseMsMax));
        }
      }
    },
  };
}

/** The code of a refusal; undefined for an answer that never came. */
export function refusalIn(error: unknown): string | undefined {
  return error instanceof ProblemError ? error.problem.code : undefined;
}

function isRefusal(error: unknown): boolean {
  const code = refusalIn(error);
  return code !== undefined && !retryable.has(code);
}
