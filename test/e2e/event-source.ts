import { DeleteMessageCommand, ReceiveMessageCommand, type Message, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { LambdaFunction } from './sandboxes.ts';

/** Lambda begins with five. */
const pollerCount = 3;

/**
 * What Lambda does for a function with an SQS event source: takes up to ten messages, hands them over, and deletes those
 * that the function did not name as failed. When the function fails as a whole, all of them come again.
 */
export function pollQueue(sqs: SQSClient, queueUrl: string, target: LambdaFunction): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const pollers = Array.from({ length: pollerCount }, poll);

  async function poll(): Promise<void> {
    while (!stopping.signal.aborted) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      if (Messages.length > 0) await handOver(Messages);
    }
  }

  async function handOver(messages: readonly Message[]): Promise<void> {
    const failed = new Set<string>();
    try {
      const { batchItemFailures } = (await target.invoke({ Records: messages.map(recordOf) })) as SQSBatchResponse;
      for (const { itemIdentifier } of batchItemFailures) failed.add(itemIdentifier);
    } catch {
      return;
    }
    for (const { MessageId, ReceiptHandle } of messages) {
      if (failed.has(MessageId!)) continue;
      // SQS takes the handle of a message that is visible again; ElasticMQ does not, and the message comes again.
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle })).catch((error: unknown) => {
        if ((error as Error).name !== 'ReceiptHandleIsInvalid') throw error;
      });
    }
  }

  return {
    stop: async () => {
      stopping.abort();
      await Promise.all(pollers);
    },
  };
}

function recordOf({ MessageId, Body, ReceiptHandle }: Message): Partial<SQSRecord> {
  return { messageId: MessageId!, body: Body!, receiptHandle: ReceiptHandle!, eventSource: 'aws:sqs' };
}
