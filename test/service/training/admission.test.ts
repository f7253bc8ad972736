import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openService, studyNamed, type Service } from '../../http/open-service.ts';

let service: Service;
beforeAll(async () => {
  service = await openService();
});
afterAll(async () => {
  await service.close();
});

const command = ['true', '{x}'];
let count = 0;

function create(training: object, more: object = {}): ReturnType<Service['post']> {
  const spec = studyNamed(`s${count++}`, { training, budget: { trials: 1, parallel: 1 }, ...more });
  return service.post('/v1/studies', spec);
}

describe('a training', () => {
  it.each<[string, object, string]>([
    [
      'another runner than this server has',
      { runner: 'batch', command },
      'training.runner must be "process", which is what this server has; got "batch".',
    ],
    ['an unknown runner', { runner: 'ray', command }, 'training.runner must be "process" or "batch"; got "ray".'],
    ['no command', { runner: 'process' }, 'training.command must be given.'],
    ['an empty command', { runner: 'process', command: [] }, 'training.command must have at least 1 entry; got [].'],
    [
      'a program that is a parameter',
      { runner: 'process', command: ['{x}'] },
      'training.command must start with a program, which has no parameter in it; got ["{x}"].',
    ],
    [
      'a name in braces that the space lacks',
      { runner: 'process', command: ['true', 'lr={xx}'] },
      'training.command[1] names the parameter xx, which the space does not have: the nearest parameter is x (write {{xx}} for the text {xx}); got "lr={xx}".',
    ],
    [
      'a NUL',
      { runner: 'process', command: ['true', 'a\0'] },
      'training.command[1] must not contain a NUL; got "a\\u0000".',
    ],
    [
      'a variable of ours',
      { runner: 'process', command, environment: { CAVIA_URL: 'x' } },
      'training.environment.CAVIA_URL must be a name of letters, digits and "_" that does not start with "CAVIA_" or "AWS_BATCH"; got "CAVIA_URL".',
    ],
    ['no time', { runner: 'process', command, timeoutSeconds: 0 }, 'training.timeoutSeconds must be ≥ 1; got 0.'],
    [
      'an unknown field',
      { runner: 'process', command, gpu: 1 },
      'training.gpu is not a known field; the nearest field is gpus.',
    ],
    [
      'an unknown verdict',
      { runner: 'process', command, failures: { exitCode: 'pruned' } },
      'training.failures.exitCode must be "failed" or "infeasible"; got "pruned".',
    ],
  ])('with %s is refused in one sentence', async (_, training, detail) => {
    const { status, body } = await create(training);
    expect([status, body.detail]).toEqual([422, detail]);
  });

  it('needs to know how many jobs may run', async () => {
    const refused = await create({ runner: 'process', command }, { budget: { trials: 1 } });
    const detail = 'budget.parallel must be given, because training starts so many jobs at the same time.';
    expect([refused.status, refused.body.detail]).toEqual([422, detail]);
    const { body } = await create({ runner: 'process', command });
    const patched = await service.send('PATCH', `/v1/studies/${body.id}`, { budget: { parallel: null } });
    expect([patched.status, patched.body.param]).toEqual([422, 'budget.parallel']);
  });

  it('says what it left out, and is the same study again', async () => {
    const spec = studyNamed('same', { training: { runner: 'process', command }, budget: { trials: 1, parallel: 1 } });
    const { body } = await service.post('/v1/studies', spec);
    expect(body.training).toEqual({
      runner: 'process',
      command,
      environment: {},
      timeoutSeconds: 86_400,
      gpus: 0,
      failures: { exitCode: 'failed', outOfMemory: 'infeasible', timeout: 'infeasible' },
    });
    expect((await service.post('/v1/studies', spec)).status).toBe(200);
    const other = { ...spec, training: { runner: 'process', command: ['false'] } };
    expect((await service.post('/v1/studies', other)).body.code).toBe('study_exists');
  });

  it('has nothing that a process would not heed', async () => {
    const { status, body } = await create({ runner: 'process', command, vcpus: 4, jobDefinition: 'gpu' });
    expect([status, body.detail]).toEqual([422, 'training.vcpus must be left out unless runner is "batch"; got 4.']);
    const also = { param: 'training.jobDefinition', detail: expect.stringContaining('got "gpu"') as string };
    expect(body.errors).toMatchObject([{ param: 'training.vcpus' }, also]);
    expect((await create({ runner: 'process', command, memoryMiB: 16_000 })).body.param).toBe('training.memoryMiB');
    expect((await create({ runner: 'process', command, gpus: 1 })).status).toBe(201);
  });

  it('is not for a server that other machines reach', async () => {
    const open = await openService({ host: '0.0.0.0', auth: true });
    try {
      expect(open.ports.training).toBeUndefined();
    } finally {
      await open.close();
    }
  });

  it('is never a fault of the service', () => {
    expect(service.faults).toEqual([]);
  });
});
