import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as z from 'zod';

/**
 * A fake of AWS Batch, and of the one call of CloudWatch Logs that goes with it, on the wire: what the API reference
 * says of SubmitJob, ListJobs, DescribeJobs, TerminateJob and GetLogEvents, for single-container jobs. Jobs are real
 * processes. It checks what the reference says is checked; texts that the reference does not give are made up.
 */
export interface FakeBatch {
  endpoint: string;
  requests: { operation: Operation; body: unknown }[];
  /** Asked about each request before it is carried out. */
  fault: (operation: Operation, body: unknown) => Fault | undefined;
  /** New jobs stay RUNNABLE. */
  isFull: boolean;
  /** The newest jobs are not listed yet, nor described. */
  unseenCount: number;
  /** Told what DescribeJobs would say of a job that has just ended. */
  onEnded: (detail: object) => void;
  /** Ends a job as Batch does when something happens to it. */
  end(jobId: string, end: { statusReason: string; reason?: string; exitCode?: number }): void;
  stop(): Promise<void>;
}

export type Operation = 'SubmitJob' | 'ListJobs' | 'DescribeJobs' | 'TerminateJob' | 'GetLogEvents';

/** `lose the request`: not carried out, no answer. `lose the reply`: carried out, no answer. */
export type Fault = 'lose the request' | 'lose the reply' | Failure;

export interface Failure {
  status: number;
  type: string;
  message: string;
}

export const fakeQueue = 'gpu-queue';
export const fakeJobDefinition = 'cavia-gpu';
export const throttled: Failure = { status: 429, type: 'TooManyRequestsException', message: 'Too Many Requests' };
export const serverFault: Failure = { status: 500, type: 'ServerException', message: 'The service had a fault.' };

/** Batch waits 30 s between SIGTERM and SIGKILL. */
const graceMs = 300;
const overridesLengthMax = 8192;

const SubmitJob = z.strictObject({
  jobName: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/),
  jobQueue: z.literal(fakeQueue),
  jobDefinition: z.literal(fakeJobDefinition),
  containerOverrides: z.strictObject({
    command: z.array(z.string()),
    environment: z.array(z.strictObject({ name: z.string().regex(/^(?!AWS_BATCH)/), value: z.string() })),
    resourceRequirements: z.array(
      z.strictObject({ type: z.enum(['GPU', 'VCPU', 'MEMORY']), value: z.string().regex(/^\d+(\.\d+)?$/) }),
    ),
  }),
  timeout: z.strictObject({ attemptDurationSeconds: z.int().min(60) }),
  retryStrategy: z.strictObject({ attempts: z.int().min(1).max(10) }),
});
const ListJobs = z.strictObject({
  jobQueue: z.literal(fakeQueue),
  filters: z
    .array(z.strictObject({ name: z.literal('JOB_NAME'), values: z.array(z.string()).length(1) }))
    .max(1)
    .optional(),
  maxResults: z.int().min(1).max(100).default(100),
  nextToken: z.string().optional(),
});
const DescribeJobs = z.strictObject({ jobs: z.array(z.string()).max(100) });
const TerminateJob = z.strictObject({ jobId: z.string(), reason: z.string().min(1) });
const GetLogEvents = z.strictObject({
  logGroupName: z.literal('/aws/batch/job'),
  logStreamName: z.string(),
  startFromHead: z.literal(false),
  limit: z.int().min(1).max(10_000).default(10_000),
});

interface FakeJob {
  detail: {
    jobId: string;
    jobName: string;
    jobQueue: string;
    jobDefinition: string;
    status: string;
    statusReason?: string;
    createdAt: number;
    startedAt?: number;
    stoppedAt?: number;
    isTerminated?: boolean;
    container: { exitCode?: number; reason?: string; logStreamName?: string };
  };
  process?: ChildProcess;
  lines: string[];
}

export async function startFakeBatch(): Promise<FakeBatch> {
  const jobs: FakeJob[] = [];
  const find = (id: string): FakeJob | undefined => seen().find(({ detail }) => detail.jobId === id);
  const seen = (): FakeJob[] => jobs.slice(0, jobs.length - fake.unseenCount);

  const operations: Record<Operation, (body: unknown) => object> = {
    SubmitJob: (body) => {
      const order = SubmitJob.parse(body);
      const { containerOverrides, jobName, jobQueue, jobDefinition } = order;
      if (JSON.stringify(containerOverrides).length > overridesLengthMax)
        throw new Refused(`Container Overrides length must be at most ${overridesLengthMax}`);
      const jobId = crypto.randomUUID();
      const createdAt = Date.now();
      const job: FakeJob = {
        detail: { jobId, jobName, jobQueue, jobDefinition, status: 'RUNNABLE', createdAt, container: {} },
        lines: [],
      };
      jobs.push(job);
      if (!fake.isFull) start(job, containerOverrides, () => fake.onEnded(job.detail));
      return { jobArn: `arn:aws:batch:eu-central-1:123456789012:job/${jobId}`, jobId, jobName };
    },
    ListJobs: (body) => {
      const { filters, maxResults, nextToken = '0' } = ListJobs.parse(body);
      const name = filters?.[0].values[0].toLowerCase();
      const listed = seen()
        .filter(({ detail }) => (name === undefined ? detail.status === 'RUNNING' : isNamed(detail.jobName, name)))
        .reverse();
      const from = Number(nextToken);
      const next = from + maxResults < listed.length ? { nextToken: String(from + maxResults) } : {};
      return { jobSummaryList: listed.slice(from, from + maxResults).map(({ detail }) => summaryOf(detail)), ...next };
    },
    DescribeJobs: (body) => ({ jobs: DescribeJobs.parse(body).jobs.flatMap((id) => find(id)?.detail ?? []) }),
    TerminateJob: (body) => {
      const { jobId, reason } = TerminateJob.parse(body);
      const job = find(jobId);
      if (job === undefined) throw new Refused(`Job ${jobId} does not exist`);
      if (job.detail.stoppedAt === undefined) terminate(job, reason);
      if (job.process === undefined) fake.onEnded(job.detail);
      return {};
    },
    GetLogEvents: (body) => {
      const { logStreamName, limit } = GetLogEvents.parse(body);
      const job = jobs.find(({ detail }) => detail.container.logStreamName === logStreamName);
      if (job === undefined || job.lines.length === 0)
        throw new Refused('The specified log stream does not exist.', 'ResourceNotFoundException');
      const events = job.lines.slice(-limit).map((message) => ({ message, timestamp: 0, ingestionTime: 0 }));
      return { events, nextForwardToken: 'f/0', nextBackwardToken: 'b/0' };
    },
  };

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const text = (await incoming.setEncoding('utf8').toArray()).join('');
    const operation = operationOf(incoming);
    const body: unknown = JSON.parse(text);
    fake.requests.push({ operation, body });
    const fault = fake.fault(operation, body);
    if (typeof fault === 'object') return fail(outgoing, fault);
    if (fault === 'lose the request') return void outgoing.destroy();
    let reply: object;
    try {
      reply = operations[operation](body);
    } catch (error) {
      const type = error instanceof Refused ? error.type : 'ClientException';
      return fail(outgoing, { status: 400, type, message: (error as Error).message });
    }
    if (fault === 'lose the reply') return void outgoing.destroy();
    outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(reply));
  }

  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const fake: FakeBatch = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: [],
    fault: () => undefined,
    isFull: false,
    unseenCount: 0,
    onEnded: () => undefined,
    end: (jobId, { statusReason, reason, exitCode }) => {
      const job = find(jobId)!;
      Object.assign(job.detail, { status: 'FAILED', statusReason, stoppedAt: Date.now() });
      Object.assign(job.detail.container, { reason, exitCode });
      signal(job, 'SIGKILL');
      fake.onEnded(job.detail);
    },
    stop: async () => {
      for (const job of jobs) signal(job, 'SIGKILL');
      server.close();
      server.closeAllConnections();
    },
  };
  return fake;
}

class Refused extends Error {
  readonly type: string;
  constructor(message: string, type = 'ClientException') {
    super(message);
    this.type = type;
  }
}

function operationOf({ url, headers }: IncomingMessage): Operation {
  const byPath: Record<string, Operation> = {
    '/v1/submitjob': 'SubmitJob',
    '/v1/listjobs': 'ListJobs',
    '/v1/describejobs': 'DescribeJobs',
    '/v1/terminatejob': 'TerminateJob',
  };
  if (headers['x-amz-target'] === 'Logs_20140328.GetLogEvents') return 'GetLogEvents';
  return byPath[url!];
}

/** Batch names the error in a header, CloudWatch Logs in the body. */
function fail(outgoing: ServerResponse, { status, type, message }: Failure): void {
  outgoing
    .writeHead(status, { 'content-type': 'application/json', 'x-amzn-errortype': type })
    .end(JSON.stringify({ __type: type, message }));
}

function isNamed(jobName: string, filter: string): boolean {
  const name = jobName.toLowerCase();
  return filter.endsWith('*') ? name.startsWith(filter.slice(0, -1)) : name === filter;
}

function summaryOf({ container: { exitCode, reason }, ...detail }: FakeJob['detail']): object {
  const { jobId, jobName, status, statusReason, createdAt, startedAt, stoppedAt } = detail;
  return { jobId, jobName, status, statusReason, createdAt, startedAt, stoppedAt, container: { exitCode, reason } };
}

function start(job: FakeJob, overrides: z.infer<typeof SubmitJob>['containerOverrides'], onEnded: () => void): void {
  const { detail } = job;
  const [program, ...programArguments] = overrides.command;
  const environment = Object.fromEntries(overrides.environment.map(({ name, value }) => [name, value]));
  const child = spawn(program, programArguments, {
    detached: true,
    env: { PATH: process.env['PATH'], ...environment, AWS_BATCH_JOB_ID: detail.jobId },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  job.process = child;
  Object.assign(detail, { status: 'RUNNING', startedAt: Date.now() });
  detail.container.logStreamName = `${detail.jobDefinition}/default/${detail.jobId}`;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.on('close', (code) => {
    job.lines = output.replace(/\n$/, '').split('\n');
    if (output === '') job.lines = [];
    if (detail.stoppedAt !== undefined) return;
    const exitCode = code ?? 137;
    Object.assign(detail, {
      status: exitCode === 0 && !detail.isTerminated ? 'SUCCEEDED' : 'FAILED',
      statusReason: detail.statusReason ?? 'Essential container in task exited',
      stoppedAt: Date.now(),
    });
    detail.container.exitCode = exitCode;
    onEnded();
  });
}

function terminate(job: FakeJob, reason: string): void {
  const { detail } = job;
  Object.assign(detail, { isTerminated: true, statusReason: reason });
  if (job.process === undefined) {
    Object.assign(detail, { status: 'FAILED', stoppedAt: Date.now() });
    return;
  }
  signal(job, 'SIGTERM');
  setTimeout(() => signal(job, 'SIGKILL'), graceMs).unref();
}

function signal({ process: child }: FakeJob, name: NodeJS.Signals): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  process.kill(-child.pid, name);
}
