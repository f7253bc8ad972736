import { describe, expect, it } from 'vitest';
import { Name } from '../../shared/domain/name.ts';
import { refusalsOf } from './refusals-of.ts';

describe('Name', () => {
  it.each(['a', '_', 'Z9', 'learning_rate', 'layer.0-width', 'a'.repeat(64), 'toString', 'hasOwnProperty'])(
    'accepts %s',
    (name) => {
      expect(Name.parse(name)).toBe(name);
    },
  );

  it.each(['', '9a', '.a', '-a', 'a b', 'a\n', 'ä', 'a/b', 'a'.repeat(65)])('refuses %j', (name) => {
    expect(refusalsOf(Name, name)).toEqual([
      ': must start with a letter or "_" and go on with at most 63 letters, digits, "_", "." or "-"',
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('refuses the reserved word %s', (name) => {
    expect(refusalsOf(Name, name)).toEqual([': is a reserved word: choose another name']);
  });

  it.each([undefined, null, 1, {}, ['a']])('refuses %j, which is no text', (name) => {
    expect(refusalsOf(Name, name)).toHaveLength(1);
  });
});
