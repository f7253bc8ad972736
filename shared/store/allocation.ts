import { parallelMax } from '../domain/budget.ts';
import type { Counter } from '../domain/counter.ts';
import type { StudyRecord } from '../service/ports/studies.ts';
import type { Allocation } from '../service/ports/trials.ts';
import { counterAttributes, counterOf } from './items.ts';
import { keyOf, keys } from './keys.ts';
import { counted, findOpen, numbersFrom } from './open-trials.ts';
import { studyGone } from './study-gone.ts';
import { TableUnavailable, type Condition, type Item, type Table } from './table.ts';

/** How often an allocation looks again before it gives up: others keep changing the counter meanwhile. */
const lookCountMax = 20;

/** Takes up to `wanted` numbers out of the budget: one conditional update, outside of every transaction. */
export async function allocate(
  table: Table,
  study: StudyRecord,
  wanted: number,
  nowMs: () => number,
): Promise<Allocation> {
  const parallel = study.spec.budget.parallel ?? parallelMax;
  // With a limit of the study's own, asks come to it all the time: looking first is cheaper than being refused.
  let counter = study.spec.budget.parallel === undefined ? undefined : await readCounter(table, study);
  for (let look = 0; look < lookCountMax; look++) {
    if (counter && counter.phase !== 'open') return nothing(counter.phase, counter);
    if (counter?.left === 0) return nothing('budget', counter);
    if (counter && counter.running >= parallel) {
      const allocated = await allocateAfterLook(table, study, counter, parallel, wanted, nowMs());
      if (allocated !== 'stale') return allocated;
      counter = await readCounter(table, study);
      continue;
    }
    const count: number = counter ? Math.min(wanted, counter.left, parallel - counter.running) : wanted;
    const written = await table.update(
      keys.counter(keyOf(study)),
      { add: { nextNumber: count, left: -count, running: count, version: 1 } },
      allocatable(count, parallel),
    );
    if (written.ok) {
      const after = counterOf(written.item.attributes);
      const limit = limitOf(wanted, count, after.left + count);
      return { numbers: numbersFrom(after.nextNumber - count, count), limit, marks: after };
    }
    counter = foundCounter(study, written.found);
  }
  throw new TableUnavailable('too many asks at once for this study');
}

/** Takes r numbers if the counter still is as it was when its running trials were counted. */
async function allocateAfterLook(
  table: Table,
  study: StudyRecord,
  counter: Counter,
  parallel: number,
  wanted: number,
  nowMs: number,
): Promise<Allocation | 'stale'> {
  const look = counted(await findOpen(table, study, counter), counter, nowMs);
  const count = Math.min(wanted, counter.left, parallel - look.running);
  if (count <= 0) return nothing('parallel', counter);
  const written = await table.update(
    keys.counter(keyOf(study)),
    {
      set: counterAttributes({ ...look, running: look.running + count }),
      add: { nextNumber: count, left: -count, version: 1 },
    },
    { kind: '=', attribute: 'version', value: counter.version },
  );
  if (!written.ok) return 'stale';
  const { nextNumber, left } = counter;
  return { numbers: numbersFrom(nextNumber, count), limit: limitOf(wanted, count, left), marks: counter };
}

function nothing(limit: Allocation['limit'], counter: Counter): Allocation {
  return { numbers: [], limit, marks: counter };
}

function limitOf(wanted: number, count: number, left: number): Allocation['limit'] {
  if (count === wanted) return undefined;
  return count === left ? 'budget' : 'parallel';
}

async function readCounter(table: Table, study: StudyRecord): Promise<Counter> {
  return foundCounter(study, await table.get(keys.counter(keyOf(study))));
}

function foundCounter(study: StudyRecord, item: Item | undefined): Counter {
  if (!item) throw studyGone(study);
  return counterOf(item.attributes);
}

function allocatable(count: number, parallel: number): Condition {
  return {
    kind: 'all',
    of: [
      { kind: '=', attribute: 'phase', value: 'open' },
      { kind: '>=', attribute: 'left', value: count },
      { kind: '<=', attribute: 'running', value: parallel - count },
    ],
  };
}
