import { describe, expect, it } from 'vitest';
import { pathParameters, routes, type Operation, type Route } from '../../shared/api/routes.ts';
import { matchRoute } from '../../shared/http/match.ts';
import type { ServiceError } from '../../shared/service/errors.ts';

const entries = Object.entries(routes) as [Operation, Route][];

function refusal(method: string, pathname: string): ServiceError {
  try {
    matchRoute(method, pathname);
  } catch (error) {
    return error as ServiceError;
  }
  throw new Error(`${method} ${pathname} was matched`);
}

describe('matchRoute', () => {
  it.each(entries)('finds %s by its own path', (operation, { method, path }) => {
    const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => `the-${name}`);
    const matched = matchRoute(method, filled);
    expect(matched.operation).toBe(operation);
    expect(matched.path).toEqual(Object.fromEntries(pathParameters(path).map((name) => [name, `the-${name}`])));
  });

  it.each([
    ['%61%2Fb', 'a/b'],
    ['a%20b', 'a b'],
    ['%E2%82%AC', '€'],
    ['%2e%2e', '..'],
    ['a+b', 'a+b'],
    ['%2525', '%25'],
  ])('decodes a segment once: %s', (segment, value) => {
    expect(matchRoute('GET', `/v1/studies/${segment}`).path).toEqual({ study: value });
  });

  it.each([
    '/',
    '',
    '/v1',
    '/v1/',
    '/v1/studies/a/',
    '/v1//studies',
    '/v1/Studies',
    '/v1/%73tudies',
    '/v1/studies/%zz',
    '/v1/studies/%E2%82',
    '/v1/studies/a/ask/b',
  ])('finds nothing at %j', (pathname) => {
    expect(refusal('GET', pathname).code).toBe('route_not_found');
  });

  it.each([
    ['PUT', '/v1/studies', ['POST', 'GET']],
    ['POST', '/v1/studies/a', ['GET', 'PATCH', 'DELETE']],
    ['get', '/v1/health', ['GET']],
    ['HEAD', '/v1/studies/a/trials/0', ['GET']],
    ['GET', '/v1/studies/a/trials/0/tell', ['POST']],
  ])('%s %s is a method that the route does not have', (method, pathname, allowed) => {
    const { code, details, message } = refusal(method, pathname);
    expect(code).toBe('method_not_allowed');
    expect(details.extra).toEqual({ allowed });
    expect(message).toBe(`${pathname} takes ${allowed.join(', ')}; got ${method}.`);
  });

  it('cuts a long path in its sentence', () => {
    expect(refusal('GET', `/${'a'.repeat(5000)}`).message).toBe(`There is no /${'a'.repeat(99)}.`);
  });

  it('no two routes have the same method and path', () => {
    const places = entries.map(([, { method, path }]) => `${method} ${path.replace(/\{\w+\}/g, '{}')}`);
    expect(new Set(places).size).toBe(places.length);
  });
});
