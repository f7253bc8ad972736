import * as z from 'zod';
import { cellOf } from './cells.ts';
import { constraintCountMax, constraintLengthMax } from './constraint/constraint.ts';
import { Name } from './name.ts';
import { domainOf, Parameter, parameterFaults, type Fault } from './parameter.ts';

export const parameterCountMax = 100;

/** The parameters by name, in the order in which they were given. */
export const SearchSpace = z
  .record(Name, Parameter)
  .superRefine((parameters, context) => {
    for (const { path, message, input } of searchSpaceFaults(parameters)) {
      context.addIssue({ code: 'custom', path, message, input });
    }
  })
  .meta({ id: 'SearchSpace' });
export type SearchSpace = z.infer<typeof SearchSpace>;

/** Conditions over numeric parameters that every suggestion satisfies. Checked against the space by `spaceOf`. */
export const Constraints = z.array(z.string().max(constraintLengthMax)).max(constraintCountMax);

function searchSpaceFaults(parameters: Record<string, Parameter>): Fault[] {
  const names = Object.keys(parameters);
  if (names.length === 0) return [{ path: [], message: 'must have at least one parameter', input: parameters }];
  if (names.length > parameterCountMax) {
    return [
      {
        path: [],
        message: `must have at most ${parameterCountMax} parameters; it has ${names.length}`,
        input: undefined,
      },
    ];
  }
  const faults = names.flatMap((name) => [
    ...parameterFaults(parameters[name]).map((fault) => ({ ...fault, path: [name, ...fault.path] })),
    ...whenFaults(parameters, name),
  ]);
  if (faults.length > 0) return faults;
  const indexOf = new Map(names.map((name, i) => [name, i]));
  const parents = names.map((name) => Object.keys(parameters[name].when ?? {}).map((parent) => indexOf.get(parent)!));
  const looped = names.find((_, i) => dependsOnItself(parents, i));
  if (looped !== undefined) {
    faults.push({
      path: [looped, 'when'],
      message: 'must not depend on the parameter itself, also not over others',
      input: parameters[looped].when,
    });
  }
  return faults;
}

function dependsOnItself(parents: readonly number[][], i: number): boolean {
  const reached = new Set(parents[i]);
  // A set's iteration also visits what is added on the way.
  for (const ancestor of reached) for (const parent of parents[ancestor]) reached.add(parent);
  return reached.has(i);
}

function whenFaults(parameters: Record<string, Parameter>, name: string): Fault[] {
  const faults: Fault[] = [];
  for (const [parent, wanted] of Object.entries(parameters[name].when ?? {})) {
    const path = [name, 'when', parent];
    if (!Object.hasOwn(parameters, parent)) {
      faults.push({ path, message: `must name a parameter of the space; there is no ${parent}`, input: wanted });
      continue;
    }
    const parameter = parameters[parent];
    if (parameter.type === 'float') {
      faults.push({
        path,
        message: 'must name an int, ordinal, categorical or boolean parameter; this one is a float',
        input: wanted,
      });
      continue;
    }
    for (const value of Array.isArray(wanted) ? wanted : [wanted]) {
      if (cellOf(parameter, value) === undefined) {
        faults.push({ path, message: `must be ${domainOf(parameter)}`, input: value });
      }
    }
  }
  return faults;
}

/** Indices ordered parents first, each as early as its place in the list allows; undefined when there is a cycle. */
export function parentsFirst(parents: readonly number[][]): number[] | undefined {
  const order: number[] = [];
  const placed = new Set<number>();
  while (order.length < parents.length) {
    const ready = parents.findIndex((list, i) => !placed.has(i) && list.every((parent) => placed.has(parent)));
    if (ready < 0) return undefined;
    placed.add(ready);
    order.push(ready);
  }
  return order;
}
