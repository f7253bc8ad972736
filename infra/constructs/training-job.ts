import { Duration, Size } from 'aws-cdk-lib';
import { EcsEc2ContainerDefinition, EcsJobDefinition } from 'aws-cdk-lib/aws-batch';
import { ContainerImage, LogDriver } from 'aws-cdk-lib/aws-ecs';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { logGroup } from './log-group.ts';

/** What fits on the smallest GPU instance beside the agent of ECS; a job can ask for more. */
const vcpus = 4;
const memoryMiB = 14_000;
/** No training runs longer than this by mistake; a job can ask for less. */
const timeout = Duration.hours(24);

export interface TrainingJobProps {
  name: string;
  image: string;
  bucket: IBucket;
  logGroupName: string;
}

/**
 * How a trial is trained unless its study says otherwise, on one GPU. Nothing of it is tried again by Batch: the service
 * judges how a job ended, and the next attempt is another job.
 */
export class TrainingJob extends Construct {
  readonly definition: EcsJobDefinition;

  constructor(scope: Construct, id: string, { name, image, bucket, logGroupName }: TrainingJobProps) {
    super(scope, id);
    const jobRole = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
      inlinePolicies: {
        Objects: new PolicyDocument({
          statements: [
            new PolicyStatement({ actions: ['s3:GetObject', 's3:PutObject'], resources: [bucket.arnForObjects('*')] }),
            // Without it S3 says that an object is forbidden when it is not there.
            new PolicyStatement({ actions: ['s3:ListBucket'], resources: [bucket.bucketArn] }),
          ],
        }),
      },
    });
    acknowledge(
      jobRole,
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:s3:::${name}-objects-<AWS::AccountId>-<AWS::Region>/*]`,
      'The objects of the bucket that is there for results and checkpoints.',
    );
    const container = new EcsEc2ContainerDefinition(this, 'Container', {
      image: ContainerImage.fromRegistry(image),
      cpu: vcpus,
      memory: Size.mebibytes(memoryMiB),
      gpu: 1,
      jobRole,
      logging: LogDriver.awsLogs({ logGroup: logGroup(this, 'Log', logGroupName), streamPrefix: 'training' }),
    });
    this.definition = new EcsJobDefinition(this, 'Definition', {
      jobDefinitionName: name,
      container,
      timeout,
    });
  }
}
