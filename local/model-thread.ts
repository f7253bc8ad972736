import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { AskResponse } from '../shared/api/messages.ts';
import { readBytes } from '../shared/http/json-body.ts';
import { ServiceError } from '../shared/service/errors.ts';
import type { StudyName } from '../shared/service/ports/training.ts';
import type { FromModelThread, ModelThreadSettings, ResponseMessage, ToModelThread } from './model-messages.ts';

/** The thread of the routes that use the model, as the others see it. */
export interface ModelThread {
  /** Rejects as unavailable when the thread ends before it has answered. */
  serve(request: Request): Promise<Response>;
  /** Chooses trials for places of a managed study. Rejects when it could not. */
  giveTrials(study: StudyName, slots: readonly number[]): Promise<AskResponse>;
  /** Has it fit, in its own time, what new results of a study make necessary. */
  noteResults(study: { tenant: string; id: string }): void;
  /** Ends the thread; nothing must be on its way. */
  stop(): Promise<void>;
}

type OnFault = (error: unknown, requestId: string) => void;

/** A thread that computes cannot hear that it shall stop. */
const stopGraceMs = 200;

/** Starts the thread, and starts it again when it has ended by itself. */
export function startModelThread(settings: ModelThreadSettings, onFault: OnFault): ModelThread {
  let running: RunningThread | undefined;
  let isStopped = false;

  function start(): RunningThread {
    running = runThread(settings, onFault, ({ wasReady }) => {
      running = undefined;
      // One that cannot even start would be started for ever; the next request tries again.
      if (wasReady && !isStopped) start();
    });
    return running;
  }

  start();
  return {
    serve: async (request) => {
      const body = request.body && (await readBytes(request));
      if (isStopped) throw lost();
      return (running ?? start()).serve(request, body);
    },
    giveTrials: async (study, slots) => {
      if (isStopped) throw lost();
      return (running ?? start()).giveTrials(study, slots);
    },
    noteResults: (study) => running?.noteResults(study),
    stop: async () => {
      isStopped = true;
      await running?.stop();
    },
  };
}

interface RunningThread extends Pick<ModelThread, 'giveTrials' | 'noteResults' | 'stop'> {
  serve(request: Request, body: Uint8Array<ArrayBuffer> | null): Promise<Response>;
}

interface Waiting {
  resolve: (response: Response) => void;
  reject: (error: Error) => void;
}

function runThread(
  settings: ModelThreadSettings,
  onFault: OnFault,
  onEnd: (ended: { wasReady: boolean }) => void,
): RunningThread {
  // A source of the repository, or in the package a bundle beside this one.
  const worker = new Worker(new URL(`model-worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: settings,
  });
  const waiting = new Map<number, Waiting>();
  let lastId = 0;
  let isReady = false;
  const post = (message: ToModelThread, moved: ArrayBuffer[] = []): void => worker.postMessage(message, moved);
  const ended = new Promise<void>((resolve) => {
    worker.once('exit', () => {
      for (const { reject } of waiting.values()) reject(lost());
      onEnd({ wasReady: isReady });
      resolve();
    });
  });

  worker.on('error', (error) => onFault(error, 'model-thread'));
  worker.on('message', (message: FromModelThread) => {
    if (message.kind === 'ready') isReady = true;
    else if (message.kind === 'fault') {
      const { name, stack, requestId } = message;
      onFault(Object.assign(new Error(message.message), { name, stack }), requestId);
    } else {
      waiting.get(message.response.id)?.resolve(responseOf(message.response));
      waiting.delete(message.response.id);
    }
  });

  /** Posts a message under a new id, and waits for its answer. */
  const answered = (ask: (id: number) => void): Promise<Response> =>
    new Promise((resolve, reject) => {
      const id = ++lastId;
      waiting.set(id, { resolve, reject });
      ask(id);
    });

  return {
    serve: ({ method, url, headers }, body) =>
      answered((id) =>
        post({ kind: 'request', request: { id, method, url, headers: [...headers], body } }, body ? [body.buffer] : []),
      ),
    giveTrials: async ({ tenant, study }, slots) => {
      const response = await answered((id) => post({ kind: 'give', id, tenant, study, slots }));
      // What went wrong there has been told there.
      if (!response.ok) throw new ServiceError('unavailable', 'No trial could be chosen.', { retryAfterSeconds: 1 });
      return (await response.json()) as AskResponse;
    },
    noteResults: ({ tenant, id }) => post({ kind: 'results', tenant, id }),
    stop: async () => {
      post({ kind: 'stop' });
      const deadline = setTimeout(() => void worker.terminate(), stopGraceMs);
      await ended;
      clearTimeout(deadline);
    },
  };
}

function responseOf({ status, headers, body }: ResponseMessage): Response {
  return new Response(body, { status, headers });
}

function lost(): ServiceError {
  return new ServiceError('unavailable', 'The thread that computes suggestions ended; it is started again.', {
    retryAfterSeconds: 1,
  });
}
