import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { GpuEnvironment } from './constructs/gpu-environment.ts';
import { TrainingJob } from './constructs/training-job.ts';
import { TrainingNetwork } from './constructs/training-network.ts';
import { TrialQueue } from './constructs/trial-queue.ts';
import { settingsOutput } from './deployment-plan.ts';
import { givenTraining, type TrainingSettings } from './settings.ts';
import { trainingNames } from './training-names.ts';

export interface TrainingStackProps extends StackProps {
  stage: string;
  training: TrainingSettings;
}

/** Where trials are trained: GPU instances on spot that are there only while a job waits or runs. */
export class TrainingStack extends Stack {
  constructor(scope: Construct, id: string, { stage, training, ...props }: TrainingStackProps) {
    super(scope, id, props);
    const names = trainingNames(stage, this);
    const network = new TrainingNetwork(this, 'Network');
    const { queue } = new GpuEnvironment(this, 'Gpu', { name: names.jobQueue, network, training });
    const { definition } = new TrainingJob(this, 'Job', {
      name: names.jobDefinition,
      image: training.image,
      bucket: Bucket.fromBucketName(this, 'Objects', names.bucket),
      logGroupName: names.jobLogGroup,
    });
    const trials = new TrialQueue(this, 'Trials', names);
    new CfnOutput(this, settingsOutput, { value: JSON.stringify(givenTraining(training)) });
    new CfnOutput(this, 'JobQueue', { value: queue.jobQueueName });
    new CfnOutput(this, 'JobDefinition', { value: definition.jobDefinitionName });
    new CfnOutput(this, 'TrialQueueUrl', { value: trials.queue.queueUrl });
    new CfnOutput(this, 'DeadLetterQueueUrl', { value: trials.deadLetters.queueUrl });
  }
}
