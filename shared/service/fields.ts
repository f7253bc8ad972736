import { closestName, nearest } from '../api/nearest.ts';
import type { Fault } from '../domain/parameter.ts';
import type { ParamsFault } from '../domain/params.ts';
import type { Space } from '../domain/space.ts';
import { ServiceError, type FieldError, type RefusalCode } from './errors.ts';

const shownLengthMax = 60;

/** Refuses a request because of wrong fields: the first one is the sentence, all of them are listed. */
export function refuseFields(
  code: RefusalCode,
  path: readonly (string | number)[],
  faults: readonly Fault[],
): ServiceError {
  const errors = faults.slice(0, 20).map((fault) => fieldError(path, fault));
  return new ServiceError(code, errors[0].detail, {
    param: errors[0].param,
    ...(errors.length > 1 && { errors }),
  });
}

/** `space.width.low must be > 0 because scale is "log"; got 0.` */
export function fieldError(path: readonly (string | number)[], { path: below, message, input }: Fault): FieldError {
  const param = dotted([...path, ...below]);
  const got = input === undefined ? '' : `; got ${shown(input)}`;
  return { param, detail: `${param === '' ? 'The body' : param} ${message}${got}.` };
}

/** A path as a person would write it: `trials[3].params.width`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    const name = cut(String(part));
    return text === '' ? name : `${text}.${name}`;
  }, '');
}

/** A value as JSON, cut short. */
export function shown(value: unknown): string {
  const text =
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : (JSON.stringify(value) ?? String(value));
  return cut(text);
}

function cut(text: string): string {
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax - 1)}…` : text;
}

/** Refuses params; a name that the space does not have is answered with the nearest one that it has. */
export function refuseParams(
  space: Space,
  path: readonly (string | number)[],
  faults: readonly ParamsFault[],
): ServiceError {
  const withNames = faults.map((fault): Fault => {
    if (!fault.unknown) return fault;
    const nearest = nearestName(String(fault.path[0]), space.names, 'parameter');
    return { path: fault.path, message: `${fault.message}; the ${nearest}`, input: undefined };
  });
  return refuseFields(faults[0].unknown ? 'param_unknown' : 'value_invalid', path, withNames);
}

/** The known name that was probably meant, or all of them: `nearest one is width`, `known ones are depth, width`. */
export function nearestName(name: string, known: readonly string[], what = 'field'): string {
  const found = nearest(name, known) ?? (known.length > listedMax ? closestName(name, known) : undefined);
  if (found !== undefined) return `nearest ${what} is ${found}`;
  return `known ${what}s are ${known.join(', ')}`;
}

const listedMax = 12;
