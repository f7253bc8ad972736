import { describe, expect, it } from 'vitest';
import { knowledgeOf } from '../../../shared/service/model/knowledge.ts';
import type { Known } from '../../../shared/service/model/history.ts';

function known(next: number, unsettled: number[]): Known {
  return { observations: [], pending: new Map(), failed: new Map(), unsettled, next, seen: new Set() };
}

describe('knowledgeOf', () => {
  it('tells what was pending from what had failed, what was imagined and what was left out', () => {
    const [pending, failed] = [[7, 8, 20], [9]].map((all) => new Map(all.map((number) => [number, {}])));
    const history = { observations: [], pending, failed, inFlight: [3] };
    expect(knowledgeOf(known(12, [3, 5, 7, 8, 9, 11]), history)).toEqual({
      before: 12,
      pending: '7-8,20',
      failed: '9',
      inFlight: '3',
      left: '5,11',
    });
  });

  it('leaves out what there is none of', () => {
    expect(
      knowledgeOf(known(4, []), { observations: [], pending: new Map(), failed: new Map(), inFlight: [] }),
    ).toEqual({ before: 4 });
  });

  it('is kept as long as a trial stays small', () => {
    const everyOther = (count: number): number[] => Array.from({ length: count }, (_, i) => 100 + 2 * i);
    const nothing = { observations: [], pending: new Map(), failed: new Map(), inFlight: [] };
    // Three digits and a comma each.
    expect(knowledgeOf(known(900, everyOther(250)), nothing)!.left).toHaveLength(999);
    expect(knowledgeOf(known(900, everyOther(251)), nothing)).toBeUndefined();
  });
});
