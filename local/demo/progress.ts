// The demo's view of a running study: pure functions from a snapshot to text, and one drawer that writes it.

export type ParamValues = Readonly<Record<string, number | string | boolean>>;

export type TrialRow = {
  readonly number: number;
  readonly state: 'waiting' | 'running' | 'complete' | 'pruned' | 'infeasible' | 'failed' | 'cancelled';
  readonly value?: number | undefined;
  readonly seconds?: number | undefined;
  readonly params: ParamValues;
  readonly worker: string;
};

export type BestTrial = { readonly number: number; readonly value: number; readonly params: ParamValues };

export type Snapshot = {
  readonly studyName: string;
  readonly elapsedSeconds: number;
  readonly trialsTotal: number;
  readonly complete: number;
  readonly running: number;
  readonly failed: number;
  readonly infeasible: number;
  readonly best?: BestTrial | undefined;
  /** In any order; the view puts the running ones first. */
  readonly recent: readonly TrialRow[];
  readonly etaSeconds?: number | undefined;
  readonly defaultValue?: number | undefined;
};

export type Look = { readonly columns: number; readonly color: boolean };

export type FinalReport = {
  readonly studyName: string;
  /** What the value is, in words: `validation loss`. Lower is better. */
  readonly metric: string;
  readonly complete: number;
  readonly failed: number;
  readonly infeasible: number;
  readonly totalSeconds: number;
  readonly best?: BestTrial | undefined;
  readonly defaultValue?: number | undefined;
  /** Fractions wrong on the test set. */
  readonly bestTestError?: number | undefined;
  readonly defaultTestError?: number | undefined;
  readonly nextCommands: readonly string[];
};

type Style = 'plain' | 'bold' | 'dim' | 'green' | 'red';
type Line = readonly [text: string, style: Style];

const COLUMNS_MAX = 120;
const BAR_WIDTH = 24;
const RUNNING_ROWS_MAX = 8;
const FINISHED_ROWS_MAX = 6;
const STATE_WIDTH = 10;
const WORKER_WIDTH = 8;
const SHORT_NAME_LETTERS = 3;
const STYLE_CODES = { plain: '', bold: '\u001b[1m', dim: '\u001b[2m', green: '\u001b[32m', red: '\u001b[31m' };
const STYLE_OFF = '\u001b[0m';

/** The live view: a progress line, a table of trials, the best so far. No line is longer than `look.columns`. */
export function renderView(snapshot: Snapshot, look: Look): string[] {
  const columns = Math.min(look.columns, COLUMNS_MAX);
  const lines: Line[] = [...progressLines(snapshot), ...tableLines(snapshot, columns), ...bestLines(snapshot, columns)];
  return lines.map(([text, style]) => painted(clipped(text, columns), look.color ? style : 'plain'));
}

/** One line for logs and pipes, about the same facts as the view. */
export function plainLine(snapshot: Snapshot): string {
  const { studyName, complete, failed, infeasible, trialsTotal, best, elapsedSeconds, etaSeconds } = snapshot;
  const parts = [
    `${studyName}: ${finishedCount(snapshot)}/${trialsTotal} finished`,
    `${complete} complete`,
    ...countParts({ infeasible, failed }),
    ...(best ? [`best ${metricText(best.value)} (trial ${best.number})`] : []),
    durationText(elapsedSeconds),
    ...(etaSeconds === undefined ? [] : [`ETA ${durationText(etaSeconds)}`]),
  ];
  return printable(parts.join(', '));
}

/** The text after the last trial. Commands are never cut, so that they can be copied. */
export function finalReport(report: FinalReport, look: Look): string {
  const { complete, failed, infeasible, best, nextCommands } = report;
  const counts = [`${complete} complete`, ...countParts({ infeasible, failed })].join(', ');
  const head: Line = [`${report.studyName} finished in ${durationText(report.totalSeconds)}: ${counts}`, 'bold'];
  const columns = Math.min(look.columns, COLUMNS_MAX);
  const found: Line[] = best
    ? [...configurationLines(best), ...gainLines(report, best)]
    : [['No trial completed.', 'red']];
  const body = [head, ['', 'plain'] as Line, ...found].map(([text, style]) =>
    painted(clipped(text, columns), look.color ? style : 'plain'),
  );
  const next = nextCommands.length === 0 ? [] : ['', 'Next:', ...nextCommands.map((command) => `  ${command}`)];
  return [...body, ...next].join('\n') + '\n';
}

/** Seconds as `4.2 s`, `42 s`, `1 min 30 s`, `1 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

export type Drawer = {
  /** On a terminal redraws in place; elsewhere writes a plain line if a trial finished or the best changed. */
  readonly draw: (snapshot: Snapshot) => void;
  /** Wipes the view, so that the final report takes its place. Nothing to undo: the cursor is never left hidden. */
  readonly clear: () => void;
};

export type DrawerStream = {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly write: (text: string) => unknown;
};

/** Each frame is one write that hides the cursor, redraws and shows it again: a killed demo leaves a sane terminal. */
export function drawer(stream: DrawerStream, env: Readonly<Record<string, string | undefined>>): Drawer {
  return stream.isTTY && env['TERM'] !== 'dumb' ? terminalDrawer(stream, lookOf(stream, env)) : plainDrawer(stream);
}

/** Color only on a terminal and without NO_COLOR (no-color.org: any non-empty value). */
export function lookOf(stream: DrawerStream, env: Readonly<Record<string, string | undefined>>): Look {
  const color = stream.isTTY === true && env['TERM'] !== 'dumb' && !env['NO_COLOR'];
  return { columns: stream.columns ?? 80, color };
}

function terminalDrawer(stream: DrawerStream, look: Look): Drawer {
  let drawnLines = 0;
  const replace = (lines: readonly string[]) => {
    const wipe = `${drawnLines > 0 ? `\u001b[${drawnLines}A` : ''}\r\u001b[J`;
    stream.write(`\u001b[?25l${wipe}${lines.map((line) => `${line}\n`).join('')}\u001b[?25h`);
    drawnLines = lines.length;
  };
  return {
    draw: (snapshot) => {
      const lines = renderView(snapshot, { ...look, columns: stream.columns ?? look.columns });
      // The cursor cannot go up beyond the screen, so a view taller than it would leave copies behind.
      replace(lines.slice(0, Math.max(1, (stream.rows ?? lines.length + 1) - 1)));
    },
    clear: () => replace([]),
  };
}

function plainDrawer(stream: DrawerStream): Drawer {
  let shown = '';
  const draw = (snapshot: Snapshot) => {
    const facts = JSON.stringify([finishedCount(snapshot), snapshot.complete, snapshot.best?.number ?? null]);
    if (facts === shown) return;
    shown = facts;
    stream.write(`${plainLine(snapshot)}\n`);
  };
  return { draw, clear: () => {} };
}

function progressLines(snapshot: Snapshot): Line[] {
  const { studyName, trialsTotal, running, failed, infeasible, elapsedSeconds, etaSeconds } = snapshot;
  const finished = finishedCount(snapshot);
  const share = trialsTotal > 0 ? Math.min(1, finished / trialsTotal) : 0;
  const filled = Math.floor(share * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  const eta = etaSeconds === undefined ? '' : `  ETA ${durationText(etaSeconds)}`;
  const counts = [`${running} running`, ...countParts({ infeasible, failed })].join(', ');
  return [
    [`${bar} ${finished}/${trialsTotal}  ${durationText(elapsedSeconds)}${eta}`, 'bold'],
    [`${studyName}: ${counts}`, 'plain'],
  ];
}

function tableLines({ recent }: Snapshot, columns: number): Line[] {
  if (recent.length === 0)
    return [
      ['', 'plain'],
      ['Waiting for the first trial.', 'dim'],
    ];
  const byNumber = recent.toSorted((a, b) => b.number - a.number);
  const rows = [
    ...byNumber.filter(({ state }) => state === 'running').slice(0, RUNNING_ROWS_MAX),
    ...byNumber.filter(({ state }) => state !== 'running').slice(0, FINISHED_ROWS_MAX),
  ];
  const header = tableRow(['trial', 'state', 'value', 'time', 'worker', 'params']);
  return [['', 'plain'], [header, 'dim'], ...rows.map((row) => [trialText(row, columns), trialStyle(row)] as Line)];
}

function trialText(row: TrialRow, columns: number): string {
  const value = row.value === undefined ? '-' : metricText(row.value);
  const seconds = row.seconds === undefined ? '-' : durationText(row.seconds);
  const worker = clipped(row.worker, WORKER_WIDTH);
  const start = tableRow([String(row.number), clipped(row.state, STATE_WIDTH), value, seconds, worker, '']);
  return start + shortParams(row.params, columns - start.length);
}

function tableRow([number, state, value, time, worker, params]: [
  string,
  string,
  string,
  string,
  string,
  string,
]): string {
  const left = `${number.padStart(5)}  ${state.padEnd(STATE_WIDTH)}  ${value.padStart(9)}  ${time.padStart(7)}`;
  return `${left}  ${worker.padEnd(WORKER_WIDTH)}  ${params}`;
}

function trialStyle({ state }: TrialRow): Style {
  if (state === 'running') return 'plain';
  return state === 'failed' || state === 'infeasible' ? 'red' : 'dim';
}

function bestLines({ best, defaultValue }: Snapshot, columns: number): Line[] {
  if (!best) return [];
  const gain = defaultValue === undefined ? '' : `, ${comparedWithDefault(best.value, defaultValue)}`;
  const pairs = Object.entries(best.params).map(([name, value]) => `${printable(name)} ${valueText(value, 3)}`);
  return [
    ['', 'plain'],
    [`best  ${metricText(best.value)} (trial ${best.number})${gain}`, 'green'],
    ...wrapped(pairs, columns - 6).map((text) => [`      ${text}`, 'plain'] as Line),
  ];
}

function configurationLines(best: BestTrial): Line[] {
  const names = Object.keys(best.params);
  const width = Math.max(...names.map((name) => name.length));
  return [
    [`Best configuration (trial ${best.number})`, 'bold'],
    ...names.map((name) => [`  ${name.padEnd(width)}  ${valueText(best.params[name], 4)}`, 'green'] as Line),
  ];
}

function gainLines(report: FinalReport, best: BestTrial): Line[] {
  const rows = [
    ['', 'best', 'default', ''],
    gainRow(report.metric, metricText, best.value, report.defaultValue),
    ...(report.bestTestError === undefined
      ? []
      : [gainRow('test error', percentText, report.bestTestError, report.defaultTestError)]),
  ];
  const nameWidth = Math.max(...rows.map(([name]) => name.length));
  const texts = rows.map(([name, ours, theirs, gain]) =>
    `  ${name.padEnd(nameWidth)}  ${ours.padStart(9)}  ${theirs.padStart(9)}  ${gain}`.trimEnd(),
  );
  return [['', 'plain'], ...texts.map((text) => [text, 'plain'] as Line)];
}

function gainRow(name: string, text: (value: number) => string, ours: number, theirs: number | undefined): string[] {
  if (theirs === undefined) return [name, text(ours), '-', ''];
  if (ours === theirs) return [name, text(ours), text(theirs), 'equal'];
  const difference = Math.abs(ours - theirs);
  const amount = text === percentText ? percentText(difference).replace(' %', ' points') : text(difference);
  const share = theirs === 0 ? '' : ` (${percentText(Math.abs(difference / theirs))})`;
  return [name, text(ours), text(theirs), `${amount} ${ours < theirs ? 'lower' : 'higher'}${share}`];
}

function comparedWithDefault(value: number, defaultValue: number): string {
  if (value === defaultValue) return 'equal to the default';
  const share = defaultValue === 0 ? '' : `${percentText(Math.abs((value - defaultValue) / defaultValue))} `;
  return `${share}${value < defaultValue ? 'lower' : 'higher'} than the default`;
}

/** As many `lr=0.01 mom=0.9 relu` as fit, then `…`. Words stand alone: they name themselves. */
function shortParams(params: ParamValues, width: number): string {
  const pairs = Object.entries(params).map(([name, value]) =>
    typeof value === 'string' ? printable(value) : `${shortName(name)}=${valueText(value, 2)}`,
  );
  const [first = '', ...rest] = wrapped(pairs, width, ' ');
  if (rest.length === 0) return first;
  return `${wrapped(pairs, width - 2, ' ')[0]} …`;
}

/** learningRate → lr, momentum → mom. */
function shortName(name: string): string {
  const words = name.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+/g) ?? [name];
  const letters = words.length > 1 ? words.map((word) => word[0]).join('') : words[0].slice(0, SHORT_NAME_LETTERS);
  return letters.toLowerCase();
}

/** Greedy lines of at most `width`; a piece longer than a line has one to itself and is cut later. */
function wrapped(pieces: readonly string[], width: number, gap = '  '): string[] {
  const lines: string[] = [];
  for (const piece of pieces) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + gap.length + piece.length <= width) lines[lines.length - 1] += gap + piece;
    else lines.push(piece);
  }
  return lines;
}

function finishedCount({ complete, failed, infeasible }: Snapshot): number {
  return complete + failed + infeasible;
}

/** Only what has happened: `1 infeasible`. */
function countParts(counts: Readonly<Record<string, number>>): string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
}

/** Four significant digits with their zeros, so that columns of values line up: 0.2240. */
function metricText(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  const isLong = value !== 0 && (size < 1e-3 || size >= 1e5);
  return isLong ? value.toExponential(3).replace('e+', 'e') : value.toPrecision(4);
}

function percentText(fraction: number): string {
  const percent = fraction * 100;
  return `${percent < 999.5 ? percent.toPrecision(3) : metricText(percent)} %`;
}

/** Integers whole, other numbers with `digits` significant digits and no zeros at the end: 0.01, 1.2e-5. */
function valueText(value: number | string | boolean, digits: number): string {
  if (typeof value !== 'number') return printable(String(value));
  if (Number.isInteger(value) && Math.abs(value) < 1e6) return String(value);
  const rounded = Number(value.toPrecision(digits));
  const size = Math.abs(rounded);
  return size < 1e-3 || size >= 1e6 ? rounded.toExponential().replace('e+', 'e') : String(rounded);
}

function clipped(text: string, width: number): string {
  const safe = printable(text);
  return safe.length <= width ? safe : `${safe.slice(0, Math.max(0, width - 1))}…`;
}

/** Names and choices come from users; none may move the cursor. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, '?');
}

function painted(text: string, style: Style): string {
  return style === 'plain' || text === '' ? text : STYLE_CODES[style] + text + STYLE_OFF;
}
