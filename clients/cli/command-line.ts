import { parseArgs } from 'node:util';
import type { Command, Options } from './command.ts';
import { instead } from './instead.ts';
import { misused } from './refusal.ts';
import { usageOf } from './usage.ts';

/** The options of every command. */
export const globalOptions = {
  url: { type: 'string', value: 'URL', about: 'where the service is; CAVIA_URL when left out' },
  json: { type: 'boolean', about: 'write data as JSON' },
  help: { type: 'boolean', short: 'h', about: 'say what the command does' },
  version: { type: 'boolean', about: 'say the version' },
} as const satisfies Options;

export interface CommandLine {
  /** Undefined when only help or the version is wanted, or nothing was typed. */
  command: Command | undefined;
  /** The words that were typed where no command has been found: a group, or nothing. */
  group: string | undefined;
  operands: string[];
  options: Record<string, string | boolean | string[] | undefined>;
  rest: string[] | undefined;
}

/** Reads a command line by the table. @throws Refusal with one sentence that says what to type instead. */
export function readCommandLine(argv: readonly string[], commands: readonly Command[]): CommandLine {
  const end = argv.indexOf('--');
  const typed = end < 0 ? argv : argv.slice(0, end);
  const rest = end < 0 ? undefined : argv.slice(end + 1);
  const { command, group, others } = findCommand(typed, commands);
  const { operands, options } = readOptions(others, command);
  if (command && options['help'] !== true && options['version'] !== true) checkOperands(command, operands, rest);
  return { command, group, operands, options, rest };
}

/** Options may stand anywhere; the first words are the command. */
function findCommand(
  typed: readonly string[],
  commands: readonly Command[],
): { command: Command | undefined; group: string | undefined; others: string[] } {
  const places = wordPlaces(typed);
  const [first, second] = places.map((place) => typed[place]);
  const without = (count: number): string[] => typed.filter((_, i) => !places.slice(0, count).includes(i));
  if (first === undefined) return { command: undefined, group: undefined, others: [...typed] };
  const single = commands.find(({ name }) => name === first);
  if (single) return { command: single, group: undefined, others: without(1) };
  const inGroup = commands.filter(({ name }) => name.startsWith(`${first} `));
  if (inGroup.length === 0) {
    const known = commands.filter(({ isHidden }) => !isHidden).map(({ name }) => name.split(' ')[0]);
    throw misused(`There is no command "${first}"; ${instead(first, [...new Set(known)])}`);
  }
  if (second === undefined) return { command: undefined, group: first, others: without(1) };
  const command = inGroup.find(({ name }) => name === `${first} ${second}`);
  if (command) return { command, group: undefined, others: without(2) };
  const known = inGroup.map(({ name }) => name.split(' ')[1]);
  throw misused(`There is no command "${first} ${second}"; ${instead(second, known)}`);
}

/** Where words are that are neither options nor the value of one that every command has. */
function wordPlaces(typed: readonly string[]): number[] {
  const places: number[] = [];
  for (let i = 0; i < typed.length; i++) {
    if (typed[i] === '--url') i++;
    else if (!typed[i].startsWith('-')) places.push(i);
  }
  return places;
}

/** Keeps negative numbers from being taken for options. */
const shield = '\0';
const negative = /^-(\.?\d|inf)/i;

function readOptions(
  args: readonly string[],
  command: Command | undefined,
): { operands: string[]; options: CommandLine['options'] } {
  const known: Options = { ...globalOptions, ...command?.options };
  const { tokens } = parseArgs({
    args: args.map((arg) => (negative.test(arg) ? shield + arg : arg)),
    options: Object.fromEntries(
      Object.entries(known).map(([name, { type, short }]) => [name, { type, ...(short !== undefined && { short }) }]),
    ),
    allowPositionals: true,
    strict: false,
    tokens: true,
  });
  const operands: string[] = [];
  const options: CommandLine['options'] = {};
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value.replace(shield, ''));
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(known, token.name) ? known[token.name] : undefined;
    if (!option) throw unknownOption(token.rawName, command, known);
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw misused(`--${token.name} takes no value; got "${token.value}".`);
      options[token.name] = true;
      continue;
    }
    const value = token.value?.replace(shield, '');
    if (value === undefined || (!token.inlineValue && value.startsWith('-') && value !== '-' && !negative.test(value)))
      throw misused(`--${token.name} needs a value, like --${token.name} ${option.value ?? 'VALUE'}.`);
    if (option.among && !option.among.includes(value))
      throw misused(`--${token.name} must be one of ${option.among.join(', ')}; got "${value}".`);
    options[token.name] = option.multiple ? [...((options[token.name] as string[] | undefined) ?? []), value] : value;
  }
  return { operands, options };
}

function unknownOption(rawName: string, command: Command | undefined, known: Options): Error {
  const who = command ? `cavia ${command.name}` : 'cavia';
  const names = Object.keys(known);
  const typed = rawName.replace(/^-+/, '');
  return misused(`${who} has no option ${rawName}; ${insteadOfOption(typed, names)}`);
}

function insteadOfOption(typed: string, names: readonly string[]): string {
  return instead(typed, names, 'it has')
    .replace(/mean (\S+)\?$/, 'mean --$1?')
    .replace(
      /^it has (.*)\.$/,
      (_, list: string) =>
        `it has ${list
          .split(', ')
          .map((name) => `--${name}`)
          .join(', ')}.`,
    );
}

function checkOperands(command: Command, operands: string[], rest: readonly string[] | undefined): void {
  if (rest && command.rest === undefined) operands.push(...rest);
  const needed = command.operands.filter(({ count = 'one' }) => count === 'one');
  const isOpen = command.operands.some(({ count }) => count === 'many');
  if (operands.length < needed.length)
    throw misused(`cavia ${command.name} needs ${needed[operands.length].name}: ${usageOf(command)}`);
  if (operands.length > command.operands.length && !isOpen)
    throw misused(`cavia ${command.name} takes no "${operands[command.operands.length]}": ${usageOf(command)}`);
}
