import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { openLocal } from '../../local/index.ts';
import { createClient } from '../../shared/api/client.ts';
import { StudySpec } from '../../shared/domain/study.ts';
import { allTrials, audit } from '../audit.ts';
import { moto } from '../engines/python-environments.ts';

const run = promisify(execFile);
const folder = join('examples', 'batch');
const pythonPath = [join('clients', 'python', 'src'), folder].join(delimiter);
const motoEndpoint = inject('motoEndpoint');
const readme = readFileSync(join(folder, 'README.md'), 'utf8');
const spec = StudySpec.parse(JSON.parse(readFileSync(join(folder, 'study.json'), 'utf8')));

async function python(code: string, program = 'python3', more: Record<string, string> = {}): Promise<string> {
  const env = { PATH: process.env['PATH'], PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: '1', ...more };
  return (await run(program, ['-c', code], { env })).stdout.trim();
}

function scratch(): string {
  const made = mkdtempSync(join(tmpdir(), 'cavia-example-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

describe('examples/batch', () => {
  it('has a study that the service takes, whose jobs get to their end', async () => {
    const cavia = await openLocal({ data: scratch() });
    onTestFinished(cavia.close);
    const client = createClient(cavia.url);
    const { gpus: _g, vcpus: _v, memoryMiB: _m, jobDefinition: _j, ...training } = spec.training!;
    // The same line, but for the names of Python here and of what stands for the training.
    const named: Record<string, string> = { python: 'python3', 'train.py': join('test', 'examples', 'means.py') };
    const command = training.command.map((part) => named[part] ?? part);
    const environment = { PYTHONPATH: pythonPath, PYTHONDONTWRITEBYTECODE: '1' };
    const budget = { trials: 4, parallel: 2 };
    await client.createStudy({
      body: { ...spec, budget, training: { ...training, runner: 'process', command, environment } },
    });
    const stateOf = async (): Promise<string> => (await client.getStudy({ study: spec.name })).state;
    await expect.poll(stateOf, { timeout: 100_000 }).toBe('finished');
    const trials = await allTrials(client, spec.name);
    expect(trials.map(({ state, job }) => [state, job!.phase])).toEqual(
      Array.from({ length: 4 }, () => ['complete', 'ended']),
    );
    // What is made up can be learnt from a few images of each class.
    expect(Math.min(...trials.map(({ values }) => values!.error))).toBeLessThan(0.2);
    expect(await audit(client, spec.name)).toEqual([]);
    expect((await client.trialLog({ study: spec.name, number: '0' })).log).toContain('epoch 1: error ');
  });

  it('has programs that Python takes', async () => {
    for (const file of ['train.py', 'data.py', 'objects.py'])
      expect(await python(`compile(open(${JSON.stringify(join(folder, file))}).read(), "${file}", "exec")`)).toBe('');
  });

  it('reads the files of Fashion-MNIST, and says what is missing', async () => {
    const place = scratch();
    const header = (...numbers: number[]): Buffer =>
      Buffer.concat(numbers.map((n) => Buffer.from([0, 0, n >> 8, n & 255])));
    const pixels = Buffer.from(Array.from({ length: 3 * 784 }, (_, i) => i % 251));
    writeFileSync(
      join(place, 'train-images-idx3-ubyte.gz'),
      gzipSync(Buffer.concat([header(2051, 3, 28, 28), pixels])),
    );
    writeFileSync(
      join(place, 'train-labels-idx1-ubyte.gz'),
      gzipSync(Buffer.concat([header(2049, 3), Buffer.from([9, 0, 4])])),
    );
    const load = `import data; images, labels = data.load(${JSON.stringify(place)}, "train", 2); print(len(images), images[250], list(labels))`;
    expect(await python(load)).toBe(`${2 * 784} 250 [9, 0]`);
    await expect(python(load.replace('"train"', '"t10k"'))).rejects.toThrow('put the four files of Fashion-MNIST');
  });

  it('copies nothing into the bucket that is not Fashion-MNIST', async () => {
    const script = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].find(([, text]) => text.includes('sha256sum'))![1];
    // What comes over the network has been put in place of the images.
    const stubs = `curl() { echo "$2" >> asked; echo other > "$4"; }; aws() { echo "aws $*"; };`;
    const place = scratch();
    const env = { PATH: process.env['PATH'], STAGE: 'a', ACCOUNT: 'b', AWS_REGION: 'c' };
    symlinkSync(resolve('examples'), join(place, 'examples'));
    const called = run('bash', ['-c', `${stubs}\n${script}`], { cwd: place, env });
    await expect(called).rejects.toMatchObject({ stdout: expect.not.stringContaining('aws ') as string });
    const asked = readFileSync(join(place, 'asked'), 'utf8').trim().split('\n');
    expect(asked.every((url) => url.startsWith('https://'))).toBe(true);
    const sums = readFileSync('examples/batch/fashion-mnist.sha256', 'utf8').trim().split('\n');
    expect(asked.map((url) => url.split('/').at(-1))).toEqual(sums.map((line) => line.split('  ')[1]));
  });

  it('was tried with the PyTorch that its image has', () => {
    const [, version] = /^FROM pytorch\/pytorch:([\d.]+)-/m.exec(readFileSync(join(folder, 'Dockerfile'), 'utf8'))!;
    expect([...readme.matchAll(/(?:torch==|PyTorch )(\d+\.\d+\.\d+)/g)].map(([, one]) => one)).toEqual([
      version,
      version,
    ]);
  });

  it.skipIf(motoEndpoint === null)('keeps checkpoints in S3', async () => {
    const client = new S3Client({
      endpoint: motoEndpoint!,
      forcePathStyle: true,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
    });
    const bucket = `example-${randomUUID()}`;
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    client.destroy();
    const code = `import objects; at = "s3://${bucket}/a/b.json"; print(objects.read(at)); objects.write(at, b"x"); print(objects.read(at))`;
    const environment = {
      AWS_ENDPOINT_URL: motoEndpoint!,
      AWS_ACCESS_KEY_ID: 'test',
      AWS_SECRET_ACCESS_KEY: 'none',
      AWS_DEFAULT_REGION: 'us-east-1',
    };
    expect(await python(code, join(moto.programs, 'python'), environment)).toBe("None\nb'x'");
  });
});
