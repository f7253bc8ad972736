import type { ExportQuery } from '../../api/messages.ts';
import type { Trial } from '../../domain/trial.ts';
import type { Call } from '../call.ts';
import { findStudy } from '../find.ts';
import type { Ports } from '../ports/ports.ts';
import type { StudyRecord } from '../ports/studies.ts';
import { trialView } from '../views.ts';

/** A document that is written while it is read. */
export interface Stream {
  mediaType: string;
  fileName: string;
  lines: AsyncGenerator<string>;
}

/** All trials by number, one a line. */
export async function exportTrials(ports: Ports, call: Call<undefined, ExportQuery>): Promise<Stream> {
  const study = await findStudy(ports, call);
  const { format } = call.query;
  return {
    mediaType: format === 'csv' ? 'text/csv; charset=utf-8' : 'application/jsonl',
    fileName: `${study.spec.name}.${format}`,
    lines: format === 'csv' ? csvLines(ports, study) : jsonLines(ports, study),
  };
}

async function* jsonLines(ports: Ports, study: StudyRecord): AsyncGenerator<string> {
  for await (const trial of ports.trials.all(study)) yield `${JSON.stringify(trialView(study, trial))}\n`;
}

const plainColumns = [
  'number',
  'state',
  'attempt',
  'failures',
  'origin',
  'worker',
  'asked',
  'finished',
  'message',
] as const;

async function* csvLines(ports: Ports, study: StudyRecord): AsyncGenerator<string> {
  const names = Object.keys(study.spec.space);
  const metrics = study.spec.objectives.map(({ metric }) => metric);
  yield csvLine([
    ...plainColumns,
    ...metrics.map((metric) => `values.${metric}`),
    ...names.map((name) => `params.${name}`),
  ]);
  for await (const record of ports.trials.all(study)) {
    const trial: Trial = trialView(study, record);
    yield csvLine([
      ...plainColumns.map((column) => trial[column]),
      ...metrics.map((metric) => ownOr(trial.values ?? {}, metric)),
      ...names.map((name) => ownOr(trial.params, name)),
    ]);
  }
}

/** An inactive parameter may have the name of something that every object has. */
function ownOr(fields: Record<string, Cell>, name: string): Cell {
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}

type Cell = string | number | boolean | null | undefined;

/** RFC 4180. */
function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(value: Cell): string {
  if (value === null || value === undefined) return '';
  const text = String(value);
  // A spreadsheet runs a text that starts like a formula; an apostrophe keeps it a text. Numbers may start with a
  // minus.
  const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
