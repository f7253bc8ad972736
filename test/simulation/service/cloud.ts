import { createRouter } from '../../../shared/http/router.ts';
import { firstTenant, type Caller } from '../../../shared/service/call.ts';
import type { Ports } from '../../../shared/service/ports/ports.ts';
import { jobOfToken } from '../../../shared/service/training/job-token.ts';
import { newProcess, type Process } from '../process.ts';
import { tell, type World } from '../world.ts';
import { portsOf } from './ports-of-process.ts';

/** Where the service runs: containers that are started when they are needed, keep what they know, and die. */
export interface Cloud {
  /** Answers a request, or never does. */
  serve(request: Request): Promise<Response>;
  /** Runs a function once. @param done is told how it went, sooner or later. */
  invoke(kind: string, work: (container: Container) => Promise<void>, done: (outcome: Outcome) => void): void;
}

export type Outcome = 'done' | 'failed' | 'died';

export interface Container {
  process: Process;
  ports: Ports;
}

interface Server extends Container {
  handle: (request: Request) => Promise<Response>;
  load: number;
}

const functionMsMax = 30_000;
/** On Lambda a container has one request at a time, on a machine of one's own as many as there are. */
const loads = [1, 8];
const localCaller: Caller = { tenant: firstTenant, principal: 'local', scopes: ['read', 'write', 'admin'] };

export function newCloud(world: World): Cloud {
  const { scheduler, dice } = world;
  const loadMax = dice.pick(loads);
  let servers: Server[] = [];
  const idle = new Map<string, Container[]>();
  let started = 0;

  function start(kind: string): Container {
    const process = newProcess(world, `${kind}-${++started}`);
    return { process, ports: portsOf(world, process) };
  }

  function startServer(): Server {
    const container = start('http');
    const router = createRouter({
      ports: container.ports,
      identify: async (request) =>
        (await jobOfToken(container.ports, request.headers.get('authorization') ?? undefined)) ?? localCaller,
      version: '0',
      onFault: (error) => judge(world, 'http', error),
    });
    const server: Server = { ...container, handle: router, load: 0 };
    container.process.onDeath(() => (servers = servers.filter((one) => one !== server)));
    servers.push(server);
    return server;
  }

  return {
    serve: async (request) => {
      const free = servers.filter(({ load }) => load < loadMax);
      const server = free.length > 0 ? dice.pick(free) : startServer();
      server.load++;
      const response = await server.handle(request);
      server.load--;
      return response;
    },

    invoke: (kind, work, done) => {
      const container = idle.get(kind)?.pop() ?? start(kind);
      const { process } = container;
      const before = process.sentCount;
      let isRunning = true;
      const finish = (outcome: Outcome): void => {
        if (!isRunning) return;
        isRunning = false;
        if (outcome !== 'died') {
          tell(world, 'worked', { kind, operations: process.sentCount - before });
          idle.set(kind, [...(idle.get(kind) ?? []), container]);
        }
        done(outcome);
      };
      process.onDeath(() => finish('died'));
      scheduler.after(functionMsMax, () => isRunning && process.die('because its time is up'));
      work(container).then(
        () => finish('done'),
        (error: unknown) => {
          judge(world, kind, error);
          finish('failed');
        },
      );
    },
  };
}

const expected = new Set(['TableUnavailable', 'JobsUnavailable']);
/** What work finds whose study is deleted meanwhile. */
const ofDeletion = new Set(['study_not_found', 'trial_not_found']);

/** An engine that cannot answer is no fault of the service; everything else is. */
function judge({ verdict, trace, isDeleting }: World, where: string, error: unknown): void {
  const { name, message, stack } = error as Error;
  const { code } = error as { code?: string };
  trace.note(where, `throws ${name}: ${message}`);
  if (expected.has(name) || code === 'unavailable' || (isDeleting && ofDeletion.has(code ?? ''))) return;
  verdict.violated('I19 no-5xx', `${where} threw ${stack}`);
}
