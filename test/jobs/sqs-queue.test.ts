import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, inject } from 'vitest';
import { openSqsQueue } from '../../shared/jobs/sqs-queue.ts';
import type { Queue } from '../../shared/service/queue-port.ts';
import { queueContract, suiteReceiveCountMax, suiteVisibilitySeconds } from '../contract/queue.ts';

const endpoint = inject('sqsEndpoint');

describe.skipIf(endpoint === null)('SQS', () => {
  queueContract('a queue on SQS', newQueue);
});

function newClient(): SQSClient {
  return new SQSClient({
    endpoint: endpoint!,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
  });
}

/** A queue and its dead-letter queue, as the deployment makes them. */
async function newQueue(): Promise<Queue> {
  const client = newClient();
  const name = randomUUID();
  const deadLetterUrl = await create(client, `${name}-dead`, {});
  const described = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const queueUrl = await create(client, name, {
    VisibilityTimeout: String(suiteVisibilitySeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: described.Attributes!.QueueArn,
      maxReceiveCount: suiteReceiveCountMax,
    }),
  });
  return openSqsQueue({ client, queueUrl, deadLetterUrl });
}

async function create(client: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  // ElasticMQ names the host that it was told it has; the path is right.
  return `${endpoint!}${new URL(QueueUrl!).pathname}`;
}
