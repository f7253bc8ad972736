import { existsSync, readFileSync } from 'node:fs';

interface Result {
  command: string;
  date: string;
  node: string;
  machine: { cpu: string; cores: number; memoryGiB: number };
  settings: Record<string, unknown>;
  verdicts: { what: string; measured: number; max: number; holds: boolean }[];
  table: Row[];
  /** Further tables and plots come before the table, where there are any. */
  samples: { tables?: { title: string; rows: Row[] }[]; plots?: string[] };
}

type Row = Record<string, string | number>;

/** What each measurement does, in the order of the page. The figures come from the results that the scripts wrote. */
const introductions: Record<string, string> = {
  barrier:
    'One hundred workers wait for each other, ask at the same moment, and tell; a hundred times over, through HTTP to a server in another process. Afterwards every trial is read back: no params twice, the budget exact, on the grid every cell once. "Cold" is the first study after the start of the server; "discrete" draws 10,000 of 40,000 configurations at random, so that many draws are taken already.',
  'ask-tell':
    'Eight clients ask and tell as fast as they are answered, in studies with 100 and with 10,000 trials by turns, so that what the machine does meanwhile meets both alike.',
  'ask-latency':
    'Asks of the Gaussian process at 500 trials of 10 parameters, through HTTP to a server in another process: one client that asks and tells, then eight at once while a ninth asks after the health; the same without a model by turns. Asks of the model queue for one thread, other requests do not. At the end the time from the start of a process to its first answered ask at 100 trials. Figures are medians of the repetitions. The limits are for a quiet machine, to which the quietest repetition comes nearest.',
  'ask-growth':
    "How the time of an ask grows with the history, in one process without a service, 10 parameters: when the model is known, as for every further ask between two results, after a result, when hyperparameters may be fitted, and while 1,000 trials are out, of which the model takes in 256; against an ask of Optuna's GPSampler after a result on the same history, one thread each (it is not asked beyond 500). Above 1,000 results the model is conditioned on 1,000 of them. Medians; the limits in milliseconds are for a quiet core, to which the quietest ask comes nearest.",
  'cold-ask':
    'The first ask of a process that has just started, in a study with a long history, with the stored model and without it, by turns. Read units are those that choosing a point would cost on DynamoDB.',
  kill: 'The server is killed with kill -9 at twenty seeded moments while eight clients ask and tell, and started again on the same folder. Clients note every answer; afterwards everything acknowledged must be there, no params twice, and the study must come to its end with exactly its budget. Some clients drop trials, some tell late.',
  managed:
    'A managed study whose programs take 50 ms, eight at a time, against a loop that starts the same programs and does nothing else, by turns; then the processor time of the server while nothing is open.',
  'managed-kill':
    'The server is killed with kill -9 at twenty seeded moments of a managed study. The programs write down when they start and when they are done; afterwards the study must have exactly its budget, no attempt may have trained twice, every result must be the one that its program left, and no process may be left.',
  'model-lag':
    'How long after the last result of a study its stored model covers all of them, and how many models are stored for a hundred results at once. Asks wait for neither: they read what the stored model does not cover.',
  regret:
    'How far the best trial is from the optimum: log10((f - best) / (median - best)), where f is what the trial that looked best is without noise, median is that of random params, and less than 1e-4 counts as that (in `trainings` 1e-3, since the best is only what is known). Where several trials looked equally good it is the mean over them, for every method. Figures are means over problems of means over their seeds, in brackets the middle 90 % of a bootstrap over problems and seeds; one trial at a time, 60 a study. "dev" is the half of the problems that the engine is designed on, "held-out" the other; `bench/regret/problems/catalogue.py` has the rule. Functions of 2 to 20 floats whose optimum is moved off the middle; spaces of mixed kinds with conditions; losses that explode where a training diverges; tables of real trainings (HPOBench, HPOLib, NAS-Bench-201); trainings with scikit-learn. Every method has the same problems with the same noise from one process, and its defaults; peers that know no conditions are given all parameters. The engine runs in process. Slow peers have fewer studies: a row against a peer is on the studies that both have, and a peer is judged where it has half of the problems or more. "Trials to its @60" is how many trials the engine takes to be where a peer is after 60, the median over problems (61 is more than 60), which few seeds make rough; "on the mean" the same on the mean over all problems. There are no constraints, since not every peer knows them. What the peers did is recorded in `bench/results/regret`, `bench/regret/run_peers.py` adds what is missing (it says how; `bench/regret/requirements-*.txt` are the environments of the peers, and PYTHON names that of the problems), and `npm run bench:regret -- --split dev --seeds 2` measures a part against it. The plots have the methods that have every problem, with all their seeds. HEBO and OSS Vizier have adapters, but need about 5.5 s and 12 s a suggestion here, which is 34 hours and more for eight seeds; a peer with fewer than five problems is left out. "ms a trial" was taken on a busy machine.',
  'regret-bbob':
    'The 24 noiseless functions of BBOB: the share of the targets, 51 from 100 to 1e-8 above the optimum, that is hit after so many evaluations a dimension, on the functions and instances (runs) that a peer and the engine both have; in brackets the middle 90 % of a bootstrap over those. Where a peer has few runs it is slow, not left out. `bench/regret/run_bbob.py` adds runs of peers.',
  'regret-batches':
    'Eight asked at once and told together, against one at a time: how many times the trials it takes to be where one at a time is after so many; the median over problems, and what the mean over all problems takes; with the middle 90 % of a bootstrap. The other rows treat pending points in another way (`bench/regret/batched`): as if there were none, as if each had come out as expected (the kriging believer) or a whole deviation worse, as if each were as good as the best.',
  'regret-ablations':
    'The engine with one choice taken back (`bench/regret/ablations`), minus the engine, in mean log10 regret on the dev half: above 0 the choice helps. Where 0 is in the interval these studies do not tell. How pending points are treated is under regret-batches.',
  'regret-http':
    'The same studies in process and through HTTP to a server on SQLite, trial by trial: what is measured in process holds for the service.',
  kernels:
    'The linear algebra of the Gaussian process in WebAssembly: the likelihood with its gradient against NumPy and SciPy on one thread and against plain TypeScript, and the matrix product against the same tiles in TypeScript, in one process.',
  'cold-load':
    'How long Node takes to load the bundle of each Lambda function in a process of its own, by turns with an empty script: the part of a cold start that is ours. A function on AWS has another processor, and waits for its sandbox besides.',
  'cli-start':
    'How long the command line takes from the start of its process to its first output, as the package has it and from the sources, by turns with a Node that does nothing else. `study list` asks a server on the same machine. The limits are for a quiet machine, to which the quietest start comes nearest.',
  'python-import':
    'How long `import cavia` takes in a Python of its own, over an empty program, beside two modules that everybody has; by turns.',
  'write-units':
    "Write and read units of DynamoDB, counted at the Table port by the vendor's rules: 1 KB a write unit, twice in a transaction, and the index besides; 4 KB a read unit. A spec of 10 and of 100 float parameters.",
  'managed-trial':
    'The same for the life of a managed trial, with the calls of the other services that go with it: a study of 100 trials with 8 places, 10 parameters and the default sampler, whose jobs start, report ten times and tell. "dispatch" handles the message of a trial, "end" the end of its job, which chooses the next trial; "sweep" looks at the study with all places taken, once a minute while it is open.',
};

/** The measurements as a page. */
export function benchmarksPage(): string {
  const sections = Object.entries(introductions)
    .filter(([name]) => existsSync(`bench/results/${name}.json`))
    .map(([name, introduction]) => section(name, introduction));
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
    ...(result.samples.plots ?? []).map((plot) => `![${plot}](plots/${plot}.svg)`),
    ...(result.samples.tables ?? []).map(({ title, rows }) => `### ${title}\n\n${table(rows)}`),
    table(result.table),
    ...(result.verdicts.length > 0 ? [table(result.verdicts.map(verdictRow))] : []),
  ].join('\n\n');
}

function verdictRow({ what, measured, max, holds }: Result['verdicts'][number]): Row {
  return { limit: what, measured, 'at most': max, '': holds ? 'holds' : 'broken' };
}

function table(rows: readonly Row[]): string {
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
