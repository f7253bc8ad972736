import { Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { arnIn, logGroupArnIn, queueArnIn, trainingNames } from '../training-names.ts';

/** The rights that functions need for managed studies, each for what it is called. */
export interface TrainingAccess {
  sendTrials: PolicyStatement;
  receiveTrials: PolicyStatement;
  submitJobs: PolicyStatement;
  describeJobs: PolicyStatement;
  listJobs: PolicyStatement;
  terminateJobs: PolicyStatement;
  readJobLogs: PolicyStatement;
  readObjects: PolicyStatement;
  startSweeps: PolicyStatement;
  stopSweeps: PolicyStatement;
  /** To give schedules the role that invokes the sweep. */
  passSweepRole: PolicyStatement;
}

export function trainingAccess(scope: Construct, stage: string, sweepRoleArn: string): TrainingAccess {
  const stack = Stack.of(scope);
  const names = trainingNames(stage, stack);
  const queue = [queueArnIn(stack, names.trialQueue)];
  const schedules = [arnIn(stack, 'scheduler', 'schedule', `${names.scheduleGroup}/*`)];
  const bucket = stack.formatArn({ service: 's3', account: '', region: '', resource: names.bucket });
  return {
    sendTrials: allow(['sqs:SendMessage'], queue),
    receiveTrials: allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], queue),
    submitJobs: allow(
      ['batch:SubmitJob'],
      [
        arnIn(stack, 'batch', 'job-queue', names.jobQueue),
        // With a revision and without; and those of its own that a study may name. A stage has no hyphen in it.
        ...['', ':*', '-*'].map((end) => arnIn(stack, 'batch', 'job-definition', names.jobDefinition + end)),
      ],
    ),
    // These two know no resource.
    describeJobs: allow(['batch:DescribeJobs'], ['*']),
    listJobs: allow(['batch:ListJobs'], ['*']),
    // Tags could tell them apart, but which right it takes to give a job its tags is nowhere said.
    terminateJobs: allow(['batch:TerminateJob'], [arnIn(stack, 'batch', 'job', '*')]),
    readJobLogs: allow(['logs:GetLogEvents'], [logGroupArnIn(stack, names.jobLogGroup)]),
    // Without ListBucket S3 says that an object is forbidden when it is not there.
    readObjects: allow(['s3:GetObject', 's3:ListBucket'], [bucket, `${bucket}/*`]),
    startSweeps: allow(['scheduler:CreateSchedule'], schedules),
    stopSweeps: allow(['scheduler:DeleteSchedule'], schedules),
    passSweepRole: allow(['iam:PassRole'], [sweepRoleArn], {
      StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' },
    }),
  };
}

function allow(actions: string[], resources: string[], conditions?: Record<string, unknown>): PolicyStatement {
  return new PolicyStatement({ actions, resources, ...(conditions && { conditions }) });
}

/** Why the rights above may have resources with a star in them. */
export function acknowledgeTrainingAccess(role: Construct, stage: string): void {
  const at = '<AWS::Region>:<AWS::AccountId>';
  const arn = 'arn:<AWS::Partition>';
  const reasons: Record<string, string> = {
    '*': 'DescribeJobs and ListJobs of Batch know no resource.',
    [`${arn}:batch:${at}:job/*`]: 'Jobs have no names in their ARNs; the function knows the ids of its own.',
    [`${arn}:batch:${at}:job-definition/cavia-${stage}:*`]: 'The revisions.',
    [`${arn}:batch:${at}:job-definition/cavia-${stage}-*`]: 'What studies may name instead.',
    [`${arn}:logs:${at}:log-group:/cavia/${stage}/training:*`]: 'The streams of the jobs.',
    [`${arn}:s3:::cavia-${stage}-objects-<AWS::AccountId>-<AWS::Region>/*`]: 'The results that jobs leave.',
    [`${arn}:scheduler:${at}:schedule/cavia-${stage}/*`]: 'A schedule for each study, in a group of the deployment.',
  };
  for (const [resource, reason] of Object.entries(reasons))
    acknowledge(role, `AwsSolutions-IAM5[Resource::${resource}]`, reason);
}
