import type { Witness } from '../witness.ts';
import type { Watch } from './watch.ts';

/** I5: all answers to one key are equal. Where nothing was granted nothing was promised. */
export function idempotentAsk({ violated }: Watch): Witness {
  const answers = new Map<string, string>();
  return {
    answered: ({ operation, key, status, response }) => {
      if (key === null || status >= 300 || (operation !== 'ask' && operation !== 'enqueue')) return;
      if (operation === 'ask' && (response as { granted: number }).granted === 0) return;
      const text = JSON.stringify(response);
      const first = answers.get(key) ?? text;
      if (first !== text) violated(`${key} was answered with ${first} and with ${text}`);
      answers.set(key, first);
    },
  };
}
