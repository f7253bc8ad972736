import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { bundlesFolder, type FunctionName } from '../../infra/bundle.ts';

/**
 * A function as Lambda runs it: its bundle in processes of their own, each behind a runtime API and with one event at a
 * time; as many as there are events at once.
 */
export interface LambdaFunction {
  /** Rejects when the handler throws, and when its process dies. */
  invoke(event: unknown): Promise<unknown>;
  /** Kills a process that has an event, if there is one; the next event starts another. @returns whether it did. */
  killBusy(): boolean;
  /** What the processes wrote. */
  output(): string;
  startCount(): number;
  stop(): Promise<void>;
}

interface Sandbox {
  process: ChildProcess;
  server: Server;
  event: Event | undefined;
  /** The process asks for its next event. */
  waiting: ServerResponse | undefined;
}

interface Event {
  id: string;
  body: string;
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
}

const timeoutMs = 29_000;

export function lambdaFunction(bundle: FunctionName, environment: Record<string, string>): LambdaFunction {
  const sandboxes = new Set<Sandbox>();
  let output = '';
  let startCount = 0;
  let eventCount = 0;

  async function start(event: Event): Promise<void> {
    startCount++;
    const server = createServer((incoming, outgoing) => void serve(sandbox, incoming, outgoing)).listen(0, '127.0.0.1');
    // Before anything is awaited, so that nobody else takes it.
    const sandbox = { server, event, waiting: undefined } as unknown as Sandbox;
    sandboxes.add(sandbox);
    await once(server, 'listening');
    sandbox.process = spawn(process.execPath, [join(import.meta.dirname, 'bootstrap.ts')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...environment,
        AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${(server.address() as AddressInfo).port}`,
        LAMBDA_TASK_ROOT: join(bundlesFolder, bundle),
        _HANDLER: 'index.handler',
      },
    });
    for (const stream of [sandbox.process.stdout!, sandbox.process.stderr!]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    sandbox.process.once('exit', (code, signal) => {
      sandboxes.delete(sandbox);
      server.close();
      server.closeAllConnections();
      sandbox.event?.reject(new Error(`the process of ${bundle} ended with ${signal ?? code}`));
    });
  }

  async function serve(sandbox: Sandbox, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const [, id, kind] = /\/invocation\/(?:next|([^/]+)\/(response|error))$/.exec(incoming.url!)!;
    if (id === undefined) return give(sandbox, outgoing);
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
    const said: unknown = JSON.parse(Buffer.concat(chunks).toString());
    const { event } = sandbox;
    sandbox.event = undefined;
    outgoing.writeHead(202).end();
    if (kind === 'response') event?.resolve(said);
    else event?.reject(new Error((said as { errorMessage: string }).errorMessage));
  }

  /** Answers the question for the next event, once there is one. */
  function give(sandbox: Sandbox, outgoing: ServerResponse | undefined): void {
    if (!outgoing || !sandbox.event) return void (sandbox.waiting = outgoing);
    sandbox.waiting = undefined;
    const headers = {
      'lambda-runtime-aws-request-id': sandbox.event.id,
      'lambda-runtime-deadline-ms': String(Date.now() + timeoutMs),
    };
    outgoing.writeHead(200, headers).end(sandbox.event.body);
  }

  return {
    invoke: (body) =>
      new Promise((resolve, reject) => {
        const event = { id: `event-${eventCount++}`, body: JSON.stringify(body), resolve, reject };
        const idle = [...sandboxes].find((sandbox) => !sandbox.event && sandbox.waiting);
        if (!idle) return void start(event).catch(reject);
        idle.event = event;
        give(idle, idle.waiting);
      }),
    killBusy: () => [...sandboxes].find(({ event, process }) => event && process)?.process.kill('SIGKILL') ?? false,
    output: () => output,
    startCount: () => startCount,
    stop: async () => {
      await Promise.all(
        [...sandboxes].map(async ({ process }) => {
          const exited = once(process, 'exit');
          process.kill('SIGKILL');
          await exited;
        }),
      );
    },
  };
}
