import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { openSqliteQueue, type SqliteQueueSettings } from '../../shared/jobs/sqlite-queue.ts';
import { messageBytesMax, receiveMax, type Queue } from '../../shared/service/ports/queue.ts';
import { DataFolderRefused } from '../../shared/store/sqlite-file.ts';
import { queueContract, suiteReceiveCountMax, suiteVisibilitySeconds } from '../contract/queue.ts';
import { startScript } from './script-process.ts';

const root = mkdtempSync(join(tmpdir(), 'cavia-queue-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

queueContract('a queue on SQLite', async () => openSqliteQueue(settings(newFolder())));

describe('a queue on SQLite', () => {
  it('knows the same messages, hidden ones, delays and dead letters when it is opened again', async () => {
    const folder = newFolder();
    const clock = newClock();
    const first = openSqliteQueue({ ...settings(folder), ...clock });
    await first.send([{ body: 'poison' }]);
    for (let reception = 0; reception < suiteReceiveCountMax; reception++) {
      await first.receive(1, 0);
      clock.pass(suiteVisibilitySeconds * 1000);
    }
    expect(await first.receive(1, 0)).toEqual([]);
    await first.send([{ body: 'hidden' }, { body: 'delayed', delaySeconds: 900 }]);
    const [{ handle }] = await first.receive(1, 0);
    await first.send([{ body: 'waiting' }]);
    await first.close();

    const second = openSqliteQueue({ ...settings(folder), ...clock });
    expect(await second.counts()).toEqual({ waiting: 1, hidden: 1, delayed: 1, dead: 1 });
    await second.acknowledge(handle);
    expect(await second.counts()).toEqual({ waiting: 1, hidden: 0, delayed: 1, dead: 1 });
    clock.pass(900_000);
    expect((await second.receive(receiveMax, 0)).map(({ body }) => body).sort()).toEqual(['delayed', 'waiting']);
    await second.close();
  });

  it('takes no handle from before a redrive for the message that came back', async () => {
    const clock = newClock();
    const queue = openSqliteQueue({ ...settings(newFolder()), ...clock, receiveCountMax: 1 });
    await queue.send([{ body: 'a' }]);
    const [before] = await queue.receive(1, 0);
    clock.pass(suiteVisibilitySeconds * 1000);
    await queue.receive(1, 0);
    await queue.redrive();
    const [after] = await queue.receive(1, 0);
    expect(after).toMatchObject({ body: 'a', receiveCount: 1 });
    await queue.acknowledge(before.handle);
    expect(await queue.counts()).toEqual({ waiting: 0, hidden: 1, delayed: 0, dead: 0 });
    await queue.close();
  });

  it('keeps what was sent, forgets what was acknowledged, and hides nothing for good after kill -9', async () => {
    const folder = newFolder();
    const script = startScript(
      ['sqlite-queue.ts', 'openSqliteQueue'],
      `const queue = open({ ...${JSON.stringify(settings(folder))}, nowMs: Date.now });
       for (let i = 0; ; i++) {
         await queue.send([{ body: 'kept ' + i }, { body: 'done ' + i }]);
         console.log('kept ' + i);
         for (const { body, handle } of await queue.receive(10, 0)) {
           if (!body.startsWith('done')) continue;
           await queue.acknowledge(handle);
           console.log(body);
         }
       }`,
    );
    while (!(await script.line()).endsWith(' 30'));
    const said = await script.kill();
    const clock = newClock();
    clock.pass(suiteVisibilitySeconds * 1000);
    const queue = openSqliteQueue({ ...settings(folder), ...clock, receiveCountMax: 1000 });
    const left = new Set<string>();
    for (let messages; (messages = await queue.receive(receiveMax, 0)).length > 0;) {
      for (const { body } of messages) left.add(body);
    }
    await queue.close();
    expect(said.length).toBeGreaterThan(60);
    expect(said.filter((body) => left.has(body) !== body.startsWith('kept'))).toEqual([]);
  });

  it('is refused to a second process while the first has it', async () => {
    const folder = newFolder();
    const script = startScript(
      ['sqlite-queue.ts', 'openSqliteQueue'],
      `open({ ...${JSON.stringify(settings(folder))}, nowMs: Date.now }); console.log('open'); setInterval(() => {}, 1000);`,
    );
    await script.line();
    expect(() => openSqliteQueue(settings(folder))).toThrow(DataFolderRefused);
    await script.kill();
    await openSqliteQueue(settings(folder)).close();
  });

  it('says that it is unavailable while its disk is full, loses nothing, and goes on when there is space', async () => {
    const folder = newFolder();
    const { db, queue } = withHandle(folder);
    await queue.send([{ body: 'first' }]);
    const { page_count: pages } = db.prepare('PRAGMA page_count').get()!;
    db.exec(`PRAGMA max_page_count = ${(pages as number) + 2}`);
    const large = Array.from({ length: 10 }, () => ({ body: 'x'.repeat(messageBytesMax) }));
    await expect(queue.send(large)).rejects.toThrow(expect.objectContaining({ name: 'JobsUnavailable' }) as Error);
    expect(await queue.counts()).toMatchObject({ waiting: 1 });
    db.exec('PRAGMA max_page_count = 1000000');
    await queue.send(large);
    expect(await queue.counts()).toMatchObject({ waiting: 11 });
    await queue.close();
  });
});

function settings(folder: string): SqliteQueueSettings {
  return { folder, visibilitySeconds: suiteVisibilitySeconds, receiveCountMax: suiteReceiveCountMax, nowMs: Date.now };
}

function newFolder(): string {
  return mkdtempSync(join(root, 'data-'));
}

/** A clock that only the test moves. */
function newClock(): { nowMs: () => number; pass: (ms: number) => void } {
  let now = Date.now();
  return { nowMs: () => now, pass: (ms) => void (now += ms) };
}

/** The queue, and its own connection: the lock keeps others out. */
function withHandle(folder: string): { db: DatabaseSync; queue: Queue } {
  const prepare = vi.spyOn(DatabaseSync.prototype, 'prepare');
  const queue = openSqliteQueue(settings(folder));
  return { db: prepare.mock.contexts[0] as DatabaseSync, queue };
}
