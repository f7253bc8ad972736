import type { Params } from './parameter.ts';

const name = '[A-Za-z_][A-Za-z0-9_.-]*';
const placeholder = new RegExp(`\\{\\{(${name})\\}\\}|\\{(${name})\\}`, 'g');

/** The names that a training's command has in braces, each once. */
export function placeholdersOf(command: readonly string[]): string[] {
  const found = command.flatMap((token) => [...token.matchAll(placeholder)].map(([, , named]) => named));
  return [...new Set(found.filter((named) => named !== undefined))];
}

/**
 * The command with `{name}` replaced by the parameter's value, inside of arguments too, and `{{name}}` by `{name}`.
 * Arguments stay what they are: nothing splits or expands a value. A parameter that is inactive in these params leaves
 * nothing in its place.
 */
export function filledCommand(command: readonly string[], params: Params): string[] {
  return command.map((token) =>
    token.replace(placeholder, (_, kept: string | undefined, named: string) => {
      if (kept !== undefined) return `{${kept}}`;
      return Object.hasOwn(params, named) ? String(params[named]) : '';
    }),
  );
}
