import type { Client, Study, Trial } from '../api.ts';
import { isMoot } from './moot.ts';
import { isAway } from './outage.ts';
import type { TrainingProcess } from './training-process.ts';

/** Renews the lease of a trial as long as its program runs. */
export interface Heart {
  stop(): void;
  /** Whether the trial is not wanted any more, so that its program was ended. */
  isLost(): boolean;
}

const beatSecondsMax = 30;
const killAfterMs = 10_000;

/** @param onFault what went wrong with a beat, other than that the service is away for a while. */
export function startHeart(
  client: Client,
  { id, lease }: Pick<Study, 'id' | 'lease'>,
  { number, attempt }: Trial,
  process: TrainingProcess,
  onFault: (error: Error) => void,
): Heart {
  let isLost = false;

  function lose(): void {
    isLost = true;
    process.signal('SIGTERM');
    setTimeout(() => process.signal('SIGKILL'), killAfterMs).unref();
  }

  async function beat(): Promise<void> {
    try {
      const { stop } = await client.report({ study: id, number, body: { attempt } });
      if (stop) lose();
    } catch (error) {
      if (isMoot(error)) await loseUnlessTold();
      else if (!isAway(error)) onFault(error as Error);
    }
  }

  /** A result that the program told by itself ends the trial too, and the program may have more to do. */
  async function loseUnlessTold(): Promise<void> {
    const now = await client.getTrial({ study: id, number }).catch(() => undefined);
    if (now === undefined || now.attempt !== attempt || now.state === 'cancelled') lose();
  }

  const timer = setInterval(() => void beat(), Math.min(beatSecondsMax, lease.seconds / 3) * 1000);
  return { stop: () => clearInterval(timer), isLost: () => isLost };
}
