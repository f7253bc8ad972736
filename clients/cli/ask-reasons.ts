import type { Client } from './api.ts';

type Reason = NonNullable<Awaited<ReturnType<Client['ask']>>['reason']>;

/** Why an ask brought less than was asked for, and what can be done. */
export function whyNothing(reason: Reason, study: string): string {
  switch (reason) {
    case 'budget_spent':
      return `The budget of ${study} is spent: cavia study extend ${study} 20 gives it more.`;
    case 'parallel_limit':
      return `${study} has as many running trials as it may have: wait until one ends.`;
    case 'exhausted':
      return `Every configuration of ${study} has been tried.`;
    case 'paused':
      return `${study} is paused: cavia study resume ${study} goes on with it.`;
    case 'finished':
      return `${study} is finished: cavia study show ${study} shows what it found.`;
    case 'managed':
      return `${study} trains by itself: cavia study watch ${study} shows how it stands.`;
  }
}
