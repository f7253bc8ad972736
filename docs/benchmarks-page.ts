import { readFileSync } from 'node:fs';

interface Result {
  command: string;
  date: string;
  node: string;
  machine: { cpu: string; cores: number; memoryGiB: number };
  settings: Record<string, unknown>;
  verdicts: { what: string; measured: number; max: number; holds: boolean }[];
  table: Record<string, string | number>[];
}

/** What each measurement does, in the order of the page. The figures come from the results that the scripts wrote. */
const introductions: Record<string, string> = {
  barrier:
    'One hundred workers wait for each other, ask at the same moment, and tell; a hundred times over, through HTTP to a server in another process. Afterwards every trial is read back: no params twice, the budget exact, on the grid every cell once. "Cold" is the first study after the start of the server; "discrete" draws 10,000 of 40,000 configurations at random, so that many draws are taken already.',
  'ask-tell':
    'Eight clients ask and tell as fast as they are answered, in studies with 100 and with 10,000 trials by turns, so that what the machine does meanwhile meets both alike.',
  'ask-latency':
    'Asks of the Gaussian process at 500 trials of 10 parameters, through HTTP to a server in another process: one client that asks and tells, then eight at once while a ninth asks after the health; the same without a model by turns. Asks of the model queue for one thread, other requests do not. At the end the time from the start of a process to its first answered ask at 100 trials. Figures are medians of the repetitions. The limits are for a quiet machine, to which the quietest repetition comes nearest.',
  'cold-ask':
    'The first ask of a process that has just started, in a study with a long history, with the stored model and without it, by turns. Read units are those that choosing a point would cost on DynamoDB.',
  kill: 'The server is killed with kill -9 at twenty seeded moments while eight clients ask and tell, and started again on the same folder. Clients note every answer; afterwards everything acknowledged must be there, no params twice, and the study must come to its end with exactly its budget. Some clients drop trials, some tell late.',
  regret:
    'How far the best trial is from the optimum: the mean over problems of log10((best - optimum) / (median - optimum)), floor -4, after 15, 30 and 60 trials, with a bootstrap interval of 90 % over problems and seeds. Seven functions and four tables of real trainings (`bench/data`), four seeds, one trial at a time; the engine in process against Optuna with its defaults. This is the development set of a first version: on it the lead over GPSampler is inside its own paired interval, two problems carry it, on two noisy tables TPE is ahead, and a first trial in the middle of the space helps where the optimum is near it.',
  kernels:
    'The linear algebra of the Gaussian process in WebAssembly: the likelihood with its gradient against NumPy and SciPy on one thread and against plain TypeScript, and the matrix product against the same tiles in TypeScript, in one process.',
  'write-units':
    "Write and read units of DynamoDB, counted at the Table port by the vendor's rules: 1 KB a write unit, twice in a transaction, and the index besides; 4 KB a read unit. A spec of 10 and of 100 float parameters.",
};

/** The measurements as a page. */
export function benchmarksPage(): string {
  const sections = Object.entries(introductions).map(([name, introduction]) => section(name, introduction));
  return `${[
    '<!-- Made by npm run generate from bench/results. -->',
    '# Measurements',
    'On a shared machine with two cores, so absolute times mean little: read ratios and counts. `npm run bench:NAME` runs one again and writes `bench/results/NAME.json`, which has the settings, the seeds and the raw figures. Nothing here was measured on AWS.',
    ...sections,
  ].join('\n\n')}\n`;
}

function section(name: string, introduction: string): string {
  const result = JSON.parse(readFileSync(`bench/results/${name}.json`, 'utf8')) as Result;
  const { cpu, cores, memoryGiB } = result.machine;
  return [
    `## ${name}`,
    introduction,
    `\`${result.command}\`, ${result.date.slice(0, 10)}, Node ${result.node}, ${cpu}, ${cores} cores, ${memoryGiB} GiB.`,
    table(result.table),
    table(
      result.verdicts.map(({ what, measured, max, holds }) => ({
        limit: what,
        measured,
        'at most': max,
        '': holds ? 'holds' : 'broken',
      })),
    ),
  ].join('\n\n');
}

function table(rows: readonly Record<string, string | number>[]): string {
  const names = Object.keys(rows[0]);
  return [
    line(names),
    `|${names.map(() => '---').join('|')}|`,
    ...rows.map((row) => line(names.map((name) => row[name] ?? ''))),
  ].join('\n');
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.map(shown).join(' | ')} |`;
}

function shown(cell: string | number): string {
  if (typeof cell === 'string') return cell;
  return Number.isInteger(cell) ? cell.toLocaleString('en-US') : cell.toFixed(Math.abs(cell) < 100 ? 2 : 0);
}
