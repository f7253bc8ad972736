import * as z from 'zod';

const Container = z.object({
  exitCode: z.int().optional(),
  reason: z.string().optional(),
  logStreamName: z.string().optional(),
});

/** The event "Batch Job State Change", as much of it as is used; Batch says that more may come. */
export const BatchJobEvent = z.object({
  'detail-type': z.literal('Batch Job State Change'),
  source: z.literal('aws.batch'),
  detail: z.object({
    jobId: z.string().min(1),
    jobName: z.string().min(1),
    status: z.enum(['SUBMITTED', 'PENDING', 'RUNNABLE', 'STARTING', 'RUNNING', 'SUCCEEDED', 'FAILED']),
    statusReason: z.string().optional(),
    createdAt: z.int().optional(),
    startedAt: z.int().optional(),
    stoppedAt: z.int().optional(),
    isTerminated: z.boolean().optional(),
    isCancelled: z.boolean().optional(),
    container: Container.optional(),
    attempts: z.array(z.object({ container: Container.optional(), statusReason: z.string().optional() })).optional(),
  }),
});
