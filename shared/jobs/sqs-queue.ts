import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  StartMessageMoveTaskCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { JobsUnavailable } from '../service/ports/job-errors.ts';
import {
  messageBytesMax,
  receiveMax,
  waitSecondsMax,
  type OutgoingMessage,
  type Queue,
  type QueueCounts,
} from '../service/ports/queue.ts';
import { unavailableOr } from './aws-unavailable.ts';
import { assertMessages, assertWithin } from './message-limits.ts';

export interface SqsQueueSettings {
  /** Its requests must be allowed to take longer than a receive waits. */
  client: SQSClient;
  /** A standard queue, whose visibility timeout and redrive policy are set where it is made. */
  queueUrl: string;
  /** The queue that its redrive policy names. */
  deadLetterUrl: string;
}

const batchMax = 10;

/** The port on an SQS queue and its dead-letter queue. */
export function openSqsQueue({ client, queueUrl, deadLetterUrl }: SqsQueueSettings): Queue {
  const closing = new AbortController();

  async function sendBatch(messages: readonly OutgoingMessage[]): Promise<void> {
    const Entries = messages.map(({ body, delaySeconds }, i) => ({
      Id: String(i),
      MessageBody: body,
      DelaySeconds: delaySeconds,
    }));
    const reply = await answerTo(client.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries })));
    const [failure] = reply?.Failed ?? [];
    if (failure) throw new JobsUnavailable(`SQS: ${failure.Code}: ${failure.Message ?? 'a message was not taken'}`);
  }

  async function attributes(url: string): Promise<Partial<Record<string, string>>> {
    const request = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
    return (await answerTo(client.send(request)))?.Attributes ?? {};
  }

  return {
    send: async (messages) => {
      assertMessages(messages, messageBytesMax);
      for (let i = 0; i < messages.length; i += batchMax) await sendBatch(messages.slice(i, i + batchMax));
    },
    receive: async (max, waitSeconds) => {
      assertWithin('max', max, 1, receiveMax);
      assertWithin('waitSeconds', waitSeconds, 0, waitSecondsMax);
      const request = new ReceiveMessageCommand({
        QueueUrl: queueUrl,
        MaxNumberOfMessages: max,
        WaitTimeSeconds: waitSeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const reply = await answerTo(
        client.send(request, { abortSignal: closing.signal }),
        ({ name }) => name === 'AbortError' && closing.signal.aborted,
      );
      return (reply?.Messages ?? []).map(({ Body, ReceiptHandle, Attributes }) => ({
        body: Body!,
        handle: ReceiptHandle!,
        receiveCount: Number(Attributes!.ApproximateReceiveCount),
      }));
    },
    acknowledge: async (handle) => {
      await answerTo(
        client.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: handle })),
        isStaleHandle,
      );
    },
    changeVisibility: async (handle, seconds) => {
      const request = { QueueUrl: queueUrl, ReceiptHandle: handle, VisibilityTimeout: seconds };
      await answerTo(client.send(new ChangeMessageVisibilityCommand(request)), isStaleHandle);
    },
    counts: async (): Promise<QueueCounts> => {
      const [own, dead] = await Promise.all([attributes(queueUrl), attributes(deadLetterUrl)]);
      return {
        waiting: Number(own.ApproximateNumberOfMessages),
        hidden: Number(own.ApproximateNumberOfMessagesNotVisible),
        delayed: Number(own.ApproximateNumberOfMessagesDelayed),
        dead: Number(dead.ApproximateNumberOfMessages),
      };
    },
    redrive: async () => {
      const { QueueArn } = await attributes(deadLetterUrl);
      await answerTo(client.send(new StartMessageMoveTaskCommand({ SourceArn: QueueArn })), isMovingAlready);
    },
    close: async () => {
      closing.abort();
      client.destroy();
    },
  };
}

/** What SQS answers; undefined when it refuses in one of these ways. */
async function answerTo<T>(
  request: Promise<T>,
  mayRefuse: (error: Error) => boolean = () => false,
): Promise<T | undefined> {
  try {
    return await request;
  } catch (error) {
    if (mayRefuse(error as Error)) return undefined;
    throw unavailableOr(error, 'SQS');
  }
}

function isStaleHandle({ name, message }: Error): boolean {
  if (/MessageNotInflight|ReceiptHandleIsInvalid/.test(name)) return true;
  return name.startsWith('InvalidParameterValue') && /receipt ?handle/i.test(message);
}

function isMovingAlready({ name, message }: Error): boolean {
  return /UnsupportedOperation/.test(name) && /already/i.test(message);
}
