import type { Client, Trial } from './api.ts';

/** All trials of a study by number, in one request. */
export async function readTrials(client: Client, study: string): Promise<Trial[]> {
  const response = await client.exportTrials({ study, query: { format: 'jsonl' } });
  const text = await response.text();
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Trial);
}
