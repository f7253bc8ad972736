import { describe, expect, it } from 'vitest';
import { knownKeys } from '../../../shared/engine/gp/known-keys.ts';

describe('knownKeys', () => {
  it('are the keys of all configurations, whether or not they were in an earlier history', () => {
    const first = { params: { b: 1, a: 'x' }, value: 3 };
    const next = { params: { a: 'y' }, value: undefined };
    const same = { params: { a: 'x', b: 1 }, value: 4 };
    const [x, y] = ['[["a","x"],["b",1]]', '[["a","y"]]'];
    expect(knownKeys([first])).toEqual(new Set([x]));
    expect(knownKeys([next, first])).toEqual(new Set([y, x]));
    expect(knownKeys([first, same])).toEqual(new Set([x]));
  });
});
