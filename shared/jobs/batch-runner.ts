import {
  BatchClient,
  DescribeJobsCommand,
  paginateListJobs,
  SubmitJobCommand,
  TerminateJobCommand,
  type BatchClientConfig,
  type ResourceRequirement,
} from '@aws-sdk/client-batch';
import { GetLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { JobRefused } from '../service/ports/job-errors.ts';
import { lineBytesMax, type Job, type JobOrder, type JobRunner } from '../service/ports/job-runner.ts';
import { unavailableOr } from './aws-unavailable.ts';
import { batchJob, logStreamOf, type BatchJobDetail } from './batch-job.ts';

export interface BatchRunnerSettings {
  batch: BatchClientConfig;
  logs: CloudWatchLogsClient;
  /** The name or ARN of the job queue. */
  queue: string;
  /** Where job definitions let containers log. */
  logGroup?: string;
}

const describedMax = 100;
const listedMax = 100;
/** Batch refuses shorter ones. */
const timeoutSecondsMin = 60;
/** Blank lines are events too. */
const lastEventCount = 25;

/** The port on a job queue of AWS Batch. */
export function openBatchRunner({ batch, logs, queue, logGroup = '/aws/batch/job' }: BatchRunnerSettings): JobRunner {
  const client = new BatchClient(batch);
  // SubmitJob has no token that would make a second one harmless, so the SDK may not send it again.
  const onceClient = new BatchClient({ ...batch, maxAttempts: 1 });

  async function details(ids: readonly string[]): Promise<BatchJobDetail[]> {
    const found: BatchJobDetail[] = [];
    for (let i = 0; i < ids.length; i += describedMax) {
      const request = new DescribeJobsCommand({ jobs: ids.slice(i, i + describedMax) });
      const { jobs = [] } = await client.send(request).catch(unavailable);
      found.push(...jobs.map((job) => job as BatchJobDetail));
    }
    return found;
  }

  async function describe(ids: readonly string[]): Promise<Map<string, Job>> {
    return new Map((await details(ids)).map((detail) => [detail.jobId, batchJob(detail)]));
  }

  /** A filter by name finds jobs of every status, and of names that differ in case; without one only RUNNING. */
  async function findByName(name: string): Promise<Job[]> {
    const summaries: BatchJobDetail[] = [];
    const filters = [{ name: 'JOB_NAME', values: [name] }];
    try {
      for await (const page of paginateListJobs({ client, pageSize: listedMax }, { jobQueue: queue, filters }))
        summaries.push(...(page.jobSummaryList ?? []).map((summary) => summary as BatchJobDetail));
    } catch (error) {
      throw unavailableOr(error, 'Batch');
    }
    const named = summaries.filter(({ jobName }) => jobName === name);
    // A summary does not say whether the job was terminated.
    const described = await describe(named.map(({ jobId }) => jobId));
    return named.map((summary) => described.get(summary.jobId) ?? batchJob(summary));
  }

  /** The newest events of a job's log, oldest first. */
  async function messages(id: string, limit?: number): Promise<string[]> {
    const [detail] = await details([id]);
    const logStreamName = detail && logStreamOf(detail);
    if (logStreamName === undefined) return [];
    const request = new GetLogEventsCommand({ logGroupName: logGroup, logStreamName, startFromHead: false, limit });
    const reply = await logs.send(request).catch((error: unknown) => {
      // The stream is made when the first line is written.
      if ((error as Error).name === 'ResourceNotFoundException') return undefined;
      throw unavailableOr(error, 'CloudWatch Logs');
    });
    return (reply?.events ?? []).map(({ message = '' }) => message);
  }

  return {
    submit: async (order) => {
      const { jobId } = await onceClient
        .send(new SubmitJobCommand(submission(order, queue)))
        .catch(refusedOrUnavailable);
      return { id: jobId! };
    },
    findByName,
    describe,
    terminate: async (id, reason) => {
      const request = new TerminateJobCommand({ jobId: id, reason });
      await client.send(request).catch(async (error: unknown) => {
        // It may have refused because there is nothing to terminate; its text is not documented.
        const isRefusal = (error as Error).name === 'ClientException';
        const job = isRefusal ? (await describe([id])).get(id) : undefined;
        if (!isRefusal || (job && job.state !== 'ended')) throw unavailableOr(error, 'Batch');
      });
    },
    log: async (id, bytesMax) => {
      const lines = await messages(id);
      return lines.length === 0 ? undefined : lastBytes(lines.join('\n'), bytesMax);
    },
    lastLine: async (id) => {
      const line = (await messages(id, lastEventCount)).findLast((message) => message.trim() !== '')?.trim();
      return line !== undefined && Buffer.byteLength(line) <= lineBytesMax ? line : undefined;
    },
    close: async () => {
      client.destroy();
      onceClient.destroy();
      logs.destroy();
    },
  };
}

function submission(order: JobOrder, jobQueue: string): ConstructorParameters<typeof SubmitJobCommand>[0] {
  const { name, command, environment, timeoutSeconds, jobDefinition } = order;
  if (jobDefinition === undefined) throw new JobRefused('A job on AWS Batch needs a job definition; got none.');
  return {
    jobName: name,
    jobQueue,
    jobDefinition,
    containerOverrides: {
      command: [...command],
      environment: Object.entries(environment).map(([key, value]) => ({ name: key, value })),
      resourceRequirements: requirements(order),
    },
    timeout: { attemptDurationSeconds: Math.max(timeoutSecondsMin, timeoutSeconds) },
    // Whatever the definition says: a failed attempt is the service's to judge, and the next one another job.
    retryStrategy: { attempts: 1 },
  };
}

/** What is left out is the job definition's. */
function requirements({ gpus, vcpus, memoryMiB }: JobOrder): ResourceRequirement[] {
  const wanted = [
    { type: 'GPU' as const, value: gpus === 0 ? undefined : gpus },
    { type: 'VCPU' as const, value: vcpus },
    { type: 'MEMORY' as const, value: memoryMiB },
  ];
  return wanted.flatMap(({ type, value }) => (value === undefined ? [] : [{ type, value: String(value) }]));
}

function refusedOrUnavailable(error: unknown): never {
  const { name, message } = error as Error;
  // The second is what a study gets that names the job definition of somebody else.
  if (name === 'ClientException' || name === 'AccessDeniedException')
    throw new JobRefused(`AWS Batch refused the job: ${message}`, { cause: error });
  throw unavailableOr(error, 'Batch');
}

function unavailable(error: unknown): never {
  throw unavailableOr(error, 'Batch');
}

function lastBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text);
  // Half a character at the start becomes U+FFFD, which is cut off.
  return bytes.length <= bytesMax
    ? text
    : bytes
        .subarray(-bytesMax)
        .toString()
        .replace(/^\ufffd+/, '');
}
