import type { Client } from '../../shared/api/client.ts';
import { allTrials } from '../audit.ts';

/**
 * I18 replay: every trial of a study whose params were suggested has them again from the stored history, unless the time
 * was up: clocks of tests jump.
 */
export async function unlikeReplays(client: Client, study: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const { number, suggestion } of await allTrials(client, study)) {
    const { equal, params, recomputed, reason } = await client.replay({ study, number, body: {} });
    const isOpen = suggestion === null || suggestion.fallback === 'deadline';
    const isWell = isOpen ? equal === null && reason !== undefined : equal;
    if (!isWell) {
      const found = `${JSON.stringify(recomputed)} instead of ${JSON.stringify(params)}`;
      wrong.push(`I18 replay: trial ${number} ${reason ?? found} ${JSON.stringify(suggestion)}`);
    }
  }
  return wrong;
}
