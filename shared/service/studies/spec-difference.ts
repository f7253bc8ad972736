import type { FieldError } from '../errors.ts';
import { shown } from '../fields.ts';
import { canonicalJson } from '../idempotency.ts';

/** The fields in which two documents differ, with both values, in the order of the stored one. */
export function differences(stored: unknown, sent: unknown, path = ''): FieldError[] {
  if (isObject(stored) && isObject(sent)) {
    const names = [...new Set([...Object.keys(stored), ...Object.keys(sent)])];
    return names.flatMap((name) =>
      differences(own(stored, name), own(sent, name), path === '' ? name : `${path}.${name}`),
    );
  }
  if (canonicalJson(stored ?? null) === canonicalJson(sent ?? null)) return [];
  return [{ param: path, detail: `stored ${orNothing(stored)}, sent ${orNothing(sent)}` }];
}

function own(fields: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function orNothing(value: unknown): string {
  return value === undefined ? 'nothing' : shown(value);
}
