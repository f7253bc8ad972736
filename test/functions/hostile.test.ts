import { Agent } from 'node:http';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { statusOf } from '../../shared/api/problem.ts';
import { createApiKey } from '../../shared/service/keys/create-api-key.ts';
import { firstTenant } from '../../shared/service/call.ts';
import { exchange } from '../http/exchange.ts';
import { expectProblem } from '../http/expect-problem.ts';
import { hostileRequests, studyForCorpus } from '../http/hostile-corpus.ts';
import { openFunctions, type FunctionsService } from './open-functions.ts';

const endpoint = inject('dynamoDbEndpoint');

describe.skipIf(endpoint === null)('the functions behind API Gateway', () => {
  let service: FunctionsService;
  let agent: Agent;
  let authorization: string;

  beforeAll(async () => {
    service = await openFunctions(endpoint!, 'functionshostile', 60);
    agent = new Agent({ keepAlive: true });
    const { body } = await createApiKey(service.ports, {
      caller: { tenant: firstTenant, principal: 'test', scopes: ['admin'] },
      operation: 'createApiKey',
      path: {},
      query: {},
      body: { name: 'admin', scopes: ['admin'] },
      idempotencyKey: undefined,
    });
    authorization = `Bearer ${body.key}`;
    await service.post('/v1/studies', studyForCorpus, { authorization });
    await service.post('/v1/studies/s/ask', {}, { authorization });
  });

  afterAll(async () => {
    agent.destroy();
    await service.close();
  });

  // Where every request has a key, it does not matter under which name the service is reached.
  const corpus = hostileRequests().filter(({ title }) => !/^(host|origin): /.test(title));

  it.each(corpus)('refuse $title', async ({ codes, ...wire }) => {
    const answer = await exchange(service.url, { ...wire, headers: { authorization, ...wire.headers } }, agent);
    const { code, status } = expectProblem(answer);
    // API Gateway hands the path on decoded, and asks no authorizer for one that it finds no route for.
    const isOfNoRoute = service.gateway.events.at(-1)!.routeKey === '$default';
    const isOddPath = /%|\\|\/\/|\/$/.test(wire.path);
    const allowed = isOddPath ? [...codes.map((one) => statusOf[one]), ...(isOfNoRoute ? [401] : [])] : codes;
    expect(allowed).toContain(isOddPath ? status : code);
  });

  it('have had no fault, and nothing has changed', async () => {
    expect(service.faults).toEqual([]);
    const { body } = await service.get('/v1/studies', { authorization });
    expect(body.data.map(({ name, progress }: { name: string; progress: object }) => [name, progress])).toEqual([
      ['s', { given: 1, left: 999, waiting: 0, running: 1, ended: 0 }],
    ]);
  });
});
