import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import * as z from 'zod';
import { openBatchRunner } from '../shared/jobs/batch-runner.ts';
import { openSchedulerSweeps } from '../shared/jobs/scheduler-sweeps.ts';
import { openSqsQueue } from '../shared/jobs/sqs-queue.ts';
import type { Objects } from '../shared/service/ports/objects.ts';
import type { TrainingPort } from '../shared/service/ports/training.ts';
import { clientSettings } from './wire.ts';

const name = z.string().min(1);

/** What the deployment says in CAVIA_TRAINING, as JSON. */
const TrainingEnvironment = z.strictObject({
  /** Where jobs reach the service. */
  url: z.url(),
  bucket: name,
  queueUrl: z.url(),
  deadLetterUrl: z.url(),
  jobQueue: name,
  jobDefinition: name,
  /** Where the containers of that definition log. */
  jobLogGroup: name,
  scheduleGroup: name,
  sweepArn: name,
  sweepRoleArn: name,
  /** Left out, but in tests: messages come again after three minutes, and listings of Batch lag by seconds. */
  patience: z
    .strictObject({ claimMs: z.int(), resendMs: z.int(), graceMs: z.int(), missingMs: z.int() })
    .default({ claimMs: 90_000, resendMs: 120_000, graceMs: 120_000, missingMs: 600_000 }),
});

/** What trains managed studies; undefined in a deployment without training. @param openObjects those of a bucket. */
export function wireTraining(openObjects: (bucket: string) => Objects): TrainingPort | undefined {
  const text = process.env['CAVIA_TRAINING'];
  if (!text) return undefined;
  const given = TrainingEnvironment.parse(JSON.parse(text));
  return {
    kind: 'batch',
    url: given.url,
    jobDefinition: given.jobDefinition,
    queue: openSqsQueue({
      client: new SQSClient(clientSettings),
      queueUrl: given.queueUrl,
      deadLetterUrl: given.deadLetterUrl,
    }),
    runner: openBatchRunner({
      batch: clientSettings,
      logs: new CloudWatchLogsClient(clientSettings),
      queue: given.jobQueue,
      logGroup: given.jobLogGroup,
    }),
    objects: openObjects(given.bucket),
    schedule: openSchedulerSweeps({
      client: new SchedulerClient(clientSettings),
      group: given.scheduleGroup,
      targetArn: given.sweepArn,
      roleArn: given.sweepRoleArn,
    }),
    patience: given.patience,
  };
}
