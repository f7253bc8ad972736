import { Duration } from 'aws-cdk-lib';
import {
  AllocationStrategy,
  EcsMachineImageType,
  JobQueue,
  JobStateTimeLimitActionsAction,
  JobStateTimeLimitActionsReason,
  JobStateTimeLimitActionsState,
  ManagedEc2EcsComputeEnvironment,
  type JobStateTimeLimitAction,
} from 'aws-cdk-lib/aws-batch';
import {
  BlockDeviceVolume,
  EbsDeviceVolumeType,
  InstanceType,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
} from 'aws-cdk-lib/aws-ec2';
import { ManagedPolicy, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { TrainingSettings } from '../settings.ts';
import type { TrainingNetwork } from './training-network.ts';

/** Images of training programs are 10 to 20 GB, and data sets come on top. */
const diskGb = 100;
/** The image of ECS has its disk there. */
const rootDevice = '/dev/xvda';

export interface GpuEnvironmentProps {
  name: string;
  network: TrainingNetwork;
  training: TrainingSettings;
}

/** A queue of Batch jobs on spot instances with GPUs; there is none while nothing waits. */
export class GpuEnvironment extends Construct {
  readonly queue: JobQueue;

  constructor(scope: Construct, id: string, { name, network, training }: GpuEnvironmentProps) {
    super(scope, id);
    const environment = new ManagedEc2EcsComputeEnvironment(this, 'Environment', {
      vpc: network.vpc,
      securityGroups: [network.securityGroup],
      instanceTypes: training.instanceTypes.map((type) => new InstanceType(type)),
      useOptimalInstanceClasses: false,
      minvCpus: 0,
      maxvCpus: training.vcpusMax,
      spot: true,
      allocationStrategy: AllocationStrategy.SPOT_PRICE_CAPACITY_OPTIMIZED,
      images: [{ imageType: EcsMachineImageType.ECS_AL2023_NVIDIA }],
      instanceRole: this.instanceRole(),
      launchTemplate: this.launchTemplate(name),
    });
    this.queue = new JobQueue(this, 'Queue', {
      jobQueueName: name,
      computeEnvironments: [{ computeEnvironment: environment, order: 1 }],
      jobStateTimeLimitActions,
    });
  }

  private instanceRole(): Role {
    const policy = 'service-role/AmazonEC2ContainerServiceforEC2Role';
    const role = new Role(this, 'InstanceRole', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(policy)],
    });
    acknowledge(
      role,
      `AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${policy}]`,
      'What the agent of ECS on the instance needs is for AWS to say.',
    );
    return role;
  }

  private launchTemplate(name: string): LaunchTemplate {
    const volume = BlockDeviceVolume.ebs(diskGb, {
      volumeType: EbsDeviceVolumeType.GP3,
      encrypted: true,
      deleteOnTermination: true,
    });
    return new LaunchTemplate(this, 'LaunchTemplate', {
      launchTemplateName: name,
      blockDevices: [{ deviceName: rootDevice, volume }],
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      // Jobs have their role from the agent, so nothing in a container needs more. It keeps out only those on a network of
      // their own: Batch runs its containers on that of the instance.
      httpPutResponseHopLimit: 1,
    });
  }
}

/** A job that can never start would hold up those behind it; one that only has to wait may wait for a day. */
const jobStateTimeLimitActions: JobStateTimeLimitAction[] = [
  limit(JobStateTimeLimitActionsReason.JOB_RESOURCE_REQUIREMENT, Duration.minutes(10)),
  limit(JobStateTimeLimitActionsReason.COMPUTE_ENVIRONMENT_MAX_RESOURCE, Duration.minutes(10)),
  limit(JobStateTimeLimitActionsReason.INSUFFICIENT_INSTANCE_CAPACITY, Duration.hours(24)),
];

function limit(reason: JobStateTimeLimitActionsReason, maxTime: Duration): JobStateTimeLimitAction {
  const state = JobStateTimeLimitActionsState.RUNNABLE;
  return { reason, maxTime, state, action: JobStateTimeLimitActionsAction.CANCEL };
}
