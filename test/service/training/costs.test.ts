import { expect, it, onTestFinished } from 'vitest';
import { meterTable, type MeteredTable } from '../../../bench/metered-table.ts';
import { createManagedStudy, echoResult, openManagedService } from './managed-service.ts';

const trials = 10;
const writeUnitsMax = 20;

it(`a managed trial costs at most ${writeUnitsMax} write units, from its params to its result`, async () => {
  let metered: MeteredTable;
  const service = openManagedService({ aroundTable: (table) => (metered = meterTable(table)) });
  onTestFinished(service.close);
  await createManagedStudy(service, echoResult, { trials, parallel: 1 });
  metered!.takeCharges();
  await service.until(({ state }) => state === 'finished');
  const units = metered!.takeCharges().map(({ writeUnits, indexUnits }) => writeUnits + indexUnits);
  expect(units.reduce((a, b) => a + b) / trials).toBeLessThanOrEqual(writeUnitsMax);
});
