import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { webRequest } from '../../functions/web-request.ts';

/** As the documentation of payload format 2.0 shows it, with what it is about changed. */
function event(
  change: Partial<APIGatewayProxyEventV2> & { method?: string; authorizer?: object } = {},
): APIGatewayProxyEventV2 {
  const { method = 'POST', authorizer, ...more } = change;
  const requestContext = {
    accountId: '123456789012',
    apiId: 'api-id',
    authorizer: authorizer ?? { lambda: { key: 'value' } },
    domainName: 'id.execute-api.us-east-1.amazonaws.com',
    domainPrefix: 'id',
    http: { method, path: '/path/to/resource', protocol: 'HTTP/1.1', sourceIp: '192.168.0.1/32', userAgent: 'agent' },
    requestId: 'id',
    routeKey: '$default',
    stage: '$default',
    time: '12/Mar/2020:19:03:58 +0000',
    timeEpoch: 1_583_348_638_390,
  };
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: '/path/to/resource',
    rawQueryString: 'parameter1=value1&parameter1=value2&parameter2=value',
    cookies: ['cookie1', 'cookie2'],
    headers: { header1: 'value1', header2: 'value1,value2' },
    body: 'Hello from client',
    isBase64Encoded: false,
    ...more,
    requestContext,
  };
}

describe('an event as a request', () => {
  it('has method, path, query, headers, cookies and body', async () => {
    const request = webRequest(event());
    expect([request.method, new URL(request.url).pathname]).toEqual(['POST', '/path/to/resource']);
    expect([...new URL(request.url).searchParams]).toEqual([
      ['parameter1', 'value1'],
      ['parameter1', 'value2'],
      ['parameter2', 'value'],
    ]);
    expect(Object.fromEntries(request.headers)).toEqual({
      header1: 'value1',
      header2: 'value1,value2',
      cookie: 'cookie1; cookie2',
      'content-length': '17',
    });
    expect(await request.text()).toBe('Hello from client');
  });

  it('has the bytes of a body in base64', async () => {
    const bytes = Buffer.from([0, 255, 10, 200]);
    const request = webRequest(event({ body: bytes.toString('base64'), isBase64Encoded: true }));
    expect(Buffer.from(await request.arrayBuffer())).toEqual(bytes);
  });

  it('counts the length of the body itself', () => {
    const headers = { 'content-length': '1' };
    expect(webRequest(event({ headers, body: 'ä' })).headers.get('content-length')).toBe('2');
  });

  it('tells of the body that a GET cannot have by its length', () => {
    const request = webRequest(event({ method: 'GET', body: '{}' }));
    expect([request.body, request.headers.get('content-length')]).toEqual([null, '2']);
  });

  // API Gateway decodes the path and leaves the query as it came.
  it.each([
    ['/v1/studies/a b', '/v1/studies/a%20b'],
    ['/v1/studies/a?x=1#y', '/v1/studies/a%3Fx=1%23y'],
    ['/v1/studies/100%', '/v1/studies/100%25'],
    ['/v1/studies/é', '/v1/studies/%C3%A9'],
    ['/v1/studies/\ud800', '/v1/studies/%EF%BF%BD'],
    ['//evil.example/v1', '//evil.example/v1'],
    ['no path', '/'],
  ])('keeps the decoded path %j in its place', (rawPath, pathname) => {
    const url = new URL(webRequest(event({ rawPath, rawQueryString: 'limit=5' })).url);
    expect([url.hostname, url.pathname, url.search, url.hash]).toEqual(['cavia', pathname, '?limit=5', '']);
  });

  it('has bytes in headers where the event has characters', () => {
    const { headers } = webRequest(event({ headers: { name: 'žluť\r\nx: y' } }));
    expect(Buffer.from(headers.get('name')!, 'latin1').toString('utf8')).toBe('žluťx: y');
  });

  it('comes of every event', () => {
    const text = fc.string({ unit: 'binary' });
    fc.assert(
      fc.property(
        fc.constantFrom('GET', 'HEAD', 'POST', 'PATCH', 'DELETE', 'OPTIONS'),
        text,
        text,
        fc.dictionary(text, text),
        fc.array(text),
        fc.option(text, { nil: undefined }),
        fc.boolean(),
        (method, rawPath, rawQueryString, headers, cookies, body, isBase64Encoded) => {
          const given = { method, rawPath, rawQueryString, headers, cookies, isBase64Encoded };
          const request = webRequest(event({ ...given, ...(body !== undefined && { body }) }));
          expect(new URL(request.url).hostname).toBe('cavia');
        },
      ),
    );
  });
});
