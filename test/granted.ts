import type { FunctionName } from '../infra/bundle.ts';

const kept = ['GetItem', 'PutItem', 'Query', 'UpdateItem'].map((item) => `dynamodb:${item}`);
const items = [...kept, 'dynamodb:DeleteItem'];
/** What the end of a job may lead to: its result read, the next trial chosen, its message sent, a deleted study erased. */
const trainer = [
  ...items,
  'batch:DescribeJobs',
  'batch:TerminateJob',
  'iam:PassRole',
  'logs:GetLogEvents',
  's3:DeleteObject',
  's3:GetObject',
  's3:ListBucket',
  'scheduler:CreateSchedule',
  'scheduler:DeleteSchedule',
  'sqs:SendMessage',
];

/**
 * What functions may do by their own calls, besides what Lambda does in their roles. The tests of the templates hold the
 * roles to it, and the bundles are seen to do it, and nothing else.
 */
export const granted: Record<FunctionName, readonly string[]> = {
  ask: kept,
  api: [
    ...items,
    'batch:DescribeJobs',
    'batch:ListJobs',
    'batch:TerminateJob',
    'iam:PassRole',
    'logs:GetLogEvents',
    'scheduler:CreateSchedule',
    'sqs:SendMessage',
  ],
  authorize: ['dynamodb:GetItem'],
  'make-key': ['dynamodb:PutItem'],
  'refit-model': [...items, 'dynamodb:ConditionCheckItem'],
  'dispatch-trials': [...trainer, 'batch:ListJobs', 'batch:SubmitJob'],
  'on-job-event': trainer,
  sweep: trainer,
};

/** What AWS looks at without being called for it: to pass a role with a schedule. */
export const unseen = ['iam:PassRole'];
