import { describe, expect, it } from 'vitest';
import { knowledgeOf } from '../../../shared/service/model/knowledge.ts';
import type { Known } from '../../../shared/service/model/history.ts';

function known(next: number, unsettled: number[]): Known {
  return { observations: [], pending: new Map(), unsettled, next, seen: new Set() };
}

describe('knowledgeOf', () => {
  it('tells what was pending from what was imagined and what was left out', () => {
    const history = { observations: [], pending: new Map([7, 8, 20].map((number) => [number, {}])), inFlight: [3] };
    expect(knowledgeOf(known(12, [3, 5, 7, 8, 11]), history)).toEqual({
      before: 12,
      pending: '7-8,20',
      inFlight: '3',
      left: '5,11',
    });
  });

  it('leaves out what there is none of', () => {
    expect(knowledgeOf(known(4, []), { observations: [], pending: new Map(), inFlight: [] })).toEqual({ before: 4 });
  });

  it('is kept as long as a trial stays small', () => {
    const everyOther = (count: number): number[] => Array.from({ length: count }, (_, i) => 100 + 2 * i);
    const nothing = { observations: [], pending: new Map(), inFlight: [] };
    // Three digits and a comma each.
    expect(knowledgeOf(known(900, everyOther(250)), nothing)!.left).toHaveLength(999);
    expect(knowledgeOf(known(900, everyOther(251)), nothing)).toBeUndefined();
  });
});
