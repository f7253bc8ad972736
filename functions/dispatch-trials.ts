import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { handleMessage } from '../shared/service/training/handle-message.ts';
import { logFault } from './fault.ts';
import { wireTrainer } from './wire-trainer.ts';

/**
 * Does what the messages of the trial queue ask for. Those that fail are named, and come again by themselves; after five
 * times they are dead letters.
 */

const ports = wireTrainer();

export const handler = middy<SQSEvent, SQSBatchResponse>().handler(async ({ Records }) => {
  const failures = await Promise.all(
    Records.map(async ({ messageId, body }) => {
      try {
        await handleMessage(ports, body);
        return [];
      } catch (error) {
        logFault(error, messageId);
        return [{ itemIdentifier: messageId }];
      }
    }),
  );
  return { batchItemFailures: failures.flat() };
});
