import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { contextArguments, readDeployLine, readOptions } from '../../infra/command-line.ts';

const run = promisify(execFile);

describe('the command line of deploy', () => {
  it('becomes context of cdk', () => {
    const line = ['--stage', 'dev', '--region', 'us-east-1', '--training-image', 'a/b:1', '--training-vcpus', '8'];
    const { stage, region, given } = readDeployLine(line);
    expect([stage, region]).toEqual(['dev', 'us-east-1']);
    expect(contextArguments(stage!, given).join(' ')).toBe('-c stage=dev -c trainingImage=a/b:1 -c trainingVcpus=8');
  });

  it('may say that nothing trains, but not what with', () => {
    expect(readDeployLine(['--stage', 'dev', '--no-training']).given).toEqual({ trainingImage: 'none' });
    expect(() => readDeployLine(['--no-training', '--training-image', 'a/b:1'])).toThrow(
      '--no-training and --training-image a/b:1 exclude each other: leave one out.',
    );
  });

  it.each([
    [['--stag', 'dev'], "Unknown option '--stag': --help says what there is."],
    [['dev'], "Unexpected argument 'dev'"],
    [['--stage'], "Option '--stage <value>' argument missing: --help says what there is."],
    [['--delete-data', 'dev'], "Unknown option '--delete-data'"],
    [['--no-training=yes'], "Option '--no-training' does not take an argument"],
    [['--alarm-email', ''], '--alarm-email must have a value; got an empty one.'],
  ])('refuses %j', (line, sentence) => {
    expect(() => readDeployLine(line)).toThrow(sentence);
  });
});

it('an option that a program does not have is none', () => {
  expect(readOptions(['--from', 'a'], ['from', 'to'])).toEqual({ from: 'a' });
  expect(() => readOptions(['--stage', 'a'], ['from', 'to'])).toThrow("Unknown option '--stage'");
});

describe.each(['deploy', 'destroy', 'copy-table'])('npm run %s', (name) => {
  const call = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, [`infra/${name}.ts`, ...args], { env: { PATH: '' } });

  it.each(['--help', '-h'])('says with %s how it is used', async (option) => {
    const { stdout, stderr } = await call('--stage', 'dev', option);
    expect(stdout).toMatch(new RegExp(`^Usage: npm run ${name} -- --`));
    expect(stderr).toBe('');
  });

  it.each([[['--foo']], [[]], [['--stage', 'Dev']], [['--region', 'x', '--from', 'a', '--to', '']]])(
    'answers %j with one sentence',
    async (args) => {
      await expect(call(...args)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^\S.*\.\n$/) as string,
      });
    },
  );
});
