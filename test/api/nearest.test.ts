import { describe, expect, it } from 'vitest';
import { closestName, nearest } from '../../shared/api/nearest.ts';

describe('the nearest name', () => {
  it.each<[string, string[], string | undefined]>([
    ['widht', ['depth', 'width'], 'width'],
    ['learningrate', ['earningrate', 'learningRate'], 'learningRate'],
    ['LR', ['lr', 'LRX'], 'lr'],
    // A third of its letters may differ, and of a short one a single letter.
    ['abcxyz', ['abcdef'], undefined],
    ['abcdxy', ['abcdef'], 'abcdef'],
    ['ly', ['lr'], 'lr'],
    ['xy', ['lr'], undefined],
    ['width', [], undefined],
  ])('to %s of %j is %s', (name, known, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });

  it('is there however far it is, where there is any', () => {
    expect(closestName('momentum', ['depth', 'moment'])).toBe('moment');
    expect(closestName('zzz', ['lr'])).toBe('lr');
    expect(closestName('zzz', [])).toBeUndefined();
  });
});
