import { routes, type Operation, type Route } from '../api/routes.ts';
import { ServiceError } from '../service/errors.ts';

/** The route of a request with the values of its path parameters. */
export interface Matched {
  operation: Operation;
  route: Route;
  path: Record<string, string>;
}

/** Finds the route of a request. */
export function matchRoute(method: string, pathname: string): Matched {
  const segments = pathname.split('/').slice(1);
  const fitting = table.flatMap(({ operation, route, template }) => {
    const path = matchTemplate(template, segments);
    return path ? [{ operation, route, path }] : [];
  });
  const matched = fitting.find(({ route }) => route.method === method);
  if (matched) return matched;
  if (fitting.length > 0) {
    const allowed = fitting.map(({ route }) => route.method);
    throw new ServiceError('method_not_allowed', `${pathname} takes ${allowed.join(', ')}; got ${method}.`, {
      extra: { allowed },
    });
  }
  throw new ServiceError('route_not_found', `There is no ${pathname.slice(0, 100)}.`, {
    hint: 'GET /v1/openapi.json lists the routes.',
  });
}

const table = (Object.keys(routes) as Operation[]).map((operation) => {
  const route: Route = routes[operation];
  return { operation, route, template: route.path.split('/').slice(1) };
});

function matchTemplate(template: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (template.length !== segments.length) return undefined;
  const path: Record<string, string> = {};
  for (const [i, part] of template.entries()) {
    if (!part.startsWith('{')) {
      if (part !== segments[i]) return undefined;
      continue;
    }
    try {
      path[part.slice(1, -1)] = decodeURIComponent(segments[i]);
    } catch {
      return undefined;
    }
  }
  return path;
}
