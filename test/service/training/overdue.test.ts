import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { overdueIn } from '../../../shared/service/training/overdue.ts';
import type { StudyRecord } from '../../../shared/service/ports/studies.ts';
import { sweepStudy } from '../../../shared/service/training/sweep-study.ts';
import { createManagedStudy, openManagedService, study as name, type ManagedService } from './managed-service.ts';

const overdueMs = 600_000;

let service: ManagedService;
let study: StudyRecord;

beforeEach(async () => {
  service = openManagedService();
  onTestFinished(service.close);
  await createManagedStudy(service, 'sleep 60', { trials: 9, parallel: 2 });
  study = (await service.ports.studies.find('00000000000000000000000000', name))!;
  await sweepStudy(service.ports, { tenant: study.tenant, study: study.id });
});

const overdue = (): Promise<object> => overdueIn(service.ports, { tenant: study.tenant, study: study.id });

it('a trial is overdue whose job has not been submitted for ten minutes', async () => {
  service.skip(overdueMs - 60_000);
  expect(await overdue()).toEqual({ gaps: 0, trials: 0 });
  service.skip(60_000);
  expect(await overdue()).toEqual({ gaps: 0, trials: 2 });
});

it('a trial whose job has been submitted is not overdue, however long it waits for a machine', async () => {
  await service.round();
  await service.round();
  service.skip(10 * overdueMs);
  expect(await overdue()).toEqual({ gaps: 0, trials: 0 });
});

it('a number is overdue that has been without a trial for ten minutes', async () => {
  const counter = await service.ports.studies.counter(study);
  await service.ports.trials.allocate({ ...study, spec: { ...study.spec, budget: { trials: 9 } } }, 1);
  const open = await service.ports.trials.open(study, await service.ports.studies.counter(study));
  expect(open.missing).toEqual([counter.nextNumber]);
  const current = await service.ports.studies.counter(study);
  await service.ports.trials.moveFrontier(study, current, open, service.ports.clock.nowMs());
  await service.round();
  await service.round();
  expect(await overdue()).toEqual({ gaps: 0, trials: 0 });
  service.skip(overdueMs);
  expect(await overdue()).toEqual({ gaps: 1, trials: 0 });
});

it('nothing is overdue in a study that is paused, finished or gone', async () => {
  service.skip(overdueMs);
  await service.client.updateStudy({ study: name, body: { state: 'paused' } });
  expect(await overdue()).toEqual({ gaps: 0, trials: 0 });
  await service.client.deleteStudy({ study: name });
  expect(await overdue()).toEqual({ gaps: 0, trials: 0 });
});
