import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { fakeJobDefinition, fakeQueue, startFakeBatch, type FakeBatch } from '../jobs/fake-batch.ts';

/** What stands for the services of AWS that train, new and empty. */
export interface TrainingEngines {
  batch: FakeBatch;
  sqs: SQSClient;
  queueUrl: string;
  deadLetterUrl: string;
  scheduler: SchedulerClient;
  scheduleGroup: string;
  bucket: string;
  /** What a function that trains finds in its environment. @param at where it reaches all of them, if not directly. */
  environment(url: string, at?: string): Record<string, string>;
  stop(): Promise<void>;
}

export interface EngineSettings {
  sqsEndpoint: string;
  motoEndpoint: string;
  visibilitySeconds: number;
  receiveCountMax: number;
  patience: Record<'claimMs' | 'resendMs' | 'graceMs' | 'missingMs', number>;
}

export const sweepArn = 'arn:aws:lambda:eu-central-1:123456789012:function:cavia-test-sweep';

export async function startTrainingEngines(settings: EngineSettings): Promise<TrainingEngines> {
  const { sqsEndpoint, motoEndpoint, visibilitySeconds, receiveCountMax, patience } = settings;
  const config = { region: 'eu-central-1', credentials: { accessKeyId: 'test', secretAccessKey: 'none' } };
  const sqs = new SQSClient({ ...config, endpoint: sqsEndpoint });
  const scheduler = new SchedulerClient({ ...config, endpoint: motoEndpoint });
  const s3 = new S3Client({ ...config, endpoint: motoEndpoint, forcePathStyle: true });
  const name = randomUUID();
  const batch = await startFakeBatch();
  const deadLetterUrl = sqsEndpoint + (await newQueue(sqs, `${name}-dead`, {}));
  const described = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const queuePath = await newQueue(sqs, name, {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: described.Attributes!.QueueArn,
      maxReceiveCount: receiveCountMax,
    }),
  });
  const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const };
  await s3.send(new CreateBucketCommand({ Bucket: name, CreateBucketConfiguration }));
  await scheduler.send(new CreateScheduleGroupCommand({ Name: name }));
  s3.destroy();
  return {
    batch,
    sqs,
    queueUrl: sqsEndpoint + queuePath,
    deadLetterUrl,
    scheduler,
    scheduleGroup: name,
    bucket: name,
    environment: (url, at) => ({
      AWS_ENDPOINT_URL_SQS: at ?? sqsEndpoint,
      AWS_ENDPOINT_URL_BATCH: at ?? batch.endpoint,
      AWS_ENDPOINT_URL_CLOUDWATCH_LOGS: at ?? batch.endpoint,
      AWS_ENDPOINT_URL_S3: at ?? motoEndpoint,
      AWS_ENDPOINT_URL_SCHEDULER: at ?? motoEndpoint,
      CAVIA_TRAINING: JSON.stringify({
        url,
        bucket: name,
        queueUrl: (at ?? sqsEndpoint) + queuePath,
        deadLetterUrl,
        jobQueue: fakeQueue,
        jobDefinition: fakeJobDefinition,
        jobLogGroup: '/aws/batch/job',
        scheduleGroup: name,
        sweepArn,
        sweepRoleArn: 'arn:aws:iam::123456789012:role/sweeps',
        patience,
      }),
    }),
    stop: async () => {
      sqs.destroy();
      scheduler.destroy();
      await batch.stop();
    },
  };
}

/** ElasticMQ names the host that it was told it has; the path is right. */
async function newQueue(client: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return new URL(QueueUrl!).pathname;
}
