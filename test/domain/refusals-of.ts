import type * as z from 'zod';

/** What a schema refuses, as `path: message`; empty when it accepts the input. */
export function refusalsOf(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  return (error?.issues ?? []).map(({ path, message }) => `${path.join('.')}: ${message}`);
}

/** The paths of what a schema refuses. */
export function refusedPaths(schema: z.ZodType, input: unknown): string[] {
  const { error } = schema.safeParse(input);
  return (error?.issues ?? []).map(({ path }) => path.join('.'));
}
