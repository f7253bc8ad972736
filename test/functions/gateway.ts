import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  APIGatewayRequestAuthorizerEventV2,
  Context,
} from 'aws-lambda';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { routes, type Route } from '../../shared/api/routes.ts';

/**
 * An HTTP API of API Gateway, as far as its documentation says what it does: it finds the route, asks the authorizer,
 * makes an event of payload format 2.0, and a response of the result. What it refuses by itself has its own words.
 */
export interface Gateway {
  url: string;
  /** The events of the requests so far. */
  events: APIGatewayProxyEventV2[];
  /** How often the authorizer was asked. */
  authorizedCount(): number;
  close(): Promise<void>;
}

export interface Functions {
  serve: (event: APIGatewayProxyEventV2, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
  authorize: (
    event: APIGatewayRequestAuthorizerEventV2,
    context: Context,
  ) => Promise<{ isAuthorized: boolean; context: object }>;
}

/** The two functions that share the routes, as the deployment shares them out. */
export function sharedOut(ask: Functions['serve'], api: Functions['serve']): Functions['serve'] {
  const ofModel = (Object.values(routes) as Route[]).filter(({ usesModel }) => usesModel);
  const keys = new Set(ofModel.map(({ method, path }) => `${method} ${path}`));
  return (event, context) => (keys.has(event.routeKey) ? ask : api)(event, context);
}

/** @param cacheSeconds how long answers of the authorizer count. */
export async function startGateway({ serve, authorize }: Functions, cacheSeconds: number): Promise<Gateway> {
  const events: APIGatewayProxyEventV2[] = [];
  const authorized = new Map<string, { untilMs: number; context: object }>();
  let authorizedCount = 0;

  async function contextFor(event: APIGatewayProxyEventV2): Promise<object | undefined> {
    const { authorization } = event.headers;
    if (!authorization) return undefined;
    const identitySource = [authorization, event.routeKey];
    const key = identitySource.join('\n');
    const known = authorized.get(key);
    if (known && known.untilMs > Date.now()) return known.context;
    authorizedCount++;
    const { isAuthorized, context } = await authorize(authorizerEvent(event, identitySource), lambdaContext());
    if (!isAuthorized) return undefined;
    authorized.set(key, { untilMs: Date.now() + cacheSeconds * 1000, context });
    return context;
  }

  async function answer(incoming: IncomingMessage): Promise<APIGatewayProxyStructuredResultV2> {
    const body = await readAll(incoming);
    if (body.length > bodyBytesMax) return ownWords(413, 'Request Entity Too Large');
    const event = eventOf(incoming, body);
    if (isAuthorizedRoute(event.routeKey)) {
      const context = await contextFor(event);
      if (!context) return ownWords(401, 'Unauthorized');
      Object.assign(event.requestContext, { authorizer: { lambda: Object.keys(context).length > 0 ? context : null } });
    }
    events.push(event);
    return serve(event, lambdaContext());
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming)
      .catch(() => ownWords(500, 'Internal Server Error'))
      .then((result) => respond(outgoing, result))
      .catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    events,
    authorizedCount: () => authorizedCount,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

const bodyBytesMax = 10 * 1024 * 1024;

/** The route of a request as API Gateway names it. */
function routeKeyOf(method: string, path: string): string {
  const found = Object.values(routes).find(
    (route) => route.method === method && new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(path),
  );
  return found ? `${found.method} ${found.path}` : '$default';
}

function isAuthorizedRoute(routeKey: string): boolean {
  return Object.values(routes).some(({ method, path, scope }) => routeKey === `${method} ${path}` && scope !== null);
}

function eventOf(incoming: IncomingMessage, body: Buffer): APIGatewayProxyEventV2 {
  const method = incoming.method!;
  const [path, ...query] = incoming.url!.split('?');
  const rawPath = decoded(path);
  const routeKey = routeKeyOf(method, path);
  const { cookie, ...headers } = Object.fromEntries(
    Object.entries(incoming.headersDistinct).map(([name, values]) => [name, values!.join(',')]),
  );
  const isText = body.toString('utf8') !== '' && Buffer.from(body.toString('utf8')).equals(body);
  return {
    version: '2.0',
    routeKey,
    rawPath,
    rawQueryString: query.join('?'),
    ...(cookie !== undefined && { cookies: cookie.split('; ') }),
    headers,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api-id',
      domainName: 'id.execute-api.us-east-1.amazonaws.com',
      domainPrefix: 'id',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'agent' },
      requestId: 'id',
      routeKey,
      stage: '$default',
      time: '12/Mar/2020:19:03:58 +0000',
      timeEpoch: 1_583_348_638_390,
    },
    ...(body.length > 0 && { body: isText ? body.toString('utf8') : body.toString('base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function authorizerEvent(event: APIGatewayProxyEventV2, identitySource: string[]): APIGatewayRequestAuthorizerEventV2 {
  const { routeKey, rawPath, rawQueryString, headers, requestContext } = event;
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: 'arn:aws:execute-api:us-east-1:123456789012:api-id/$default/GET/request',
    identitySource,
    routeKey,
    rawPath,
    rawQueryString,
    cookies: [],
    headers,
    requestContext,
  };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

function ownWords(statusCode: number, message: string): APIGatewayProxyStructuredResultV2 {
  return { statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ message }) };
}

function respond(outgoing: ServerResponse, result: APIGatewayProxyStructuredResultV2): void {
  const { statusCode, headers, cookies, body = '', isBase64Encoded } = result;
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  // API Gateway counts the length itself.
  const { 'content-length': _, ...sent } = (headers ?? {}) as Record<string, string>;
  outgoing.writeHead(statusCode!, {
    ...sent,
    ...(cookies && { 'set-cookie': cookies }),
    'content-length': bytes.length,
  });
  outgoing.end(bytes);
}

function lambdaContext(): Context {
  return { awsRequestId: 'aws-request-id', getRemainingTimeInMillis: () => 29_000 } as Context;
}
