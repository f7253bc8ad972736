import { placeholdersOf } from '../../domain/command.ts';
import type { Fault } from '../../domain/parameter.ts';
import { nearestName } from '../fields.ts';

/** What is wrong with a training's command before anything has started: names in braces that the space lacks. */
export function commandFaults(command: readonly string[], parameterNames: readonly string[]): Fault[] {
  const unknown = placeholdersOf(command).filter((name) => !parameterNames.includes(name));
  return unknown.map((name) => ({
    path: [command.findIndex((token) => placeholdersOf([token]).includes(name))],
    message:
      `names the parameter ${name}, which the space does not have: the ` +
      `${nearestName(name, parameterNames, 'parameter')} (write {{${name}}} for the text {${name}})`,
    input: command.find((token) => placeholdersOf([token]).includes(name)),
  }));
}
