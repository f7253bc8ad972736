import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { Alarms, alarmPeriod } from './constructs/alarms.ts';
import { GpuEnvironment } from './constructs/gpu-environment.ts';
import { TrainingJob } from './constructs/training-job.ts';
import { TrainingNetwork } from './constructs/training-network.ts';
import { TrialQueue } from './constructs/trial-queue.ts';
import type { TrainingSettings } from './settings.ts';

export interface TrainingStackProps extends StackProps {
  stage: string;
  training: TrainingSettings;
  bucketName: string;
}

/** Where trials are trained: GPU instances on spot that are there only while a job waits or runs. */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, { stage, training, bucketName, ...props }: TrainingStackProps) {
    super(scope, id, props);
    const name = `cavia-${stage}`;
    const network = new TrainingNetwork(this, 'Network');
    const { queue } = new GpuEnvironment(this, 'Gpu', { name, network, training });
    const bucket = Bucket.fromBucketName(this, 'Objects', bucketName);
    const { definition } = new TrainingJob(this, 'Job', { name, image: training.image, bucket });
    const trials = new TrialQueue(this, 'Trials');
    new Alarms(this, 'Alarms', [
      {
        id: 'TrialsNotStarted',
        metric: trials.deadLetters.metricApproximateNumberOfMessagesVisible({
          period: alarmPeriod,
          statistic: 'Maximum',
        }),
        tooMany: 1,
        description: 'Trials could not be started five times over; their messages are in the dead-letter queue.',
      },
    ]);
    new CfnOutput(this, 'JobQueue', { value: queue.jobQueueName });
    new CfnOutput(this, 'JobDefinition', { value: definition.jobDefinitionName });
    new CfnOutput(this, 'TrialQueueUrl', { value: trials.queue.queueUrl });
  }
}
