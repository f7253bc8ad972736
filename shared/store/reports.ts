import type { TrialStore } from '../service/ports/trials.ts';
import { readValues, writtenValues } from './items.ts';
import { keyOf, keys, reportsPk, supersededRange } from './keys.ts';
import type { Table } from './table.ts';

type ReportStore = Pick<TrialStore, 'putReport' | 'reports' | 'keepSuperseded' | 'superseded'>;

/** What trials reported on the way, and results that came too late: kept apart, so that a trial stays small. */
export function openReportStore(table: Table): ReportStore {
  return {
    putReport: async (study, number, attempt, step, values) => {
      const stored = writtenValues(values);
      const text = JSON.stringify(
        Object.keys(stored)
          .sort()
          .map((metric) => [metric, stored[metric]]),
      );
      const written = await table.put(
        keys.report(keyOf(study), number, attempt, step),
        { attempt, step, values: stored, text },
        { kind: 'any', of: [{ kind: 'itemAbsent' }, { kind: '=', attribute: 'text', value: text }] },
      );
      return written.ok ? 'stored' : 'conflict';
    },

    reports: async (study, number, limit) => {
      const page = await table.query({
        table: 'aux',
        by: 'pk',
        partition: reportsPk(keyOf(study), number),
        to: supersededRange.from,
        limit,
        descending: true,
      });
      return page.items
        .map(({ attributes }) => ({
          attempt: attributes.attempt as number,
          step: attributes.step as number,
          values: readValues(attributes.values as Record<string, string>),
        }))
        .reverse();
    },

    superseded: async (study, number, limit) => {
      const partition = reportsPk(keyOf(study), number);
      const page = await table.query({ table: 'aux', by: 'pk', partition, ...supersededRange, limit });
      return page.items.map(({ attributes }) => ({
        attempt: attributes.attempt as number,
        values: readValues(attributes.values as Record<string, string>),
      }));
    },

    keepSuperseded: async (study, number, attempt, values) => {
      await table.put(keys.supersededResult(keyOf(study), number, attempt), { attempt, values: writtenValues(values) });
    },
  };
}
