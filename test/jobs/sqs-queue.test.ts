import { randomUUID } from 'node:crypto';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, inject, it } from 'vitest';
import { openSqsQueue } from '../../shared/jobs/sqs-queue.ts';
import type { Queue } from '../../shared/service/ports/queue.ts';
import { queueContract, suiteReceiveCountMax, suiteVisibilitySeconds } from '../contract/queue.ts';
import { startFaultyService, type Answer, type FaultyReply } from './faulty-service.ts';

const endpoint = inject('sqsEndpoint');
const unavailable = expect.objectContaining({ name: 'JobsUnavailable' }) as Error;

describe.skipIf(endpoint === null)('SQS', () => {
  queueContract('a queue on SQS', () => newQueue());

  it('sends again what it got no reply to, so that messages come twice', async () => {
    const queue = await newQueue(losingTheFirst('SendMessageBatch'));
    await queue.send([{ body: 'a' }, { body: 'b' }]);
    const bodies = (await queue.receive(10, 0)).map(({ body }) => body);
    expect(bodies.sort()).toEqual(['a', 'a', 'b', 'b']);
    await queue.close();
  });

  it('gives again what was received in a reply that was lost, after the visibility timeout', async () => {
    const queue = await newQueue(losingTheFirst('ReceiveMessage'));
    await queue.send([{ body: 'a' }]);
    expect(await queue.receive(1, 0)).toEqual([]);
    expect(await queue.receive(1, 20)).toMatchObject([{ body: 'a', receiveCount: 2 }]);
    await queue.close();
  });

  it('has done what it was told in a request whose reply was lost', async () => {
    const queue = await newQueue(losingTheFirst('DeleteMessage'));
    await queue.send([{ body: 'a' }]);
    const [{ handle }] = await queue.receive(1, 0);
    await queue.acknowledge(handle);
    expect(await queue.counts()).toEqual({ waiting: 0, hidden: 0, delayed: 0, dead: 0 });
    await queue.close();
  });
});

/** Answers of SQS that ElasticMQ does not give, in the form that the API reference says. */
describe('a queue on SQS that', () => {
  const failure = { Id: '1', Code: 'InternalError', Message: 'try again', SenderFault: false };

  it('takes some messages of several is unavailable', async () => {
    const queue = await queueAnswering({ status: 200, body: JSON.stringify({ Successful: [], Failed: [failure] }) });
    await expect(queue.send([{ body: 'a' }, { body: 'b' }])).rejects.toThrow(unavailable);
  });

  it.each<[string, FaultyReply]>([
    ['throttles', refusal(403, 'RequestThrottled')],
    ['throttles as others do', refusal(400, 'ThrottlingException')],
    ['has too many messages in flight', refusal(403, 'OverLimit')],
    ['has a fault', refusal(500, 'InternalFailure')],
    ['is behind a gateway that fails', { status: 502, body: '<html>' }],
    ['hangs up', 'hang up'],
  ])('%s is unavailable', async (_, reply) => {
    const queue = await queueAnswering(reply);
    await expect(queue.send([{ body: 'a' }])).rejects.toThrow(unavailable);
    await expect(queue.receive(1, 0)).rejects.toThrow(unavailable);
    await expect(queue.acknowledge('r')).rejects.toThrow(unavailable);
    await expect(queue.changeVisibility('r', 1)).rejects.toThrow(unavailable);
    await expect(queue.counts()).rejects.toThrow(unavailable);
    await expect(queue.redrive()).rejects.toThrow(unavailable);
  });

  it.each(['QueueDoesNotExist', 'AccessDeniedException'])('says %s is set up wrongly', async (name) => {
    const queue = await queueAnswering(refusal(400, name));
    const failure = expect.objectContaining({ name }) as Error;
    await expect(queue.send([{ body: 'a' }])).rejects.toThrow(failure);
    await expect(queue.acknowledge('r')).rejects.toThrow(failure);
    await expect(queue.changeVisibility('r', 1)).rejects.toThrow(failure);
  });

  it.each<[string, string]>([
    ['MessageNotInflight', ''],
    ['ReceiptHandleIsInvalid', 'The input receipt handle is invalid.'],
    [
      'InvalidParameterValue',
      'Value r for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change.',
    ],
    [
      'InvalidParameterValueException',
      'Value r for parameter ReceiptHandle is invalid. Reason: The receipt handle has expired.',
    ],
  ])('says %s of a handle does nothing', async (name, message) => {
    const queue = await queueAnswering(refusal(400, name, message));
    expect(await queue.acknowledge('r')).toBeUndefined();
    expect(await queue.changeVisibility('r', 1)).toBeUndefined();
  });

  it('is putting its dead letters back goes on with it', async () => {
    const text =
      'There is already a task running. Only one active task is allowed for a source queue arn at a given time.';
    const service = await startFaultyService((operation) =>
      operation === 'GetQueueAttributes'
        ? {
            status: 200,
            body: JSON.stringify({ Attributes: { QueueArn: 'arn:aws:sqs:eu-central-1:123456789012:dead' } }),
          }
        : refusal(400, 'UnsupportedOperation', text),
    );
    expect(await queueAt(service.endpoint).redrive()).toBeUndefined();
    expect(service.operations).toEqual(['GetQueueAttributes', 'StartMessageMoveTask']);
  });
});

function refusal(status: number, name: string, message = 'said by the test'): Answer {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.sqs#${name}`, message }) };
}

function losingTheFirst(lost: string): (operation: string) => FaultyReply {
  let wasLost = false;
  return (operation) => {
    if (operation !== lost || wasLost) return 'forward';
    wasLost = true;
    return 'lose the reply';
  };
}

async function queueAnswering(reply: FaultyReply): Promise<Queue> {
  return queueAt((await startFaultyService(() => reply)).endpoint);
}

function queueAt(at: string): Queue {
  const client = newClient(at, 1);
  return openSqsQueue({ client, queueUrl: `${at}/1/queue`, deadLetterUrl: `${at}/1/dead` });
}

function newClient(at: string, maxAttempts: number): SQSClient {
  return new SQSClient({
    endpoint: at,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
    maxAttempts,
    requestHandler: { connectionTimeout: 5_000, requestTimeout: 30_000 },
  });
}

/**
 * A queue and its dead-letter queue, as the deployment makes them.
 * @param replyTo what stands between the queue and the engine, if anything does.
 */
async function newQueue(replyTo?: (operation: string) => FaultyReply): Promise<Queue> {
  const between = replyTo && (await startFaultyService(replyTo, endpoint!)).endpoint;
  const client = newClient(endpoint!, 3);
  const name = randomUUID();
  const deadLetterPath = await create(client, `${name}-dead`, {});
  const described = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: endpoint! + deadLetterPath, AttributeNames: ['QueueArn'] }),
  );
  const path = await create(client, name, {
    VisibilityTimeout: String(suiteVisibilitySeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: described.Attributes!.QueueArn,
      maxReceiveCount: suiteReceiveCountMax,
    }),
  });
  client.destroy();
  const at = between ?? endpoint!;
  return openSqsQueue({ client: newClient(at, 3), queueUrl: at + path, deadLetterUrl: at + deadLetterPath });
}

/** ElasticMQ names the host that it was told it has; the path is right. */
async function create(client: SQSClient, QueueName: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
  return new URL(QueueUrl!).pathname;
}
