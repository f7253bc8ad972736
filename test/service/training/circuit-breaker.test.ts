import { describe, expect, it } from 'vitest';
import { groupedMessages, isTrouble } from '../../../shared/service/training/circuit-breaker.ts';

const ends = (text: string): { failed: boolean }[] => text.split('').map((letter) => ({ failed: letter === 'f' }));

describe('the circuit breaker', () => {
  it.each([
    ['', false],
    ['ffff', false],
    ['fffff', true],
    ['fffff.', false],
    ['.fffff', false],
    ['fffffffff', true],
    ['ffffffffff', true],
    ['fffffffff.', false],
  ])('of the last ends %j says %s', (text, trouble) => {
    expect(isTrouble(ends(text))).toBe(trouble);
  });

  it('groups equal messages, the most frequent first', () => {
    const messages = ['a', 'b', 'b', 'c', 'b', 'c'].map((message) => ({ message }));
    expect(groupedMessages(messages)).toEqual([
      { message: 'b', count: 3 },
      { message: 'c', count: 2 },
      { message: 'a', count: 1 },
    ]);
  });
});
