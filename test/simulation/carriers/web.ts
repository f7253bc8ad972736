import { matchRoute } from '../../../shared/http/match.ts';
import type { Process } from '../process.ts';
import type { Cloud } from '../service/cloud.ts';
import { tell, type World } from '../world.ts';

/** What `fetch` is for a client: either way a request can be lost, and then the client hears so after a while. */
export type Fetch = (url: URL, init: RequestInit) => Promise<Response>;

const timeoutMs = 30_000;

export function fetchOf(world: World, cloud: Cloud, client: Process): Fetch {
  const { scheduler, dice, faults, trace } = world;
  return (url, init) =>
    new Promise((resolve, reject) => {
      const request = new Request(url, init);
      const what = `${request.method} ${url.pathname.replace(/^\/v1\/studies\/?/, '')}`;
      let isSettled = false;
      const settle = (go: () => void): void => {
        if (isSettled || client.isDead) return;
        isSettled = true;
        go();
      };
      const lose = (afterMs: number): void =>
        scheduler.after(afterMs, () => settle(() => reject(new Error(`${what} got no answer`))));
      const isLost = (way: string): boolean => {
        if (!dice.chance(faults.httpLost)) return false;
        world.counts.faults++;
        trace.note(client.name, `${what}: ${way} is lost`);
        lose(dice.between(10, timeoutMs));
        return true;
      };
      const answer = async (): Promise<void> => {
        const response = await cloud.serve(request);
        const text = await response.text();
        const { status } = response;
        trace.note(client.name, `${what} → ${status} ${text.slice(0, 100)}`);
        const { operation, path } = matchRoute(request.method, url.pathname);
        const key = request.headers.get('idempotency-key');
        const parse = (body: unknown): unknown =>
          typeof body === 'string' && body !== '' ? JSON.parse(body) : undefined;
        tell(world, 'answered', { operation, path, request: parse(init.body), key, status, response: parse(text) });
        if (isLost('the answer')) return;
        const { headers } = response;
        const body = text === '' ? null : text;
        scheduler.after(dice.between(1, 200), () => settle(() => resolve(new Response(body, { status, headers }))));
      };
      lose(timeoutMs);
      if (!isLost('the request')) scheduler.after(dice.between(1, 200), () => void answer());
    });
}
