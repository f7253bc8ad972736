import type { Study } from '../../../shared/api/messages.ts';
import { newProcess } from '../process.ts';
import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';
import { newCaller, refusalIn } from './caller.ts';
import type { Deed, Scenario } from '../scenarios.ts';

const lookEveryMs = 15_000;
const patienceMs = 30_000;
export const studyName = 'simulated';

/** Creates the study, does what the scenario says, resumes what the circuit breaker paused, and sees the end of it. */
export function startOperator(
  world: World,
  cloud: Cloud,
  { spec, deeds }: Pick<Scenario, 'spec' | 'deeds'>,
  onCreated: (study: Study) => void,
): void {
  const process = newProcess(world, 'operator');
  const { client, persist } = newCaller(world, cloud, process);

  async function operate(): Promise<void> {
    const body = { ...spec, name: studyName };
    onCreated(await persist(() => client.createStudy({ body, idempotencyKey: 'create' })));
    await Promise.all(deeds.map((deed, i) => does(deed, i)));
    if (world.isDeleting) return void (world.isOver = true);
    let study = await look();
    while (study.state !== 'finished') {
      if (study.state === 'paused') {
        await process.sleep(patienceMs);
        await persist(() => client.updateStudy({ study: studyName, body: { state: 'active' } })).catch(requireClosed);
      }
      await process.sleep(lookEveryMs);
      study = await look();
    }
    world.isOver = true;
  }

  const look = (): Promise<Study> => persist(() => client.getStudy({ study: studyName }));

  async function does({ afterMs, what, refusals = [] }: Deed, i: number): Promise<void> {
    await process.sleep(afterMs);
    try {
      if ('update' in what) await persist(() => client.updateStudy({ study: studyName, body: what.update }));
      else if ('delete' in what) {
        world.isDeleting = true;
        await persist(() => client.deleteStudy({ study: studyName }));
      } else if ('cancel' in what) {
        const request = { study: studyName, number: what.cancel, body: {}, idempotencyKey: `cancel-${i}` };
        await persist(() => client.cancel(request));
      } else {
        const body = { trials: what.enqueue.map((params) => ({ params })) };
        await persist(() => client.enqueue({ study: studyName, body, idempotencyKey: `enqueue-${i}` }));
      }
    } catch (error) {
      if (!refusals.includes(refusalIn(error) ?? '')) throw error;
    }
  }

  void operate().catch((error: unknown) => world.verdict.violated('I6 no-lost-trial', `operator: ${String(error)}`));
}

/** It was stopped, or has ended, since it was looked at. */
function requireClosed(error: unknown): void {
  if (refusalIn(error) !== 'study_closed') throw error;
}
