import type { Cloud } from '../service/cloud.ts';
import type { World } from '../world.ts';
import { startWorker, type WorkerSettings } from './worker.ts';

const restartMsMax = 60_000;

/** Keeps so many workers going: one that dies is replaced after a while, under another name. */
export function startSupervisor(world: World, cloud: Cloud, count: number, settings: WorkerSettings): void {
  const { scheduler, dice } = world;
  let started = 0;
  const start = (): void => {
    if (world.isOver) return;
    const worker = startWorker(world, cloud, `worker-${++started}`, settings);
    worker.onDeath(() => scheduler.after(dice.between(0, restartMsMax), start));
  };
  for (let i = 0; i < count; i++) start();
}
