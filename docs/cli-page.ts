import { optionRows } from '../clients/cli/help.ts';
import type { Command } from '../clients/cli/command.ts';
import { commands } from '../clients/cli/commands.ts';
import { usageOf } from '../clients/cli/usage.ts';

/** The command line as Markdown, from the table of commands. */
export function cliPage(): string {
  return `${[
    '# Command line',
    '',
    'Made from `clients/cli/commands.ts` by `npm run generate`.',
    '',
    'Data goes to standard output, messages to standard error; `--json` writes data as JSON. Colours are left out where',
    'nobody sees them, and with `NO_COLOR`. The service is looked for at `--url`, at `CAVIA_URL`, or at',
    '`http://127.0.0.1:8787`; `CAVIA_KEY` is its API key. `cavia completion bash` writes the completion of a shell.',
    '',
    '## Exit codes',
    '',
    '| code | meaning |',
    '|---|---|',
    '| 0 | done; for `run` the study has nothing more to give, and has a complete trial or is still open |',
    '| 1 | the service refused, or what was asked for did not work out; for `run` the study has ended without a complete trial |',
    '| 2 | the command line is wrong; nothing was changed |',
    '| 3 | the service cannot be reached or cannot answer, or what answers is no Cavia |',
    '| 4 | the API key is missing, unknown, or does not allow this |',
    '| 5 | the program that `run` starts is not there, fails again and again, or prints no result |',
    '| 130 | ended by Ctrl-C or a signal |',
    '',
    '## Results that wait',
    '',
    '`run` writes each result down before it tells it, in `CAVIA_SPOOL` or `~/.local/state/cavia/spool`. While the service',
    'is away, `run` tries again for `--patience` seconds; what is left then is told by the next `run`, or by',
    '`python -m cavia sync`: both clients keep results in the same form.',
    '',
    ...commands.filter(({ isHidden }) => !isHidden).flatMap(section),
  ]
    .join('\n')
    .trimEnd()}\n`;
}

function section(command: Command): string[] {
  const { name, summary, operands, options, notes = [], examples } = command;
  const rows = [...operands.map(({ name: operand, about }) => [operand, about] as const), ...optionRows(options)];
  return [
    `## cavia ${name}`,
    '',
    summary,
    '',
    '```sh',
    usageOf(command),
    ...(examples.length > 0 ? ['', ...examples] : []),
    '```',
    '',
    ...(rows.length > 0
      ? ['| | |', '|---|---|', ...rows.map(([left, right]) => `| \`${left}\` | ${cell(right)} |`), '']
      : []),
    ...(notes.length > 0 ? [...paragraph(notes), ''] : []),
  ];
}

/** Notes are laid out for a terminal. */
function paragraph(notes: readonly string[]): string[] {
  return ['```text', ...notes, '```'];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
