import type { Answer, Witness } from '../witness.ts';
import { configurationOf, trialsIn } from './stored.ts';
import type { Watch } from './watch.ts';

/** I3: no two trials have equal params, and no (number, attempt) is granted to two callers. */
export function noDuplicate({ violated }: Watch): Witness {
  const holders = new Map<string, number>();
  const grants = new Map<string, string>();
  return {
    changed: (changes) => {
      for (const { before, after } of trialsIn(changes)) {
        const configuration = after && !before && configurationOf(after);
        if (configuration === undefined || configuration === false) continue;
        const holder = holders.get(configuration);
        if (holder !== undefined) violated(`trials ${holder} and ${after.number} both have ${configuration}`);
        holders.set(configuration, after.number);
      }
    },
    answered: ({ operation, key, status, response }: Answer) => {
      if (operation !== 'ask' || status !== 200) return;
      for (const { number, attempt } of (response as { trials: { number: number; attempt: number }[] }).trials) {
        const grant = `${number}@${attempt}`;
        const other = grants.get(grant) ?? key!;
        if (other !== key) violated(`${grant} was given to ${other} and to ${key}`);
        grants.set(grant, other);
      }
    },
  };
}
