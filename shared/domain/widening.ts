import { cellOf } from './cells.ts';
import type { Fault, NumericParameter, Parameter, ParamValue } from './parameter.ts';
import type { SearchSpace } from './search-space.ts';

/**
 * The wider space, with the parameters in their old order; or why it is not one. Every configuration of the old space
 * is one of the new space, so the history stays true: bounds move out, choices are added, constraints are dropped.
 */
export function widen(
  old: { space: SearchSpace; constraints: readonly string[] },
  next: { space: SearchSpace; constraints: readonly string[] },
): { space: SearchSpace; constraints: string[] } | { faults: Fault[] } {
  const faults: Fault[] = [];
  for (const [name, parameter] of Object.entries(next.space)) {
    if (!Object.hasOwn(old.space, name)) {
      faults.push({
        path: ['space', name],
        message: 'must be a parameter that the study has: a new one needs a new study',
        input: parameter,
      });
    }
  }
  const space: SearchSpace = {};
  for (const [name, parameter] of Object.entries(old.space)) {
    if (!Object.hasOwn(next.space, name)) {
      faults.push({
        path: ['space', name],
        message: 'must be kept, because trials have values for it',
        input: undefined,
      });
      continue;
    }
    const wider = next.space[name];
    space[name] = wider;
    for (const fault of wideningFaults(parameter, wider))
      faults.push({ ...fault, path: ['space', name, ...fault.path] });
  }
  next.constraints.forEach((text, i) => {
    if (!old.constraints.includes(text)) {
      faults.push({
        path: ['constraints', i],
        message: 'must be one of the constraints that the study has: they can only be dropped',
        input: text,
      });
    }
  });
  return faults.length > 0 ? { faults } : { space, constraints: [...next.constraints] };
}

function wideningFaults(old: Parameter, wider: Parameter): Fault[] {
  if (old.type !== wider.type) return [{ path: ['type'], message: `must stay "${old.type}"`, input: wider.type }];
  const faults: Fault[] =
    meaningOf(old.when) === meaningOf(wider.when)
      ? []
      : [{ path: ['when'], message: 'must stay as it is', input: wider.when }];
  switch (old.type) {
    case 'float':
    case 'int':
      return [...faults, ...numericFaults(old, wider as NumericParameter)];
    case 'ordinal':
      return [...faults, ...orderedFaults('values', old.values, (wider as typeof old).values)];
    case 'categorical':
      return [...faults, ...listFaults('choices', old.choices, (wider as typeof old).choices)];
    case 'boolean':
      return faults;
  }
}

/** One text for all ways to write the same condition: "a" and ["a"], names and values in any order. */
function meaningOf(when: Parameter['when'] = {}): string {
  const conditions = Object.entries(when).map(([parent, wanted]) => {
    const values = new Set([wanted].flat().map((value) => JSON.stringify(value)));
    return JSON.stringify([parent, [...values].sort()]);
  });
  return conditions.sort().join();
}

function numericFaults(old: NumericParameter, wider: NumericParameter): Fault[] {
  const faults: Fault[] = [];
  if (wider.scale !== old.scale)
    faults.push({ path: ['scale'], message: `must stay "${old.scale}"`, input: wider.scale });
  if (wider.low > old.low)
    faults.push({ path: ['low'], message: `must be ≤ ${old.low}, what it was`, input: wider.low });
  if (wider.high < old.high)
    faults.push({ path: ['high'], message: `must be ≥ ${old.high}, what it was`, input: wider.high });
  if (wider.step !== old.step)
    faults.push({ path: ['step'], message: `must stay ${old.step ?? 'absent'}`, input: wider.step });
  else if (faults.length === 0 && old.step !== undefined && cellOf(wider, old.low) === undefined) {
    faults.push({
      path: ['low'],
      message: `must be ${old.low} minus a multiple of step ${old.step}, so that old values stay on their step`,
      input: wider.low,
    });
  }
  return faults;
}

/**
 * The values of an ordinal are places on a line: old ones may not change places, because trials were compared by them.
 */
function orderedFaults(field: string, old: readonly ParamValue[], wider: readonly ParamValue[]): Fault[] {
  const lost = listFaults(field, old, wider);
  if (lost.length > 0) return lost;
  const at = old.findIndex((value, i) => i > 0 && wider.indexOf(value) < wider.indexOf(old[i - 1]));
  if (at < 0) return [];
  const message = `must still have ${JSON.stringify(old[at])} after ${JSON.stringify(old[at - 1])}`;
  return [{ path: [field], message, input: wider }];
}

function listFaults(field: string, old: readonly ParamValue[], wider: readonly ParamValue[]): Fault[] {
  const lost = old.filter((value) => !wider.includes(value));
  return lost.map((value) => ({ path: [field], message: `must still have ${JSON.stringify(value)}`, input: wider }));
}
