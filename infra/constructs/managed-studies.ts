import { Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { arnIn, queueArnIn, trainingNames } from '../training-names.ts';
import { alarmPeriod, type Watched } from './alarms.ts';
import { JobEvents } from './job-events.ts';
import { overdueMetrics } from './overdue-metrics.ts';
import { ServiceFunction, type ServiceFunctionProps } from './service-function.ts';
import { Sweeps } from './sweeps.ts';
import { queryOpen, readWrite, remove } from './table-access.ts';
import type { Tables } from './tables.ts';
import { acknowledgeTrainingAccess, trainingAccess, type TrainingAccess } from './training-access.ts';

export interface ManagedStudiesProps {
  stage: string;
  tables: Tables;
  /** Of the tables. */
  environment: Record<string, string>;
  isTraced: boolean;
  /** Where jobs reach the service. */
  url: string;
}

/** They choose trials, as asks do. */
const memoryMb = 1769;
/** The visibility timeout of the trial queue is six times as long. */
const timeoutSeconds = 30;
const messagesAtOnce = 10;

/** What runs managed studies: the functions that submit jobs, hear of their ends, and look after everything once a minute. */
export class ManagedStudies extends Construct {
  readonly functions: IFunction[];
  /** What the function behind the HTTP API has to know, and may do, for managed studies. */
  readonly environment: Record<string, string>;
  readonly apiStatements: PolicyStatement[];
  readonly watched: Watched[];
  private readonly props: ManagedStudiesProps;

  constructor(scope: Construct, id: string, props: ManagedStudiesProps) {
    super(scope, id);
    this.props = props;
    const { stage, url } = props;
    const stack = Stack.of(this);
    const names = trainingNames(stage, stack);
    const queue = Queue.fromQueueArn(this, 'Trials', queueArnIn(stack, names.trialQueue));
    const dead = Queue.fromQueueArn(this, 'DeadLetters', queueArnIn(stack, names.deadLetterQueue));
    const events = new JobEvents(this, 'Events', arnIn(stack, 'batch', 'job-queue', names.jobQueue));
    const sweeps = new Sweeps(this, 'Sweeps', names);
    this.environment = {
      CAVIA_TRAINING: stack.toJsonString({
        url,
        bucket: names.bucket,
        queueUrl: queue.queueUrl,
        deadLetterUrl: dead.queueUrl,
        jobQueue: names.jobQueue,
        jobDefinition: names.jobDefinition,
        jobLogGroup: names.jobLogGroup,
        scheduleGroup: names.scheduleGroup,
        sweepArn: sweeps.functionArn,
        sweepRoleArn: sweeps.role.roleArn,
      }),
    };
    const may = trainingAccess(this, stage, sweeps.role.roleArn);
    const { sendTrials, listJobs, describeJobs, terminateJobs, readJobLogs, startSweeps, passSweepRole } = may;
    this.apiStatements = [sendTrials, listJobs, describeJobs, terminateJobs, readJobLogs, startSweeps, passSweepRole];
    const dispatch = this.trainer('Dispatch', may, {
      functionName: `cavia-${stage}-dispatch`,
      description: 'Does what messages about managed studies ask for; starts their jobs.',
      bundle: 'dispatch-trials',
      statements: [may.receiveTrials, may.submitJobs, listJobs],
    });
    const onJobEvent = this.trainer('OnJobEvent', may, {
      functionName: `cavia-${stage}-on-job-event`,
      description: 'Hears that a job has ended.',
      bundle: 'on-job-event',
      statements: [events.statement()],
    });
    const sweep = this.trainer('Sweep', may, {
      functionName: names.sweepFunction,
      description: 'Brings a managed study to where it should be.',
      bundle: 'sweep',
      statements: [],
    });
    new EventSourceMapping(this, 'Messages', {
      target: dispatch.lambda,
      eventSourceArn: queue.queueArn,
      batchSize: messagesAtOnce,
      reportBatchItemFailures: true,
    });
    this.functions = [dispatch, onJobEvent, sweep].map(({ lambda }) => lambda);
    events.connect(onJobEvent.lambda);
    sweeps.connect(sweep.lambda);
    const visible = { period: alarmPeriod, statistic: 'Maximum' };
    const overdue = overdueMetrics(this, stage, sweep.log);
    this.watched = [
      {
        id: 'TrialsNotStarted',
        metric: dead.metricApproximateNumberOfMessagesVisible(visible),
        tooMany: 1,
        description:
          'Messages about managed studies failed five times over. See the log of dispatch, then redrive them.',
      },
      {
        id: 'JobEventsFailed',
        metric: events.failed.metricApproximateNumberOfMessagesVisible(visible),
        tooMany: 1,
        description: 'Ends of jobs were not dealt with at once; sweeps do it. See the log of on-job-event, then purge.',
      },
      {
        id: 'SweepsFailed',
        metric: sweep.lambda.metricErrors({ period: alarmPeriod }),
        tooMany: 3,
        description: 'Managed studies are not looked after: see the log of sweep.',
      },
      {
        id: 'TrialsOverdue',
        metric: overdue.trials,
        tooMany: 1,
        description: 'Trials have waited ten minutes for their jobs to be submitted: see the log of dispatch.',
      },
      {
        id: 'GapsOverdue',
        metric: overdue.gaps,
        tooMany: 1,
        description: 'Numbers have been without a trial for ten minutes, and sweeps do not heal them.',
      },
    ];
  }

  /** A function that can do what every end of a job may lead to: read its result, choose the next trial, send its message. */
  private trainer(
    id: string,
    may: TrainingAccess,
    props: Pick<ServiceFunctionProps, 'functionName' | 'description' | 'bundle' | 'statements'>,
  ): ServiceFunction {
    const { stage, tables, environment, isTraced } = this.props;
    const { sendTrials, describeJobs, terminateJobs, readJobLogs, readObjects, removeObjects } = may;
    const { startSweeps, stopSweeps, passSweepRole } = may;
    const made = new ServiceFunction(this, id, {
      ...props,
      memoryMb,
      timeoutSeconds,
      environment: { ...environment, ...this.environment },
      isTraced,
      statements: [
        readWrite(tables.core, ['T#']),
        queryOpen(tables.core),
        readWrite(tables.aux, ['T#']),
        // The places of jobs that are gone, and what is in studies that are deleted.
        remove(tables.core, ['T#']),
        remove(tables.aux, ['T#']),
        sendTrials,
        describeJobs,
        terminateJobs,
        readJobLogs,
        readObjects,
        removeObjects,
        startSweeps,
        stopSweeps,
        passSweepRole,
        ...props.statements,
      ],
    });
    acknowledgeTrainingAccess(made.lambda.role!, stage);
    return made;
  }
}
