import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes, type Operation, type Route } from '../../shared/api/routes.ts';
import { createApiKey } from '../../shared/service/keys/create-api-key.ts';
import { jobToken } from '../../shared/service/training/job-token.ts';
import { localTenant } from '../../local/wire.ts';
import { openService, studyNamed, type Service } from './open-service.ts';

let service: Service;
let admin: Record<string, string>;

beforeAll(async () => {
  service = await openService({ auth: true });
  const { body } = await createApiKey(service.ports, {
    caller: { tenant: localTenant, principal: 'test', scopes: ['admin'] },
    operation: 'createApiKey',
    path: {},
    query: {},
    body: { name: 'admin', scopes: ['admin'] },
    idempotencyKey: undefined,
  });
  admin = { authorization: `Bearer ${body.key}` };
});

afterAll(async () => {
  await service.close();
});

const training = { runner: 'process', command: ['sh', '-c', 'sleep 60'] };

/** Creates a managed study of two trials, and waits until their jobs are there. */
async function createTraining(name: string): Promise<string[]> {
  const budget = { trials: 2, parallel: 2 };
  expect((await service.post('/v1/studies', studyNamed(name, { training, budget }), admin)).status).toBe(201);
  const ids = async (): Promise<(string | null)[]> => {
    const { body } = await service.get(`/v1/studies/${name}/trials`, admin);
    return (body.data as { job: { id: string | null } }[]).map(({ job }) => job.id);
  };
  await expect.poll(ids, { timeout: 30_000 }).toEqual([expect.any(String), expect.any(String)]);
  return (await ids()) as string[];
}

async function stop(name: string): Promise<void> {
  await service.send('PATCH', `/v1/studies/${name}`, { state: 'stopped' }, admin);
  const stateOf = async (): Promise<string> => (await service.get(`/v1/studies/${name}`, admin)).body.state;
  await expect.poll(stateOf, { timeout: 30_000 }).toBe('finished');
}

async function tokenOf(name: string, number: number, attempt: number): Promise<string> {
  const study = (await service.ports.studies.find(localTenant, name))!;
  return jobToken(service.ports, study, number, attempt);
}

const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

describe('the token of a job', () => {
  it('starts, reports and tells its own trial, by the name or the id of the study', async () => {
    const [jobId] = await createTraining('own');
    const { id } = (await service.ports.studies.find(localTenant, 'own'))!;
    const headers = bearer(await tokenOf('own', 0, 1));
    const at = `/v1/studies/${id}/trials/0`;
    expect((await service.post(`${at}/start`, { attempt: 1, jobId }, headers)).body.job).toMatchObject({
      phase: 'training',
      id: jobId,
    });
    expect((await service.post(`${at}/report`, { step: 1, values: { loss: 2 } }, headers)).status).toBe(200);
    expect((await service.post(`${at}/report`, {}, headers)).body.stop).toBe(false);
    const told = await service.post('/v1/studies/own/trials/0/tell', { attempt: 1, values: { loss: 1 } }, headers);
    expect(told.body).toMatchObject({ state: 'complete', values: { loss: 1 } });
    await stop('own');
  });

  it('speaks for no other trial, attempt or study', async () => {
    const [jobId] = await createTraining('mine');
    await createTraining('other');
    const headers = bearer(await tokenOf('mine', 0, 1));
    const bodies = { start: { jobId }, report: { step: 1, values: { loss: 1 } }, tell: { values: { loss: 1 } } };
    for (const [verb, body] of Object.entries(bodies)) {
      for (const [place, attempt] of [
        ['mine/trials/1', 1],
        ['mine/trials/0', 2],
        ['other/trials/0', 1],
      ] as const) {
        const answer = await service.post(`/v1/studies/${place}/${verb}`, { attempt, ...body }, headers);
        expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
      }
    }
    const { body } = await service.get('/v1/studies/other/trials', admin);
    expect(body.data.map(({ state, job }: { state: string; job: { phase: string } }) => [state, job.phase])).toEqual([
      ['running', 'submitted'],
      ['running', 'submitted'],
    ]);
    await Promise.all([stop('mine'), stop('other')]);
  });

  it('of an earlier attempt reports nothing for the one that follows', async () => {
    await createTraining('again');
    const study = (await service.ports.studies.find(localTenant, 'again'))!;
    const change = { attempt: 2, state: 'running' as const, leaseUntilMs: 999_999_999_999_999 };
    await service.ports.trials.change(study, 0, { attempt: 1, states: ['running'] }, change);
    const headers = bearer(await tokenOf('again', 0, 1));
    const answer = await service.post('/v1/studies/again/trials/0/report', { step: 1, values: { loss: 1 } }, headers);
    expect([answer.status, answer.body.code]).toEqual([409, 'lease_superseded']);
    await service.send('DELETE', '/v1/studies/again', undefined, admin);
  });

  it.each(
    (Object.keys(routes) as Operation[]).filter((operation) => {
      const route: Route = routes[operation];
      return route.scope !== null && !route.isForJobs;
    }),
  )('does not serve for %s', async (operation) => {
    if (!(await service.ports.studies.find(localTenant, 'fixed'))) {
      await service.post('/v1/studies', studyNamed('fixed', { training, budget: { trials: 1, parallel: 1 } }), admin);
      await stop('fixed');
    }
    const { method, path } = routes[operation];
    const place: Record<string, string> = { study: 'fixed', number: '0', key: 'k' };
    const target = path.replace(/\{(\w+)\}/g, (_, name: string) => place[name]);
    const headers = bearer(await tokenOf('fixed', 0, 1));
    const answer = await service.send(method, target, undefined, headers);
    expect([answer.status, answer.body.code]).toEqual([403, 'forbidden']);
  });

  it('is refused when any part of it is changed, or its study is gone', async () => {
    await createTraining('forged');
    const token = await tokenOf('forged', 0, 1);
    const parts = token.split('_');
    const changed = [
      parts.with(1, '0000000000000000000000000z'),
      parts.with(2, '0000000000000000000000000z'),
      parts.with(3, '1'),
      parts.with(4, '2'),
      parts.with(
        5,
        parts[5].replace(/^./, (first) => (first === '0' ? '1' : '0')),
      ),
      parts.with(5, ''),
    ].map((one) => one.join('_'));
    const tell = async (one: string): Promise<[number, string]> => {
      const body = { attempt: 1, values: { loss: 1 } };
      const answer = await service.post('/v1/studies/forged/trials/0/tell', body, bearer(one));
      return [answer.status, answer.body.code];
    };
    for (const one of changed) expect(await tell(one)).toEqual([401, 'unauthenticated']);
    await service.send('DELETE', '/v1/studies/forged', undefined, admin);
    expect(await tell(token)).toEqual([401, 'unauthenticated']);
  });

  it('is shown nowhere', async () => {
    await createTraining('quiet');
    const { jobSecret } = (await service.ports.studies.find(localTenant, 'quiet'))!;
    for (const path of ['', '/trials', '/trials/0', '/export']) {
      const { text } = await service.get(`/v1/studies/quiet${path}`, admin);
      expect(text).not.toContain(jobSecret);
      expect(text).not.toContain('cavj_');
    }
    await stop('quiet');
  });

  it('is never met by a fault of the service', () => {
    expect(service.faults).toEqual([]);
  });
});
