import type { Params } from './api.ts';
import { nearest } from '../../shared/api/nearest.ts';

/** Commands with parameters in braces: clients/conformance/templates.json. */

const name = '[A-Za-z_][A-Za-z0-9_.-]*';
const placeholder = new RegExp(`\\{\\{(${name}|\\*)\\}\\}|\\{(${name}|\\*)\\}`, 'g');

/** What is wrong with a command for a space with these parameters: one sentence, or undefined. */
export function templateFault(command: readonly string[], names: readonly string[]): string | undefined {
  const [program] = command;
  if (program === undefined || program === '')
    return 'The command must start with a program, like python train.py --lr {lr}.';
  if (placeholdersOf(program).length > 0)
    return `The command must start with a program, which has no parameter in it; got ${JSON.stringify(program)}.`;
  for (const argument of command) {
    const placeholders = placeholdersOf(argument);
    if (placeholders.includes('*') && argument !== '{*}')
      return `{*} must be an argument of its own; got ${JSON.stringify(argument)}.`;
    const unknown = placeholders.find((one) => one !== '*' && !names.includes(one));
    if (unknown !== undefined) return unknownName(unknown, names);
  }
  return undefined;
}

/** The arguments for these params. Nothing splits or expands a value. */
export function filledTemplate(command: readonly string[], params: Params): string[] {
  return command.flatMap((argument) =>
    argument === '{*}'
      ? Object.entries(params).flatMap(([one, value]) => [`--${one}`, String(value)])
      : argument.replace(placeholder, (_, kept: string | undefined, named: string) => {
          if (kept !== undefined) return `{${kept}}`;
          return Object.hasOwn(params, named) ? String(params[named]) : '';
        }),
  );
}

function placeholdersOf(argument: string): string[] {
  return [...argument.matchAll(placeholder)].flatMap(([, , named]) => named ?? []);
}

function unknownName(unknown: string, names: readonly string[]): string {
  const meant = nearest(unknown, names);
  const hint = meant === undefined ? `it has ${names.join(', ')}.` : `did you mean {${meant}}?`;
  return `The command names {${unknown}}, which the study does not have; ${hint} Write {{${unknown}}} for the text itself.`;
}
