import { readFileSync } from 'node:fs';

/** What the README says of the measured regret: its rows come from the record, so that they cannot be of another run. */
const titleOf = (where: string): string => `${where}: cavia minus a peer, on the studies that both have`;
const start = '<!-- Made by npm run generate from bench/results/regret.json. -->';
const end = '<!-- Until here. -->';
/** Fewer studies say little of a method. */
const studyCountMin = 24;

type Row = Record<string, string | number>;

interface Result {
  samples: { tables: { title: string; rows: Row[] }[] };
}

/** The README with the figures that were recorded last. Throws when it has no place for them. */
export function readmePage(): string {
  const text = readFileSync('README.md', 'utf8');
  const from = text.indexOf(start);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`README.md must have the lines ${start} and ${end}.`);
  return `${text.slice(0, from)}${start}\n\n${figures()}\n\n${text.slice(to)}`;
}

function figures(): string {
  const { samples } = JSON.parse(readFileSync('bench/results/regret.json', 'utf8')) as Result;
  const rowsOf = (where: string): Row[] => {
    const table = samples.tables.find(({ title }) => title === titleOf(where));
    if (!table) throw new Error(`bench/results/regret.json must have a table "${titleOf(where)}".`);
    return table.rows;
  };
  const heldOut = new Map(rowsOf('held-out').map((row) => [row['peer'], row]));
  return [
    '| Cavia against | studies of each | log10 regret at 60, minus the peer’s | the same on the half kept unseen | trials until it is where the peer is at 60 |',
    '|---|---|---|---|---|',
    ...rowsOf('all')
      .filter(({ studies }) => Number(studies) >= studyCountMin)
      .map((row) => [
        row['peer'],
        row['studies'],
        row['@60'],
        heldOut.get(row['peer'])?.['@60'],
        row['trials to its @60'],
      ])
      .map((cells) => `| ${cells.join(' | ')} |`),
  ].join('\n');
}
