import { ArnFormat, type Stack } from 'aws-cdk-lib';

/**
 * What is called how where the stacks of training and of the service meet. Names that can be worked out need no export,
 * which would tie the stacks together.
 */
export interface TrainingNames {
  jobQueue: string;
  /** A study may name another definition whose name is this one, a hyphen and something. */
  jobDefinition: string;
  jobLogGroup: string;
  trialQueue: string;
  deadLetterQueue: string;
  scheduleGroup: string;
  sweepFunction: string;
  bucket: string;
}

export function trainingNames(stage: string, { account, region }: Stack): TrainingNames {
  const name = `cavia-${stage}`;
  return {
    jobQueue: name,
    jobDefinition: name,
    jobLogGroup: `/cavia/${stage}/training`,
    trialQueue: `${name}-trials`,
    deadLetterQueue: `${name}-trials-dead`,
    scheduleGroup: name,
    sweepFunction: `${name}-sweep`,
    bucket: `${name}-objects-${account}-${region}`,
  };
}

/** The ARN of something in the account and region of a stack. */
export function arnIn(stack: Stack, service: string, resource: string, resourceName: string): string {
  return stack.formatArn({ service, resource, resourceName });
}

export function queueArnIn(stack: Stack, queueName: string): string {
  return stack.formatArn({ service: 'sqs', resource: queueName, arnFormat: ArnFormat.NO_RESOURCE_NAME });
}

export function functionArnIn(stack: Stack, functionName: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return stack.formatArn({ service: 'lambda', resource: 'function', resourceName: functionName, arnFormat });
}

export function logGroupArnIn(stack: Stack, logGroupName: string): string {
  const arnFormat = ArnFormat.COLON_RESOURCE_NAME;
  return stack.formatArn({ service: 'logs', resource: 'log-group', resourceName: `${logGroupName}:*`, arnFormat });
}
