import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { firstTenant } from '../../shared/service/call.ts';
import { studyNamed } from '../http/open-service.ts';
import { openFunctions, type FunctionsService } from './open-functions.ts';

const endpoint = inject('dynamoDbEndpoint');
const context = { awsRequestId: 'aws-request-id' } as Context;

describe.skipIf(endpoint === null)('the functions', () => {
  let service: FunctionsService;
  let makeKey: (payload: object | null) => Promise<{ key: string | null }>;
  let admin: Record<string, string>;

  beforeAll(async () => {
    service = await openFunctions(endpoint!, 'functions', 60);
    const { handler } = await import('../../functions/make-key.ts');
    makeKey = (payload) => handler(payload, context);
    admin = await bearer(null);
  });

  afterAll(() => service.close());

  async function bearer(payload: object | null): Promise<Record<string, string>> {
    return { authorization: `Bearer ${(await makeKey(payload)).key}` };
  }

  it('make a key that may do everything, for the first tenant', async () => {
    expect((await service.post('/v1/studies', studyNamed('first'), admin)).status).toBe(201);
    const { body } = await service.get('/v1/keys', admin);
    expect(body.data).toMatchObject([{ name: 'first', scopes: ['read', 'write', 'admin'] }]);
  });

  it('make keys for other tenants, with less scope', async () => {
    const other = await bearer({ tenant: '00000000000000000000000002', name: 'other', scopes: ['read'] });
    expect((await service.get('/v1/studies/first', other)).status).toBe(404);
    expect((await service.post('/v1/studies', studyNamed('own'), other)).status).toBe(403);
  });

  it.each([
    [{ tenant: 'acme' }, 'tenant'],
    [{ name: '' }, 'name'],
    [{ scopes: ['all'] }, 'scopes'],
    [{ owner: 'me' }, 'owner'],
  ])('make no key of %j', async (payload, field) => {
    await expect(makeKey(payload)).rejects.toThrow(field);
  });

  it('ask once a minute whose key it is, for each route', async () => {
    const before = service.gateway.authorizedCount();
    const fresh = await bearer({ name: 'fresh' });
    for (const path of ['/v1/studies', '/v1/studies', '/v1/presets', '/v1/studies']) {
      expect((await service.get(path, fresh)).status).toBe(200);
    }
    expect(service.gateway.authorizedCount() - before).toBe(2);
  });

  it('need nobody’s key for health', async () => {
    const { status, body } = await service.get('/v1/health');
    expect([status, body.status]).toEqual([200, 'ok']);
  });

  it.each([
    ['GET', '/', 404, 'route_not_found'],
    ['PUT', '/v1/studies', 405, 'method_not_allowed'],
    ['OPTIONS', '/v1/studies', 405, 'method_not_allowed'],
  ])('say in their own words that there is no %s %s', async (method, path, status, code) => {
    const answer = await service.send(method, path);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });

  it('export as a browser asks for it, packed', async () => {
    await service.post('/v1/studies', studyNamed('export', { sampler: { kind: 'random' } }), admin);
    for (let i = 0; i < 4; i++) await service.post('/v1/studies/export/ask', { count: 25 }, admin);
    const event = {
      ...service.gateway.events.at(-1)!,
      rawPath: '/v1/studies/export/export',
      rawQueryString: 'format=jsonl',
      headers: { 'accept-encoding': 'gzip, deflate' },
    };
    event.requestContext.http.method = 'GET';
    delete event.body;
    const result = await service.serve(event, context);
    expect([result.statusCode, result.headers!['content-encoding']]).toEqual([200, 'gzip']);
    const lines = gunzipSync(Buffer.from(result.body!, 'base64')).toString().trim().split('\n');
    expect(lines.map((line) => JSON.parse(line).number)).toEqual(Array.from({ length: 100 }, (_, i) => i));
  });

  describe('trust the event alone for who is calling', () => {
    const event = (authorizer?: object): APIGatewayProxyEventV2 => ({
      version: '2.0',
      routeKey: 'GET /v1/keys',
      rawPath: '/v1/keys',
      rawQueryString: '',
      // Not what counts: API Gateway has had the key looked up.
      headers: { ...admin },
      isBase64Encoded: false,
      requestContext: {
        accountId: '123456789012',
        apiId: 'api-id',
        domainName: 'id.execute-api.us-east-1.amazonaws.com',
        domainPrefix: 'id',
        http: { method: 'GET', path: '/v1/keys', protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'agent' },
        requestId: 'id',
        routeKey: 'GET /v1/keys',
        stage: '$default',
        time: '12/Mar/2020:19:03:58 +0000',
        timeEpoch: 1_583_348_638_390,
        ...(authorizer && { authorizer }),
      },
    });

    it.each([
      ['no authorizer', undefined, 401],
      ['an authorizer without an answer', { lambda: null }, 401],
      ['an empty answer', { lambda: {} }, 401],
      ['a refusal', { lambda: { refusal: 'No.', hint: 'Ask.' } }, 401],
      ['a caller with less scope', { lambda: { tenant: firstTenant, principal: 'p', scopes: 'read write' } }, 403],
      ['a caller without scopes', { lambda: { tenant: firstTenant, principal: 'p', scopes: '' } }, 403],
      ['an admin', { lambda: { tenant: firstTenant, principal: 'p', scopes: 'read admin' } }, 200],
      ['somebody whom IAM lets in', { iam: { userArn: 'arn:aws:iam::123456789012:user/ada' } }, 200],
    ])('%s: %i', async (_, authorizer, status) => {
      expect((await service.serve(event(authorizer), context)).statusCode).toBe(status);
    });
  });

  it('answer an event that is none with a problem document, and write it down', async () => {
    const result = await service.serve({} as APIGatewayProxyEventV2, context);
    expect(result.statusCode).toBe(500);
    expect(JSON.parse(result.body!)).toMatchObject({ code: 'internal', requestId: 'aws-request-id' });
    expect(service.faults.splice(0)).toMatchObject([{ fault: 'TypeError', requestId: 'aws-request-id' }]);
  });

  it('have had no other fault', () => {
    expect(service.faults).toEqual([]);
  });
});
