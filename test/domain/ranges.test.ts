import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { numbersOf, rangesOf } from '../../shared/domain/ranges.ts';

describe('ranges', () => {
  it.each([
    [[], ''],
    [[4], '4'],
    [[9, 0, 1, 2, 3, 7, 4], '0-4,7,9'],
    [[1, 2], '1-2'],
    [[5, 5, 3], '3,5'],
  ])('write %j as %j', (numbers, text) => {
    expect(rangesOf(numbers)).toBe(text);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(300)), (numbers) => {
        expect(numbersOf(rangesOf(numbers))).toEqual(numbers.toSorted((a, b) => a - b));
      }),
    );
  });
});
