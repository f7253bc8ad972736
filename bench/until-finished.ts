import { setTimeout as pause } from 'node:timers/promises';
import type { Client } from '../shared/api/client.ts';

const pollMs = 20;

/** Waits until a study has finished. @returns whether it has, within the time. */
export async function untilFinished(client: Client, study: string, timeoutMs: number): Promise<boolean> {
  for (const startMs = performance.now(); performance.now() - startMs < timeoutMs; await pause(pollMs)) {
    if ((await client.getStudy({ study })).state === 'finished') return true;
  }
  return false;
}
