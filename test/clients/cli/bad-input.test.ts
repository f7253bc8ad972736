import { createServer, type Server } from 'node:http';
import { mkdirSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, type Service } from '../../http/open-service.ts';
import { openTerminal, type Terminal } from './cli-process.ts';

let service: Service;
let guarded: Service;
let terminal: Terminal;

beforeAll(async () => {
  service = await openService();
  guarded = await openService({ auth: true });
  terminal = openTerminal({ CAVIA_URL: service.url });
  await terminal.run(['study', 'create', 'digits', 'learningRate=log(1e-4, 1e-1)', '--minimize', 'loss']);
});

afterAll(async () => {
  await service.close();
  await guarded.close();
});

/** One sentence on standard error, nothing on standard output. */
async function refusal(args: readonly string[], in_: Terminal = terminal): Promise<{ code: number; sentence: string }> {
  const { code, stdout, stderr } = await in_.run(args);
  expect(stdout).toBe('');
  expect(stderr).toMatch(/^[^\n]+[.?*}\]…]\n$/);
  return { code, sentence: stderr.trimEnd() };
}

describe('a command line that is wrong', () => {
  it.each<[string[], string]>([
    [['stduy'], 'There is no command "stduy"; did you mean study?'],
    [['study', 'crate'], 'There is no command "study crate"; did you mean create?'],
    [
      ['study', 'frobnicate'],
      'There is no command "study frobnicate"; there are create, list, show, watch, pause, resume, stop, extend, delete.',
    ],
    [
      ['study', 'create', 'x', '--minimise', 'loss'],
      'cavia study create has no option --minimise; did you mean --minimize?',
    ],
    [
      ['ask', 'digits', '--zzz'],
      'cavia ask has no option --zzz; it has --url, --json, --help, --version, --count, --worker, --fix, --lease.',
    ],
    [['ask', 'digits', '-n'], '--count needs a value, like --count N.'],
    [['ask', 'digits', '-n', '--json'], '--count needs a value, like --count N.'],
    [['ask', 'digits', '--json=yes'], '--json takes no value; got "yes".'],
    [['ask', 'digits', '-n', 'two'], '--count must be a whole number from 1 on; got "two".'],
    [['ask'], 'cavia ask needs STUDY: cavia ask STUDY [options]'],
    [['ask', 'digits', 'more'], 'cavia ask takes no "more": cavia ask STUDY [options]'],
    [
      ['ask', 'digits', '--fix', 'learningrate=1'],
      'digits has no parameter "learningrate"; did you mean learningRate?',
    ],
    [
      ['study', 'create', 'x', '--sampler', 'tpe'],
      '--sampler must be one of auto, gp, random, quasiRandom, grid; got "tpe".',
    ],
    [['study', 'create', 'x', 'lr=logg(1,2)'], 'lr: there is no range "logg"; did you mean log?'],
    [['study', 'create', 'x', 'lr=log(1,2)'], 'The study needs an objective: --minimize loss, or --maximize accuracy.'],
    [
      ['study', 'create', 'x', '--minimize', 'loss'],
      "The study needs a space: ranges such as 'lr=log(1e-5, 1e-1)', or --space FILE.",
    ],
    [
      ['study', 'create', 'lr=log(1e-5,1)', 'n=int(1, 4)', '--minimize', 'loss'],
      "The study needs a NAME before its ranges: cavia study create NAME 'lr=log(1e-5,1)' …",
    ],
    [
      ['study', 'create', 'x', 'n=int(1, 4)', 'lr=log(1e-5, 1)', '--minimize', 'loss', '--sampler', 'grid'],
      'On a grid lr needs a number of values: add --points 5 for all such ranges, --points lr=5, or step= in the range.',
    ],
    [
      ['study', 'create', 'x', 'lr=log(1e-5, 1)', '--sampler', 'grid', '--points', 'lr=one'],
      '--points lr must be a whole number from 2 on; got "one".',
    ],
    [['study', 'create', 'x', 'lr=log(1e-5, 1)', '--points', '5'], '--points needs --sampler grid.'],
    [['study', 'create', '--minimize', 'loss'], 'The study needs a NAME, or --file with a name in it.'],
    [['study', 'create', 'x', '-s', 'gone.yaml'], 'gone.yaml cannot be read: there is no such file.'],
    [
      ['study', 'delete', 'digits'],
      'Delete digits with its 0 trials? This cannot be undone. Add --yes: nobody can be asked here.',
    ],
    [['study', 'extend', 'digits'], 'Say what to extend: a COUNT of trials, a RANGE, --deadline or --parallel.'],
    [['tell', 'digits', '0'], 'Say the VALUE, or with --state how the trial ended without one.'],
    [['tell', 'digits', 'first', '1'], 'TRIAL must be a whole number from 0 on; got "first".'],
    [['plot', 'slice', 'digits', 'learningrat'], 'digits has no parameter "learningrat"; did you mean learningRate?'],
    [['importance', 'digits', '--metric', 'los'], 'The study has no objective "los"; did you mean loss?'],
    [['completion', 'powershell'], 'SHELL must be one of bash, zsh, fish; got "powershell".'],
    [['serve', '--port', '123456'], '--port must be a whole number from 0 to 65535; got 123456.'],
    [
      ['study', 'list', '--url', 'localhost:8787'],
      '--url must be an address like http://127.0.0.1:8787; got "localhost:8787".',
    ],
    [['run', 'digits'], 'Say the program after --: cavia run STUDY -- python train.py {*}'],
    [['run', 'digits', '-w', '0', '--', 'true'], '--workers must be a whole number from 1 on; got "0".'],
  ])('%j: %s', async (args, sentence) => {
    expect(await refusal(args)).toEqual({ code: 2, sentence });
  });

  it('shows the commands of a group', async () => {
    const { code, stdout, stderr } = await terminal.run(['study']);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^Usage: cavia study COMMAND\n/);
  });

  it('says where a YAML file is wrong', async () => {
    writeFileSync(join(terminal.folder, 'bad.yaml'), 'lr: [1, 2\nx: {');
    expect((await refusal(['study', 'create', 'x', '-s', 'bad.yaml'])).sentence).toMatch(
      /^bad\.yaml is no YAML: .* line 2/,
    );
    writeFileSync(join(terminal.folder, 'list.yaml'), '- 1');
    expect((await refusal(['study', 'create', 'x', '-s', 'list.yaml'])).sentence).toBe(
      'list.yaml must hold a mapping, like {lr: "log(1e-5, 1e-1)"}.',
    );
    mkdirSync(join(terminal.folder, 'folder'));
    expect((await refusal(['study', 'create', 'x', '-s', 'folder'])).sentence).toBe(
      'folder cannot be read: it is a folder.',
    );
  });
});

describe('a service that is not there', () => {
  it('is said to be so', async () => {
    const sentence =
      'http://127.0.0.1:9999 cannot be reached (ECONNREFUSED): start it with cavia serve, or say where it is with --url or CAVIA_URL.';
    expect(await refusal(['study', 'list', '--url', 'http://127.0.0.1:9999'])).toEqual({ code: 3, sentence });
    expect(await refusal(['run', 'digits', '--url', 'http://127.0.0.1:9999', '--', 'true'])).toEqual({
      code: 3,
      sentence,
    });
  });

  it('is told from a server that is no Cavia', async () => {
    const other: Server = createServer((_, response) => response.writeHead(404).end('<h1>not here</h1>'));
    await new Promise<void>((resolve) => {
      other.listen(0, '127.0.0.1', resolve);
    });
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    expect(await refusal(['study', 'list', '--url', url])).toEqual({
      code: 3,
      sentence: `${url}/v1/studies?limit=100 answered 404 <h1>not here</h1>: that is no Cavia; check --url or CAVIA_URL.`,
    });
    other.close();
  });
});

describe('a key', () => {
  it('that is missing or wrong is asked for', async () => {
    const without = openTerminal({ CAVIA_URL: guarded.url });
    const missing = await refusal(['study', 'list'], without);
    expect(missing.code).toBe(4);
    expect(missing.sentence).toMatch(/ Set CAVIA_KEY to an API key\.$/);
    const wrong = await refusal(['study', 'list'], openTerminal({ CAVIA_URL: guarded.url, CAVIA_KEY: 'cav_wrong' }));
    expect(wrong.code).toBe(4);
    expect(wrong.sentence).toMatch(/ Check CAVIA_KEY\.$/);
  });
});

describe('what the service refuses', () => {
  it.each<[string[], string]>([
    [['study', 'show', 'digit'], 'There is no study "digit"; did you mean digits?'],
    [['study', 'show', 'mountains'], 'There is no study "mountains". cavia study list shows those that there are.'],
    [
      ['study', 'create', 'x', 'a=log(0, 1)', '--minimize', 'l'],
      'space.a.low must be > 0 because scale is "log"; got 0.',
    ],
    [['trial', 'show', 'digits', '7'], 'Study digits has no trial "7".'],
    [['plot', 'history', 'digits'], 'digits has no complete trials yet: there is nothing to show.'],
  ])('%j: %s', async (args, sentence) => {
    const refused = await refusal(args);
    expect(refused.code).toBe(1);
    expect(refused.sentence).toContain(sentence);
  });

  it('is said of a study that is finished', async () => {
    await terminal.run(['study', 'create', 'ended', 'x=uniform(0,1)', '--minimize', 'loss']);
    await terminal.run(['study', 'stop', 'ended', '--yes']);
    expect(await refusal(['ask', 'ended'])).toEqual({
      code: 1,
      sentence: 'ended is finished: cavia study show ended shows what it found.',
    });
    const run = await terminal.run(['run', 'ended', '--', 'true']);
    expect(run).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'ended is finished (stopped): 0 of 100 ended.\nNo trial of ended is complete.\n' +
        'Nothing opens it again: create another study.\n',
    });
  });
});
