import { expect, it, onTestFinished } from 'vitest';
import { localCaller } from '../../../local/wire.ts';
import { blankTrial } from '../../../shared/service/trials/blank-trial.ts';
import { chooserFor, type Choice } from '../../../shared/service/trials/choose.ts';
import type { StudyRecord } from '../../../shared/service/ports/studies.ts';
import { openService, type Service } from '../in-memory-network.ts';
import { createTestStudy, study } from '../test-study.ts';

async function openStudy(): Promise<{ service: Service; record: StudyRecord }> {
  const service = openService();
  onTestFinished(service.close);
  await createTestStudy(service.client, { sampler: { kind: 'gp' } });
  const trials = [0, 0.15, 0.3, 0.5, 0.7, 0.85, 1].map((x) => ({ params: { x }, values: { loss: (x - 0.4) ** 2 } }));
  await service.client.enqueue({ study, body: { trials } });
  return { service, record: (await service.ports.studies.find(localCaller.tenant, study))! };
}

it('imagines for an ask on its way what that ask got, which knew nothing of trials with larger numbers', async () => {
  const { service, record } = await openStudy();
  const { ports, client } = service;
  const chosenFor = async (number: number): Promise<Choice> => (await chooserFor(ports, record))(number, {})!;
  // An ask has taken number 7 and chosen; nobody sees its trial yet.
  expect((await ports.trials.allocate(record, 1)).numbers).toEqual([7]);
  const slow = await chosenFor(7);
  // What comes after it is where it would not have gone, had it known.
  const near = { x: (slow.params.x as number) + 0.01 };
  expect((await client.enqueue({ study, body: { trials: [{ params: near }] } })).trials[0].number).toBe(8);
  const unseen = await chosenFor(9);
  expect(unseen.suggestion.knowledge).toEqual({ before: 9, pending: '8', inFlight: '7' });
  expect((await chosenFor(7)).params).not.toEqual(slow.params);

  expect(await ports.trials.heal(record, { ...blankTrial(7), ...slow })).toBe(true);
  const seen = await chosenFor(9);
  expect(seen.suggestion.knowledge).toEqual({ before: 9, pending: '7-8' });
  expect(unseen.params).toEqual(seen.params);
});
