import middy from '@middy/core';
import type { EventBridgeEvent } from 'aws-lambda';
import { batchJob } from '../shared/jobs/batch-job.ts';
import { settleJob } from '../shared/service/training/settle-job.ts';
import { BatchJobEvent } from './batch-job-event.ts';
import { wireTrainer } from './wire-trainer.ts';

/**
 * Hears that a job of the queue has ended. Events come twice, late and out of order, and for jobs that are not ours;
 * one that fails is tried again and then put aside, and the next sweep finds the job without it.
 */

const ports = wireTrainer();

export const handler = middy<EventBridgeEvent<string, unknown>, void>().handler(async (event) => {
  const { detail } = BatchJobEvent.parse(event);
  await settleJob(ports, batchJob(detail));
});
