import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import packageJson from '../package.json' with { type: 'json' };
import { routes, type Route } from '../shared/api/routes.ts';
import { openLocal } from '../local/index.ts';
import { invariants } from './simulation/invariants/all.ts';

const readme = readFileSync('README.md', 'utf8');
const run = promisify(execFile);

describe('the README', () => {
  it('has curl sessions that work as they stand', async () => {
    const sessions = readme.matchAll(/<!-- executed by test\/docs\.test\.ts -->\n```sh\n([\s\S]*?)```/g);
    const session = [...sessions].map(([, script]) => script).join('');
    const data = mkdtempSync(join(tmpdir(), 'cavia-readme-'));
    const cavia = await openLocal({ data });
    try {
      const script = session.replaceAll('http://127.0.0.1:8787', cavia.url);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script]);
      const answers = stdout.trim().split('\n');
      expect(JSON.parse(answers[0])).toMatchObject({ name: 'readme', state: 'active' });
      expect(JSON.parse(answers[1])).toMatchObject({ granted: 2, trials: [{ number: 0 }, { number: 1 }] });
      expect(JSON.parse(answers[2])).toMatchObject({ stop: false });
      expect(JSON.parse(answers[3])).toMatchObject({ state: 'complete', values: { loss: 0.42 } });
      expect(JSON.parse(answers[4])).toMatchObject({ state: 'waiting', failures: 1, message: 'CUDA out of memory' });
      expect(JSON.parse(answers[5])).toMatchObject({ kind: 'top', best: { number: 0 } });
      expect(answers[6]).toMatch(/^number,state,/);
      const [created, best, log] = answers.slice(-3).map((answer) => JSON.parse(answer) as object);
      expect(created).toMatchObject({ name: 'managed', state: 'active', training: { runner: 'process' } });
      expect(best).toMatchObject({ kind: 'top', best: { state: 'complete', job: { phase: 'ended' } } });
      expect(log).toMatchObject({ attempt: 1, log: expect.stringMatching(/^{"values":{"loss":/) as string });
    } finally {
      await cavia.close();
      rmSync(data, { recursive: true });
    }
  });

  it('has a session of the command line that works as it stands', async () => {
    const [, session] = /<!-- executed by test\/docs\.test\.ts, as a [^>]*-->\n```sh\n([\s\S]*?)```/.exec(readme)!;
    const folder = mkdtempSync(join(tmpdir(), 'cavia-readme-'));
    const cavia = await openLocal({ data: join(folder, 'data') });
    try {
      const script = session.replaceAll('npx cavia', `"${process.execPath}" "${resolve('bin/cavia.js')}"`);
      const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: folder,
        env: { ...process.env, CAVIA_URL: cavia.url, XDG_STATE_HOME: folder },
      });
      expect(stdout).toMatch(/^best: trial \d+, loss=/);
      expect(stdout).toContain('12 of 12 ended');
      expect(stdout).toMatch(/\nlr +\d+ % █/);
      expect(readFileSync(join(folder, 'parabola.log'), 'utf8').trim().split('\n')).toHaveLength(14);
    } finally {
      await cavia.close();
      rmSync(folder, { recursive: true });
    }
  });

  it('names only npm scripts that there are', () => {
    const named = [...readme.matchAll(/(?:`|^|&& )npm (?:run )?(?:--silent )?([a-z][a-z:-]*)/gm)].map(
      ([, name]) => name,
    );
    const scripts = [...Object.keys(packageJson.scripts), 'ci', 'run', 'pack'];
    // `bench:NAME` is any that begins so.
    const isThere = (name: string): boolean =>
      scripts.some((script) => (name.endsWith(':') ? script.startsWith(name) : script === name));
    expect(named.filter((name) => !isThere(name))).toEqual([]);
    expect(named.length).toBeGreaterThan(5);
  });
});

describe('the documents', () => {
  const pages = [
    'README.md',
    'CHANGELOG.md',
    'examples/batch/README.md',
    'examples/shell/README.md',
    'clients/python/README.md',
    ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => join('docs', path)),
  ];

  it('explain every invariant that the simulation watches, under its number and name', () => {
    const explained = [
      ...readFileSync('docs/invariants.md', 'utf8').matchAll(/^\| (I\d+) \| ([a-z0-9-]+) \| .+ \|$/gm),
    ];
    expect(explained.map(([, number]) => number)).toEqual(Array.from({ length: 21 }, (_, i) => `I${i + 1}`));
    const names = explained.map(([, number, name]) => `${number} ${name}`);
    expect(names).toEqual(expect.arrayContaining(Object.keys(invariants)));
  });

  it.each(pages)('%s links to files that are there', (page) => {
    const links = [...readFileSync(page, 'utf8').matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) =>
      join(dirname(page), target),
    );
    expect(links.filter((link) => !existsSync(link))).toEqual([]);
  });
});

describe('the page of the API', () => {
  const page = readFileSync('docs/api.md', 'utf8');
  const sectionOf = ({ method, path }: Route): string => page.split(`\n## ${method} ${path}\n`)[1].split('\n## ')[0];
  const operations = Object.entries(routes) as [string, Route][];

  it.each(operations)('says what %s answers', (_, route) => {
    expect(sectionOf(route)).toContain(`Answer ${route.success.status}`);
  });

  it('has types and bounds of fields inside of others, and of queries', () => {
    expect(sectionOf(routes.updateStudy)).toContain('| `budget.trials` | integer, 1 to 1000000 |');
    expect(sectionOf(routes.updateStudy)).toContain('| `budget.parallel` | integer, 1 to 1000 or null |');
    expect(sectionOf(routes.updateStudy)).toContain('| `budget.deadline` | time or null |');
    expect(sectionOf(routes.enqueue)).toContain('| `trials[].params` |');
    expect(sectionOf(routes.listTrials)).toContain('| `limit` | integer, 1 to 1000 | default `100` |');
  });

  it('says what is otherwise with several objectives', () => {
    for (const route of [routes.predict, routes.advice]) expect(sectionOf(route)).toContain('with one objective');
    expect(page).toContain('when one trial reaches every target');
    expect(page).toMatch(/\| `mean` \|.*Absent with several objectives/);
  });

  it('has the limits that no single field has, and what is beside the body', () => {
    expect(sectionOf(routes.createStudy)).toContain('200000 bytes');
    expect(sectionOf(routes.tell)).toContain('at most 32 metrics');
    expect(page).toContain('48 hours');
    expect(page).toContain('`Idempotency-Replayed: true`');
    expect(page.split('\n### Problem\n')[1]).toMatch(/`trial` \| \[Trial\][^]*`allowed` \| list of text/);
  });
});
