import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, describe, it, onTestFinished } from 'vitest';
import { createClient, type Client } from '../../shared/api/client.ts';
import type { Study } from '../../shared/api/messages.ts';
import { allTrials, audit } from '../audit.ts';
import { itemsOf } from '../service/items-in.ts';
import { pause, startServerProcess, type ServerProcess } from './serve-process.ts';

const study = 'managed';
const waitMs = 100_000;

describe('a managed study on this machine', () => {
  it('goes from its creation to its end, with exactly its budget', async () => {
    const place = newPlace();
    const { client } = await place.serve();
    await create(client, place.notes, { trials: 10, parallel: 4, trainingMs: 20 });
    await place.until(client, isFinished);
    await expectWellTrained(client, 10);
    const notes = notesIn(place.notes);
    const begun = notes.filter((note) => note.startsWith('begin')).sort();
    expect(begun).toEqual(Array.from({ length: 10 }, (_, number) => `begin ${number} 1`).sort());
    let running = 0;
    for (const note of notes) expect((running += note.startsWith('begin') ? 1 : -1)).toBeLessThanOrEqual(4);
    expect(processesOf(place.data)).toEqual([]);
    const { log } = await client.trialLog({ study, number: 0 });
    expect(JSON.parse(log!)).toHaveProperty('values.loss');
    expect(readdirSync(place.data)).toEqual(expect.arrayContaining(['cavia.db', 'queue.db', 'jobs', 'objects']));
    expect(openToOthers(place.data)).toEqual([]);
  });

  it('that is stopped midway ends its processes', async () => {
    const place = newPlace();
    const { client } = await place.serve();
    await create(client, place.notes, { trials: 50, parallel: 3, trainingMs: 60_000 });
    await place.until(client, () => notesIn(place.notes).length === 3);
    expect(processesOf(place.data).length).toBeGreaterThanOrEqual(3);
    await client.updateStudy({ study, body: { state: 'stopped' } });
    await place.until(client, isFinished);
    expect(processesOf(place.data)).toEqual([]);
    expect(notesIn(place.notes).filter((note) => note.startsWith('end'))).toEqual([]);
    expect((await allTrials(client, study)).map(({ state }) => state)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    expect(await audit(client, study)).toEqual([]);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('goes on after %s of the server', async (signal) => {
    const place = newPlace();
    let { client, server } = await place.serve();
    const port = new URL(server.url).port;
    await create(client, place.notes, { trials: 16, parallel: 3, trainingMs: 150 });
    for (const begun of [2, 7, 11]) {
      const isFarEnough = (): boolean =>
        notesIn(place.notes).filter((note) => note.startsWith('begin')).length >= begun;
      await place.until(client, (found) => isFarEnough() || isFinished(found));
      server.kill(signal);
      await server.exited;
      ({ client, server } = await place.serve(port));
    }
    await place.until(client, isFinished);
    await expectWellTrained(client, 16);
    // An attempt is begun once; it may end without a result that anybody heard of, and then there is another one.
    const begun = notesIn(place.notes).filter((note) => note.startsWith('begin'));
    expect(new Set(begun).size).toBe(begun.length);
    expect(processesOf(place.data)).toEqual([]);
  });
});

describe('a managed study on this machine that is deleted', () => {
  it.each(['goes on', 'is killed'])('leaves nothing in the data folder, though the server %s', async (fate) => {
    const place = newPlace();
    let { client, server } = await place.serve();
    await create(client, place.notes, { trials: 50, parallel: 3, trainingMs: 150 });
    await place.until(client, () => notesIn(place.notes).filter((note) => note.startsWith('end')).length >= 4);
    const { id } = await client.getStudy({ study });
    expect(filesOf(place.data, id).length).toBeGreaterThan(4);
    await client.deleteStudy({ study });
    if (fate === 'is killed') {
      server.kill('SIGKILL');
      await server.exited;
      ({ client, server } = await place.serve());
    }
    expect((await client.listStudies()).data).toEqual([]);
    await expect.poll(() => filesOf(place.data, id), { timeout: 30_000, interval: 200 }).toEqual([]);
    await expect.poll(() => itemsOf(place.data, id), { timeout: 30_000, interval: 200 }).toEqual([]);
    expect(processesOf(place.data)).toEqual([]);
    expect(server.stderr()).toBe('');
  });
});

interface Place {
  data: string;
  notes: string;
  serve: (port?: string) => Promise<{ client: Client; server: ServerProcess }>;
  until: (client: Client, isSo: (study: Study) => boolean) => Promise<void>;
}

function newPlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-managed-'));
  const servers: ServerProcess[] = [];
  onTestFinished(async () => {
    for (const server of servers) server.kill('SIGKILL');
    await Promise.all(servers.map(({ exited }) => exited));
    for (const pid of processesOf(folder)) kill(pid);
    rmSync(folder, { recursive: true, force: true });
  });
  const data = join(folder, 'data');
  return {
    data,
    notes: join(folder, 'notes'),
    serve: async (port = '0') => {
      const server = await startServerProcess(data, ['--port', port]);
      servers.push(server);
      return { server, client: createClient(server.url) };
    },
    until: async (client, isSo) => {
      const deadline = Date.now() + waitMs;
      for (;;) {
        const found = await client.getStudy({ study });
        if (isSo(found)) return;
        if (Date.now() > deadline) throw new Error(`${servers.at(-1)!.stderr()} ${JSON.stringify(found)}`);
        await pause(20);
      }
    },
  };
}

async function create(
  client: Client,
  notes: string,
  { trials, parallel, trainingMs }: { trials: number; parallel: number; trainingMs: number },
): Promise<void> {
  await client.createStudy({
    body: {
      name: study,
      space: { x: { type: 'float', low: 0, high: 1 } },
      objectives: [{ metric: 'loss', direction: 'minimize' }],
      sampler: { kind: 'quasiRandom' },
      budget: { trials, parallel },
      training: {
        runner: 'process',
        command: [process.execPath, join(import.meta.dirname, 'train.ts'), String(trainingMs)],
        environment: { NOTES: notes },
      },
    },
  });
}

function isFinished({ state }: Study): boolean {
  return state === 'finished';
}

async function expectWellTrained(client: Client, count: number): Promise<void> {
  const trials = await allTrials(client, study);
  expect(trials.map(({ state }) => state)).toEqual(Array(count).fill('complete'));
  for (const { values, params } of trials) expect(values).toEqual({ loss: ((params.x as number) - 0.3) ** 2 });
  expect((await client.getStudy({ study })).progress).toMatchObject({ given: count, left: 0, ended: count });
  expect(await audit(client, study)).toEqual([]);
}

function notesIn(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}

/** What other people of this machine can look into: a folder and what is in it right away. */
function openToOthers(folder: string): string[] {
  return ['.', ...readdirSync(folder)].filter((entry) => (statSync(join(folder, entry)).mode & 0o077) !== 0);
}

/** Folders of jobs and of objects, and what is in them. */
function filesOf(data: string, id: string): string[] {
  const entries = readdirSync(data, { recursive: true }).map(String);
  return entries.filter((entry) => entry.includes(id));
}

/** The pids of the shells around trainings: they are started with the folder of their job. */
function processesOf(folder: string): number[] {
  const isOurs = (line: string): boolean => line.includes(join(folder, 'jobs')) || line.includes(join(folder, 'data'));
  if (!existsSync('/proc/self/cmdline')) {
    const lines = execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.filter((line) => isOurs(line) && line.includes('/bin/sh')).map((line) => Number.parseInt(line, 10));
  }
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      const line = commandLine(pid);
      return line.startsWith('/bin/sh') && isOurs(line);
    })
    .map(Number);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

function kill(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}
