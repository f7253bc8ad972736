import { setTimeout as sleep } from 'node:timers/promises';
import { objectsContract } from '../../contract/objects.ts';
import { queueContract, suiteReceiveCountMax, suiteVisibilitySeconds } from '../../contract/queue.ts';
import { tableContract } from '../../contract/table.ts';
import { asObjects, newMemoryObjects } from './memory-objects.ts';
import { asQueue, newMemoryQueue } from './memory-queue.ts';
import { asTable, newMemoryTable } from './memory-table.ts';

tableContract('the table of the simulation', async () => asTable(newMemoryTable()));

queueContract('the queue of the simulation', async () => {
  const settings = { visibilitySeconds: suiteVisibilitySeconds, receiveCountMax: suiteReceiveCountMax };
  return asQueue(newMemoryQueue({ ...settings, nowMs: Date.now }), Date.now, (ms) => sleep(ms));
});

objectsContract('the objects of the simulation', async () => {
  const objects = newMemoryObjects(Date.now);
  return {
    objects: asObjects(objects),
    writeRaw: async (key, body) => objects.write(key, body),
    keysUnder: async (prefix) => objects.keys().filter((key) => key.startsWith(prefix)),
  };
});
