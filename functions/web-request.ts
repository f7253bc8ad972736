import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/**
 * The request that an event of an HTTP API (payload format 2.0) tells of. Whatever is in the event, it does not throw:
 * what is wrong with a request is for the router to say.
 */
export function webRequest(event: APIGatewayProxyEventV2): Request {
  const { method } = event.requestContext.http;
  const headers = headersOf(event);
  const body = bodyOf(event);
  // The length that the body has, and not the one that was announced, which may be that of the encoded text.
  if (body) headers.set('content-length', String(body.length));
  const isBodiless = method === 'GET' || method === 'HEAD';
  return new Request(urlOf(event), { method, headers, body: isBodiless || !body ? null : body });
}

/** API Gateway hands on the path decoded and the query as it came, each as the text after the name of the host. */
function urlOf({ rawPath, rawQueryString }: APIGatewayProxyEventV2): string {
  const path = rawPath.startsWith('/') ? encodeURI(rawPath.toWellFormed()).replace(/[?#]/g, encodeURIComponent) : '/';
  return `https://cavia${path}${rawQueryString ? `?${rawQueryString}` : ''}`;
}

function headersOf({ headers, cookies }: APIGatewayProxyEventV2): Headers {
  const found = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && tokenPattern.test(name)) found.set(name, headerText(value));
  }
  if (cookies?.length) found.set('cookie', headerText(cookies.join('; ')));
  return found;
}

const tokenPattern = /^[\w!#$%&'*+.^`|~-]+$/;

/** Headers are bytes, one to a character: other characters become their bytes, and what no header can have is left out. */
function headerText(value: string): string {
  const bytes = /[^\0-\xff]/.test(value) ? Buffer.from(value, 'utf8').toString('latin1') : value;
  return bytes.replace(/[\0\r\n]/g, '');
}

function bodyOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer<ArrayBuffer> | undefined {
  return body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined;
}
