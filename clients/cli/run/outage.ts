import { setTimeout as sleep } from 'node:timers/promises';

/** The service has been away for longer than `run` waits for it. */
export class PatienceOver extends Error {
  override readonly name = 'PatienceOver';
}

/** Goes on asking a service that cannot be reached, for a while; says once that it is away, and that it is back. */
export interface Outage {
  /** @param isWanted whether to go on trying. @throws PatienceOver, or what the service refuses. */
  through<T>(call: () => Promise<T>, isWanted?: () => boolean): Promise<T>;
}

const pauseMs = 1_000;

export function watchOutage(patienceMs: number, nowMs: () => number, say: (sentence: string) => void): Outage {
  let awaySinceMs: number | undefined;
  return {
    through: async (call, isWanted = () => true) => {
      for (;;) {
        try {
          const answer = await call();
          if (awaySinceMs !== undefined) say('The service answers again.');
          awaySinceMs = undefined;
          return answer;
        } catch (error) {
          if (!isAway(error)) throw error;
          if (awaySinceMs === undefined)
            say(`${(error as Error).message}; results are kept, and it is tried again for ${patienceMs / 1000} s.`);
          awaySinceMs ??= nowMs();
          if (!isWanted() || nowMs() - awaySinceMs >= patienceMs)
            throw new PatienceOver((error as Error).message, { cause: error });
          await sleep(Math.min(pauseMs, patienceMs));
        }
      }
    },
  };
}

/** Whether asking again may bring an answer. */
export function isAway(error: unknown): boolean {
  const { name, problem, status } = error as { name: string; problem?: { status: number }; status?: number };
  if (name === 'UnreachableError') return true;
  if (name === 'StrangeAnswerError') return status! >= 500;
  return name === 'ProblemError' && (problem!.status >= 500 || problem!.status === 429);
}
