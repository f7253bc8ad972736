import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pause } from './cli-process.ts';

const run = promisify(execFile);
const typescript = join(process.cwd(), 'node_modules', 'typescript', 'bin', 'tsc');
const installTimeoutMs = 240_000;

let folder: string;

/** An empty folder into which the package has been installed, as a stranger would. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cavia-package-'));
  await run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const [tarball] = readdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{"type": "module", "private": true}');
  await run('npm', ['install', '--silent', '--no-audit', '--no-fund', `./${tarball}`], { cwd: folder });
}, installTimeoutMs);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package', () => {
  it('brings no other package with it', () => {
    const installed = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
    expect(installed).toEqual(['cavia']);
  });

  it('holds the licences of the packages that are in its bundles', () => {
    const notice = readFileSync(join(folder, 'node_modules', 'cavia', 'dist', 'THIRD-PARTY.txt'), 'utf8');
    const [, ...sections] = notice.split(`\n\n${'-'.repeat(80)}\n\n`);
    expect(sections.map((text) => /^(\S+) \S+ \((.*)\)$/m.exec(text)!.slice(1))).toEqual([
      ['fastest-levenshtein', 'MIT'],
      ['ulid', 'MIT'],
      ['yaml', 'ISC'],
      ['zod', 'MIT'],
    ]);
    for (const text of sections) expect(text).toMatch(/Copyright [\s\S]*THE SOFTWARE IS PROVIDED "AS IS"/);
  });

  it('holds bundles and declarations, and no sources', () => {
    const files = readdirSync(join(folder, 'node_modules', 'cavia'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(['bin/cavia.js', 'dist/cli.js', 'dist/client.js', 'README.md', 'LICENSE']),
    );
  });

  it('serves with npx cavia serve, and its client and command line reach it', async () => {
    const server = spawn('npx', ['cavia', 'serve', '--port', '0'], { cwd: folder, detached: true, env: withNode() });
    let said = '';
    server.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    while (!said.includes('Try it:')) await pause(20);
    const url = /http:\/\/\S+?(?=,)/.exec(said)![0];
    try {
      const created = await run(
        'npx',
        ['cavia', 'study', 'create', 'first', 'lr=log(1e-5,1e-1)', '--minimize', 'loss', '--json', '--url', url],
        { cwd: folder, env: withNode() },
      );
      expect(JSON.parse(created.stdout)).toMatchObject({ name: 'first', state: 'active' });
      writeFileSync(
        join(folder, 'client.js'),
        `import { createClient } from 'cavia/client';
         const { trials } = await createClient('${url}').ask({ study: 'first', body: { count: 5 } });
         console.log(trials.length);`,
      );
      expect((await run('node', ['client.js'], { cwd: folder, env: withNode() })).stdout).toBe('5\n');
    } finally {
      process.kill(-server.pid!, 'SIGTERM');
      await once(server, 'close');
    }
  });

  it('opens the service in the process, and has types that compile', async () => {
    writeFileSync(
      join(folder, 'local.ts'),
      `import { openLocal } from 'cavia';
       import { createClient } from 'cavia/client';
       const cavia = await openLocal({ data: './data' });
       const client = createClient(cavia.url);
       const study = await client.createStudy({ body: { name: 'typed', space: { x: { type: 'float', low: 0, high: 1 } }, objectives: [{ metric: 'loss', direction: 'minimize' }] } });
       const { trials } = await client.ask({ study: study.id, body: {} });
       // @ts-expect-error a trial has no score
       console.log(trials[0].score, study.progress.left.toFixed(1));
       await cavia.close();`,
    );
    expect((await run('node', ['local.ts'], { cwd: folder, env: withNode() })).stdout).toBe('undefined 100.0\n');
    symlinkSync(join(process.cwd(), 'node_modules', '@types'), join(folder, 'node_modules', '@types'));
    const options = ['--noEmit', '--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
    execFileSync(process.execPath, [typescript, ...options, 'local.ts'], { cwd: folder, encoding: 'utf8' });
  });

  it('says which Node it needs', async () => {
    writeFileSync(
      join(folder, 'old.mjs'),
      `Object.defineProperty(process.versions, 'node', { value: '20.19.0' });
       await import('./node_modules/cavia/bin/cavia.js');`,
    );
    await expect(run('node', ['old.mjs'], { cwd: folder, env: withNode() })).rejects.toMatchObject({
      code: 2,
      stderr: 'Cavia needs Node 22.18 or later; this is 20.19.0.\n',
    });
  });
});

/** The Node that these tests run on, for a machine whose own is older. */
function withNode(): NodeJS.ProcessEnv {
  return { ...process.env, PATH: `${join(process.execPath, '..')}:${process.env['PATH']}` };
}
