import { refit } from '../../../shared/service/model/refit.ts';
import type { Change } from '../engines/memory-table.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';

const studyPk = /^T#([0-9a-z]{26})#S#([0-9a-z]{26})$/;
const settled = new Set<unknown>(['complete', 'infeasible', 'pruned']);
const lateMsMax = 60_000;

/**
 * Tells the function that fits models of results, and of studies that ended, as the stream of the table does: late, but
 * never not at all.
 */
export function carryRecords({ scheduler, dice, faults, table }: World, cloud: Cloud): void {
  const coming = new Set<string>();

  function deliver(tenant: string, id: string): void {
    cloud.invoke(
      'refit',
      async ({ ports, process }) => {
        const breathe = (): Promise<void> => process.sleep(dice.between(1, 300));
        while (await refit(ports, { tenant, id }, breathe));
      },
      (outcome) => {
        if (outcome !== 'done') scheduler.after(dice.between(500, 10_000), () => deliver(tenant, id));
      },
    );
  }

  table.onChanges((changes) => {
    for (const change of changes.filter(isOfInterest)) {
      const match = studyPk.exec(change.key.pk);
      // Records of one study that come while others wait are in one batch with them.
      if (!match || coming.has(match[2])) continue;
      const [, tenant, id] = match;
      coming.add(id);
      const delayMs = dice.chance(faults.recordLate) ? dice.between(0, lateMsMax) : dice.between(100, 1_500);
      scheduler.after(delayMs, () => {
        coming.delete(id);
        deliver(tenant, id);
        if (dice.chance(faults.recordDoubled)) scheduler.after(dice.between(0, lateMsMax), () => deliver(tenant, id));
      });
    }
  });
}

/** The filters of the subscription. */
function isOfInterest({ key, after }: Change): boolean {
  if (key.table !== 'core' || !after) return false;
  return key.sk === 'META' ? after.state === 'finished' : key.sk.startsWith('R#') && settled.has(after.state);
}
