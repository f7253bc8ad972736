import type { Client, Trial } from './api.ts';

const pageLength = 1000;

/** The trials as they are now. What had ended up to the first one that had not is not read again. */
export async function refreshTrials(client: Client, study: string, known: readonly Trial[]): Promise<Trial[]> {
  const firstOpen = known.findIndex(({ finished }) => finished === null);
  const trials = known.slice(0, firstOpen < 0 ? known.length : firstOpen);
  for (;;) {
    const page = await client.listTrials({ study, query: { after: trials.at(-1)?.number, limit: pageLength } });
    trials.push(...page.data);
    if (page.nextCursor === null) return trials;
  }
}
