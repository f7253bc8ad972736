import * as z from 'zod';

const reserved = new Set(['__proto__', 'constructor', 'prototype']);

/** The name of a study, a parameter, a metric or a label. */
export const Name = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,63}$/, {
    error: 'must start with a letter or "_" and go on with at most 63 letters, digits, "_", "." or "-"',
  })
  .refine((name) => !reserved.has(name), { error: 'is a reserved word: choose another name' });
export type Name = z.infer<typeof Name>;
