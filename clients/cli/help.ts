import type { Command, Options } from './command.ts';
import { globalOptions } from './command-line.ts';
import { usageOf } from './usage.ts';

const groupTitles: Record<string, string> = {
  study: 'Studies',
  trial: 'Trials',
  plot: 'Pictures in the terminal',
  key: 'API keys',
};

/** What there is: of all commands, or of a group. */
export function overview(commands: readonly Command[], group: string | undefined): string {
  const shown = commands.filter(({ name, isHidden }) => !isHidden && (!group || name.startsWith(`${group} `)));
  const width = Math.max(...shown.map(({ name }) => name.length));
  const line = ({ name, summary }: Command): string => `  ${name.padEnd(width)}  ${summary}`;
  if (group !== undefined)
    return [`Usage: cavia ${group} COMMAND`, '', ...shown.map(line), '', `More: cavia ${group} COMMAND --help`].join(
      '\n',
    );
  const groups = [...new Set(shown.map(({ name }) => (name.includes(' ') ? name.split(' ')[0] : '')))];
  const sections = groups.flatMap((one) => [
    one === '' ? 'Commands' : (groupTitles[one] ?? one),
    ...shown.filter(({ name }) => (one === '' ? !name.includes(' ') : name.startsWith(`${one} `))).map(line),
    '',
  ]);
  return [
    'Cavia suggests hyperparameters: ask it for the next configuration to try, tell it how the trial went.',
    '',
    'Usage: cavia COMMAND [--url URL] [--json] [--help]',
    '',
    ...sections,
    'Begin: cavia serve, and in a second terminal',
    "  cavia study create digits 'lr=log(1e-5, 1e-1)' 'layers=int(1, 4)' --minimize loss --trials 40",
    '  cavia run digits -w 2 -- python train.py --lr {lr} --layers {layers}',
    '',
    'CAVIA_URL says where the service is, CAVIA_KEY is its API key. More: cavia COMMAND --help',
  ].join('\n');
}

export function helpOf(command: Command): string {
  const lines = [command.summary, '', `Usage: ${usageOf(command)}`];
  if (command.operands.length > 0)
    lines.push('', ...columns(command.operands.map(({ name, about }) => [name, about] as const)));
  lines.push('', ...columns(optionRows({ ...command.options, ...commonOptions(command) })));
  if (command.notes) lines.push('', ...command.notes);
  if (command.examples.length > 0) lines.push('', 'Examples', ...command.examples.map((example) => `  ${example}`));
  return lines.join('\n');
}

/** `-w, --workers N` and what it is for. */
export function optionRows(options: Options): (readonly [string, string])[] {
  return Object.entries(options).map(([name, { short, value, about, among }]) => {
    const flag = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return [flag, among ? `${about}: ${among.join(', ')}` : about];
  });
}

function commonOptions({ name }: Command): Options {
  const { url, json, help } = globalOptions;
  return name === 'serve' || name === 'completion' ? { help } : { url, json, help };
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}
