import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { sendTo, studyNamed } from '../http/open-service.ts';
import { pause, startProgram, startServerProcess, type Program } from './serve-process.ts';

const folders: string[] = [];
const programs: Program[] = [];
const drainMsMax = 5_000;

afterAll(async () => {
  for (const program of programs.splice(0)) {
    program.kill('SIGKILL');
    await program.exited;
  }
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-serve-'));
  folders.push(folder);
  return folder;
}

async function serve(data = newFolder(), args: string[] = []): Promise<Awaited<ReturnType<typeof startServerProcess>>> {
  const server = await startServerProcess(data, ['--port', '0', ...args]);
  programs.push(server);
  return server;
}

/** Runs a program to its end. */
async function run(
  name: 'serve.ts' | 'key.ts',
  args: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const program = startProgram(name, args);
  programs.push(program);
  const code = await program.exited;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** One sentence on standard error, and nothing that only a programmer of Cavia understands. */
function expectOneSentence({ stdout, stderr }: { stdout: string; stderr: string }): void {
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+\.\n$/);
  expect(stderr).not.toMatch(/\bat .*:\d+|Error:|node:/);
}

/** What a person copies from what the server says. */
function curlLineOf(text: string): string {
  return /^ {2}(curl .*)$/m.exec(text)![1];
}

async function takenPort(): Promise<{ port: number; free: () => Promise<void> }> {
  const holder = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => {
    holder.once('listening', resolve);
  });
  const free = (): Promise<void> =>
    new Promise((resolve) => {
      holder.close(() => resolve());
    });
  return { port: (holder.address() as AddressInfo).port, free };
}

describe.concurrent('a server that starts', () => {
  it('says where it is, and a curl line that works as it is pasted, twice', async () => {
    const data = newFolder();
    const server = await serve(data);
    expect(server.stdout()).toContain(`Cavia is at ${server.url}, with its data in ${data}. Stop it with Ctrl-C.\n`);
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    for (const isFirst of [true, false]) {
      const output = execFileSync('bash', ['-c', curlLineOf(server.stdout())], { encoding: 'utf8' });
      expect(JSON.parse(output)).toMatchObject({ name: 'first', state: 'active', progress: { given: 0 } });
      expect((await sendTo(server.url, 'GET', '/v1/studies')).body.data).toHaveLength(1);
      expect(isFirst || server.stderr() === '').toBe(true);
    }
    expect(server.stderr()).toBe('');
  });

  it('makes its folder, and folders above it', async () => {
    const data = join(newFolder(), 'a', 'b');
    await serve(data);
    expect(existsSync(join(data, 'cavia.db'))).toBe(true);
  });

  it('listens on the port that it is given', async () => {
    const { port, free } = await takenPort();
    await free();
    const server = await startServerProcess(newFolder(), ['--port', String(port)]);
    programs.push(server);
    expect(server.url).toBe(`http://127.0.0.1:${port}`);
  });

  it.each(['localhost', '::1'])('serves on %s, which is this machine', async (host) => {
    const server = await serve(newFolder(), ['--host', host]);
    expect((await sendTo(server.url, 'GET', '/v1/studies')).status).toBe(200);
  });

  it('serves any address when it asks for keys', async () => {
    const server = await serve(newFolder(), ['--host', '0.0.0.0', '--auth']);
    expect((await sendTo(server.url, 'GET', '/v1/studies')).status).toBe(401);
  });
});

describe.concurrent('a server that cannot start', () => {
  it('says that its port is in use', async () => {
    const { port, free } = await takenPort();
    const ended = await run('serve.ts', ['--port', String(port), '--data', newFolder()]);
    expectOneSentence(ended);
    expect(ended.stderr).toBe(`Port ${port} is in use: stop what runs there, or give another with --port.\n`);
    expect(ended.code).toBe(1);
    await free();
  });

  it.each(['http', '65536', ''])('says that --port %j is none', async (port) => {
    const { code, stderr, stdout } = await run('serve.ts', [`--port=${port}`, '--data', newFolder()]);
    expect(stderr.split('\n')[0]).toBe(`--port must be a whole number from 0 to 65535; got ${port || 'nothing'}.`);
    expect(stderr).toContain('\nUsage: ');
    expect([code, stdout]).toEqual([2, '']);
  });

  it.each([['--prot', '1'], ['--port'], ['extra']])('shows its usage for %s', async (...args) => {
    const { code, stderr, stdout } = await run('serve.ts', args);
    expect(stderr).toContain('Usage: npm start');
    expect(stderr).not.toMatch(/\bat .*:\d+/);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('says that --data is a file', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    const ended = await run('serve.ts', ['--port', '0', '--data', file]);
    expectOneSentence(ended);
    expect(ended.stderr).toContain(file);
    expect(ended.code).toBe(1);
  });

  it('says that cavia.db is something else', async () => {
    const data = newFolder();
    writeFileSync(join(data, 'cavia.db'), 'not a database, but long enough to look at'.repeat(100));
    const ended = await run('serve.ts', ['--port', '0', '--data', data]);
    expectOneSentence(ended);
    expect(ended.stderr).toContain(data);
    expect(ended.code).toBe(1);
  });

  it('says that another server has the folder, and leaves that one alone', async () => {
    const data = newFolder();
    const first = await serve(data);
    const ended = await run('serve.ts', ['--port', '0', '--data', data]);
    expectOneSentence(ended);
    expect(ended.stderr).toBe(
      `The data folder ${data} is in use by another Cavia: stop that one, or give another folder with --data.\n`,
    );
    expect(ended.code).toBe(1);
    expect((await sendTo(first.url, 'GET', '/v1/studies')).status).toBe(200);
  });

  it.each(['0.0.0.0', '::', ''])('refuses --host %j without --auth', async (host) => {
    const ended = await run('serve.ts', ['--port', '0', '--data', newFolder(), `--host=${host}`]);
    expectOneSentence(ended);
    expect(ended.stderr).toContain('--auth');
    expect(ended.code).toBe(1);
  });

  it('says that it does not have the address', async () => {
    const ended = await run('serve.ts', ['--port', '0', '--data', newFolder(), '--auth', '--host', '203.0.113.1']);
    expectOneSentence(ended);
    expect(ended.stderr).toContain('203.0.113.1');
    expect(ended.code).toBe(1);
  });

  it('explains itself when asked to', async () => {
    const { code, stdout } = await run('serve.ts', ['--help']);
    expect([code, stdout.split('\n')[0]]).toEqual([
      0,
      'Usage: npm start -- [--port 8787] [--host 127.0.0.1] [--data ./.cavia] [--auth]',
    ]);
  });
});

describe.concurrent.each(['SIGINT', 'SIGTERM'] as const)('%s', (signal) => {
  it('lets a request in flight end, then ends the server with 0', async () => {
    const data = newFolder();
    const server = await serve(data);
    const { port } = new URL(server.url);
    let answer = '';
    const done = new Promise<number>((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const request = httpRequest({ port, method: 'POST', path: '/v1/studies', headers }, (response) => {
        response.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        response.on('end', () => resolve(response.statusCode!));
      });
      request.on('error', reject);
      const text = JSON.stringify(studyNamed('in-flight'));
      request.write(text.slice(0, 10));
      void pause(100)
        .then(() => server.kill(signal))
        .then(() => pause(200))
        .then(() => request.end(text.slice(10)));
    });
    expect(await done).toBe(201);
    expect(JSON.parse(answer)).toMatchObject({ name: 'in-flight' });
    const startMs = performance.now();
    expect(await server.exited).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(drainMsMax);
    expect(server.stderr()).toBe('');
    const again = await serve(data);
    expect((await sendTo(again.url, 'GET', '/v1/studies/in-flight')).status).toBe(200);
  });

  it('does not wait for a client that does not go on, nor for an idle connection', async () => {
    const server = await serve();
    const { port } = new URL(server.url);
    await sendTo(server.url, 'GET', '/v1/studies');
    const stuck = httpRequest({ port, method: 'POST', path: '/v1/studies', headers: { 'content-length': '100' } });
    stuck.on('error', () => undefined);
    stuck.write('{');
    await pause(100);
    const startMs = performance.now();
    server.kill(signal);
    expect(await server.exited).toBe(0);
    expect(performance.now() - startMs).toBeLessThan(drainMsMax);
    expect(server.stderr()).toBe('');
  });
});

describe.concurrent('data', () => {
  it('survive a stop and a kill', async () => {
    const data = newFolder();
    let server = await serve(data);
    await sendTo(server.url, 'POST', '/v1/studies', studyNamed('kept'));
    const asked = await sendTo(server.url, 'POST', '/v1/studies/kept/ask', {}, { 'idempotency-key': 'k' });
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      server.kill(signal);
      await server.exited;
      server = await serve(data);
      const again = await sendTo(server.url, 'POST', '/v1/studies/kept/ask', {}, { 'idempotency-key': 'k' });
      expect(again.body).toEqual(asked.body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
    const told = await sendTo(server.url, 'POST', '/v1/studies/kept/trials/0/tell', {
      attempt: 1,
      values: { loss: 1 },
    });
    expect(told.body.state).toBe('complete');
  });

  it('are where a person would look for them, and in one place', async () => {
    const data = newFolder();
    const server = await serve(data);
    await sendTo(server.url, 'POST', '/v1/studies', studyNamed('kept'));
    server.kill('SIGINT');
    await server.exited;
    expect(readdirSync(data)).toEqual(['cavia.db', 'cavia.lock']);
  });
});

describe.concurrent('keys', () => {
  it('are made by the key program and let a person in who pastes the curl line', async () => {
    const data = newFolder();
    const before = await serve(data, ['--auth']);
    expect(before.stdout()).toContain(`make one with npm run key -- --data ${data}`);
    before.kill('SIGINT');
    await before.exited;

    const made = await run('key.ts', ['--data', data, '--name', 'mine']);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/^cav_[0-9a-z]{26}_[\w-]{43}\n$/);
    const key = made.stdout.trim();
    expect(made.stderr).not.toContain(key);

    const server = await serve(data, ['--auth']);
    expect(server.stdout()).not.toContain('There is no API key yet');
    expect((await sendTo(server.url, 'POST', '/v1/studies', studyNamed('x'))).status).toBe(401);
    const pasted = spawnSync('bash', ['-c', curlLineOf(server.stdout())], {
      encoding: 'utf8',
      env: { ...process.env, CAVIA_KEY: key },
    });
    expect(JSON.parse(pasted.stdout)).toMatchObject({ name: 'first' });
    const headers = { authorization: `Bearer ${key}` };
    const { body } = await sendTo(server.url, 'GET', '/v1/keys', undefined, headers);
    expect(body.data).toMatchObject([{ name: 'mine', scopes: ['read', 'write', 'admin'], expires: null }]);
    expect((await sendTo(server.url, 'DELETE', `/v1/keys/${body.data[0].id}`, undefined, headers)).status).toBe(200);
    expect((await sendTo(server.url, 'GET', '/v1/keys', undefined, headers)).status).toBe(401);
  });

  it('open the studies that were made without them', async () => {
    const data = newFolder();
    const open = await serve(data);
    await sendTo(open.url, 'POST', '/v1/studies', studyNamed('mine'));
    open.kill('SIGTERM');
    await open.exited;
    const key = (await run('key.ts', ['--data', data])).stdout.trim();
    const server = await serve(data, ['--auth']);
    const headers = { authorization: `Bearer ${key}` };
    expect((await sendTo(server.url, 'GET', '/v1/studies/mine', undefined, headers)).status).toBe(200);
  });

  it('cannot be made while the server runs, which is said in one sentence', async () => {
    const data = newFolder();
    await serve(data, ['--auth']);
    const ended = await run('key.ts', ['--data', data]);
    expectOneSentence(ended);
    expect(ended.code).toBe(1);
  });

  it('are not made by a program that is told something unknown', async () => {
    const ended = await run('key.ts', ['--nmae', 'x', '--data', newFolder()]);
    expect(ended.stdout).toBe('');
    expect(ended.code).not.toBe(0);
    expect(ended.stderr).not.toMatch(/\bat .*:\d+/);
  });
});

/** A file system of 2 MB, or why there is none. */
function mountTiny(): { folder: string; unmount: () => void } | { reason: string } {
  const folder = mkdtempSync(join(tmpdir(), 'cavia-tiny-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', folder], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    rmSync(folder, { recursive: true });
    return { reason: (mounted.error?.message ?? mounted.stderr).trim() };
  }
  const unmount = (): void => {
    spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, unmount };
}

const tiny = mountTiny();
const canMount = 'folder' in tiny;
if (canMount) tiny.unmount();

describe.skipIf(!canMount)(
  `a full disk${canMount ? '' : ` (left out, because no tmpfs can be mounted: ${tiny.reason})`}`,
  () => {
    it('makes the server say unavailable to writes, and it goes on when there is room again', async () => {
      const disk = mountTiny() as { folder: string; unmount: () => void };
      try {
        const data = join(disk.folder, 'data');
        mkdirSync(data);
        const filler = join(disk.folder, 'filler');
        const server = await serve(data);
        await sendTo(server.url, 'POST', '/v1/studies', studyNamed('before'));
        spawnSync('sh', ['-c', `cat /dev/zero > ${filler}`]);
        expect(statSync(filler).size).toBeGreaterThan(0);
        const refused = await fillUp(server.url);
        expect([refused.status, refused.body.code]).toEqual([503, 'unavailable']);
        expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
        expect((await sendTo(server.url, 'GET', '/v1/studies/before')).status).toBe(200);
        expect((await sendTo(server.url, 'GET', '/v1/health')).status).toBe(200);
        rmSync(filler);
        const asked = await sendTo(server.url, 'POST', '/v1/studies/before/ask', {});
        expect([asked.status, asked.body.granted]).toEqual([200, 1]);
        server.kill('SIGTERM');
        expect(await server.exited).toBe(0);
      } finally {
        disk.unmount();
      }
    });
  },
);

/** Writes until a write is refused. */
async function fillUp(url: string): ReturnType<typeof sendTo> {
  for (let i = 0; i < 100; i++) {
    const labels = Object.fromEntries(Array.from({ length: 30 }, (_, k) => [`l${k}`, 'x'.repeat(250)]));
    const answer = await sendTo(url, 'POST', '/v1/studies', studyNamed(`s${i}`, { labels }));
    if (answer.status !== 201) return answer;
  }
  throw new Error('the disk did not fill up');
}
