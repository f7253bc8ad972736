import type { HeldSlot, JobStore } from '../service/ports/jobs.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import type { TrialRecord } from '../service/ports/trials.ts';
import { trialOf } from './items.ts';
import { endAttributes, endOf, slotOf } from './job-items.ts';
import { endSk, endsPk, keyOf, keys, slotRange, studyPk } from './keys.ts';
import { getTrial } from './open-trials.ts';
import { queryAll, type Attributes, type Condition, type Table, type TransactWrite } from './table.ts';
import { namesOf } from './trial-writes.ts';

/** How long ends of attempts are kept; the circuit breaker looks at the last ones only. */
const endSeconds = 30 * 24 * 3600;

/** The protocol of managed trials on a table. */
export function openJobStore(table: Table): JobStore {
  return {
    slots: async (study) => {
      const partition = studyPk(keyOf(study));
      const slots: HeldSlot[] = [];
      const items = queryAll(table, { table: 'core', by: 'pk', partition, ...slotRange });
      for await (const { attributes } of items) slots.push(slotOf(attributes));
      return slots;
    },

    claim: async (study, { number, attempt, job }, nowMs) => {
      const { phase, sinceMs } = job!;
      const condition: Condition[] = [
        { kind: '=', attribute: 'attempt', value: attempt },
        { kind: '=', attribute: 'jobPhase', value: phase },
        { kind: '=', attribute: 'jobSinceMs', value: sinceMs },
      ];
      // What is in the air must be looked for, whatever has become of the trial.
      if (phase === 'queued') condition.push({ kind: '=', attribute: 'state', value: 'running' });
      const set = { jobPhase: 'submitting', jobSinceMs: nowMs };
      const written = await table.update(keys.trial(keyOf(study), number), { set }, { kind: 'all', of: condition });
      return written.ok ? trialOf(namesOf(study), written.item.attributes) : undefined;
    },

    record: async (study, number, attempt, jobId, nowMs) => {
      const written = await table.update(
        keys.trial(keyOf(study), number),
        { set: { jobPhase: 'submitted', jobId, jobSinceMs: nowMs } },
        {
          kind: 'all',
          of: [
            { kind: '=', attribute: 'attempt', value: attempt },
            { kind: '=', attribute: 'jobPhase', value: 'submitting' },
            { kind: 'absent', attribute: 'jobId' },
          ],
        },
      );
      return trialIn(study, written.ok ? written.item.attributes : written.found?.attributes);
    },

    start: async (study, number, attempt, jobId, nowMs) => {
      const written = await table.update(
        keys.trial(keyOf(study), number),
        { set: { jobPhase: 'training', jobId, jobSinceMs: nowMs } },
        {
          kind: 'all',
          of: [
            { kind: '=', attribute: 'attempt', value: attempt },
            { kind: '=', attribute: 'state', value: 'running' },
            { kind: 'in', attribute: 'jobPhase', values: ['submitting', 'submitted', 'training'] },
            {
              kind: 'any',
              of: [
                { kind: 'absent', attribute: 'jobId' },
                { kind: '=', attribute: 'jobId', value: jobId },
              ],
            },
          ],
        },
      );
      return written.ok;
    },

    free: async (study, { slot, number, attempt }, nowMs) => {
      const s = keyOf(study);
      const release: TransactWrite = {
        kind: 'delete',
        key: keys.slot(s, slot),
        condition: {
          kind: 'all',
          of: [
            { kind: '=', attribute: 'number', value: number },
            { kind: '=', attribute: 'attempt', value: attempt },
          ],
        },
      };
      const freed = await table.transact([
        release,
        {
          kind: 'update',
          key: keys.trial(s, number),
          changes: { set: { jobPhase: 'ended', jobSinceMs: nowMs } },
          condition: { kind: '=', attribute: 'attempt', value: attempt },
        },
      ]);
      // A trial that is gone, or at another attempt, does not hold a place.
      if (!freed.ok && freed.refusals[0] === undefined && !(await isAt(table, study, number, attempt)))
        await table.transact([release]);
    },

    putEnd: async (study, end) => {
      const { number, attempt, endedMs } = end;
      const key = keys.attemptEnd(keyOf(study), endSk(endedMs, number, attempt));
      await table.put(key, endAttributes(end, Math.floor(endedMs / 1000) + endSeconds), {
        kind: 'itemAbsent',
      });
    },

    ends: async (study, sinceMs, limit) => {
      const page = await table.query({
        table: 'aux',
        by: 'pk',
        partition: endsPk(keyOf(study)),
        from: endSk(sinceMs, 0, 0),
        descending: true,
        limit,
      });
      return page.items.map(({ attributes }) => endOf(attributes));
    },
  };
}

function trialIn(study: StudyRecord, attributes: Attributes | undefined): TrialRecord | undefined {
  return attributes && trialOf(namesOf(study), attributes);
}

async function isAt(table: Table, study: StudyRecord, number: number, attempt: number): Promise<boolean> {
  return (await getTrial(table, study, number))?.attempt === attempt;
}
