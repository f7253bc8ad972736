import type * as z from 'zod';
import { ServiceError, type FieldError, type RefusalCode } from '../service/errors.ts';
import { dotted, fieldError, nearestName } from '../service/fields.ts';

type RawIssue = z.core.$ZodRawIssue;
type Issue = z.core.$ZodIssue;

/** Parses with sentences in place of zod's messages. @param code what a wrong value is called, by its path. */
export function parseOrRefuse<T>(schema: z.ZodType<T>, input: unknown, code: (path: PropertyKey[]) => RefusalCode): T {
  const parsed = schema.safeParse(input, { error: sentenceOf, reportInput: true });
  if (parsed.success) return parsed.data;
  throw refusalOf(parsed.error.issues, input, code);
}

function refusalOf(issues: Issue[], input: unknown, code: (path: PropertyKey[]) => RefusalCode): ServiceError {
  const first = issues[0];
  const errors = issues.slice(0, errorCountMax).map((issue) => errorOf(issue, input));
  const isUnknown = first.code === 'unrecognized_keys';
  return new ServiceError(isUnknown ? 'param_unknown' : code(first.path), errors[0].detail, {
    param: errors[0].param,
    ...(errors.length > 1 && { errors }),
  });
}

const errorCountMax = 20;

function errorOf(issue: Issue, input: unknown): FieldError {
  if (issue.code !== 'unrecognized_keys') {
    return fieldError(issue.path as (string | number)[], {
      path: [],
      message: issue.message,
      input: offending(issue, input),
    });
  }
  const param = dotted([...issue.path, issue.keys[0]]);
  return { param, detail: `${param} ${issue.message}` };
}

/** The value as it was sent. An issue itself may hold what became of it, or the object around it. */
function offending(issue: Issue, input: unknown): unknown {
  if (issue.code === 'custom' || issue.code === 'invalid_key') return issue.input;
  return issue.path.reduce<unknown>(
    (value, part) => (value as Record<PropertyKey, unknown> | undefined)?.[part],
    input,
  );
}

/** The end of a sentence that starts with the field: `must be a number`. */
function sentenceOf(issue: RawIssue): string | undefined {
  if (issue.input === undefined && issue.code !== 'unrecognized_keys') return 'must be given';
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${typeName(issue.expected)}`;
    case 'too_small':
      return sizeSentence(issue.origin, 'at least', issue.inclusive ? '≥' : '>', issue.minimum);
    case 'too_big':
      return sizeSentence(issue.origin, 'at most', issue.inclusive ? '≤' : '<', issue.maximum);
    case 'invalid_value':
      return `must be ${oneOf(issue.values.map((value) => JSON.stringify(value)))}`;
    case 'invalid_format':
      return issue.format === 'datetime'
        ? 'must be a date and time with its zone, such as 2026-12-01T00:00:00Z'
        : undefined;
    case 'unrecognized_keys':
      return unknownField(issue);
    case 'invalid_key':
      return issue.issues[0].message;
    case 'invalid_union':
      return unionSentence(issue);
    default:
      return undefined;
  }
}

function unknownField({ keys, inst }: Extract<RawIssue, { code: 'unrecognized_keys' }>): string {
  const shape = (inst as { def?: { shape?: object } } | undefined)?.def?.shape;
  const known = Object.keys(shape ?? {});
  if (known.length === 0) return 'is not a known field; none is expected here.';
  return `is not a known field; the ${nearestName(keys[0], known)}.`;
}

function unionSentence({
  errors,
  options,
}: Extract<RawIssue, { code: 'invalid_union' }> & { options?: unknown }): string {
  if (errors.length === 0) return `must be ${oneOf((options as unknown[]).map((option) => JSON.stringify(option)))}`;
  // A branch of the right type says more than "another type".
  const branches = errors.map(([issue]) => issue);
  const fitting = branches.find((issue) => issue.code !== 'invalid_type' && issue.code !== 'invalid_value');
  if (fitting) return fitting.message;
  const kinds = branches.flatMap(({ message }) => message.replace(/^must be /, '').split(' or '));
  return `must be ${oneOf([...new Set(kinds)])}`;
}

function oneOf(options: readonly string[]): string {
  const shown = options.length > 12 ? [...options.slice(0, 12), '…'] : options;
  if (shown.length === 1) return shown[0];
  return `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
}

function sizeSentence(origin: string, words: string, sign: string, limit: number | bigint): string {
  const unit = { string: ['character', 'characters'], array: ['entry', 'entries'] }[origin];
  return unit ? `must have ${words} ${limit} ${unit[Number(limit) === 1 ? 0 : 1]}` : `must be ${sign} ${limit}`;
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    number: 'a number',
    int: 'a whole number within ±2^53',
    string: 'a text',
    boolean: 'true or false',
    object: 'an object',
    record: 'an object',
    array: 'a list',
  };
  return names[expected] ?? expected;
}
