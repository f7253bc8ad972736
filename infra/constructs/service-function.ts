import { Duration } from 'aws-cdk-lib';
import { Effect, PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import {
  Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { join } from 'node:path';
import { acknowledge } from '../acknowledge.ts';
import { bundlesFolder, type FunctionName } from '../bundle.ts';
import { logGroup } from './log-group.ts';

export interface ServiceFunctionProps {
  functionName: string;
  description: string;
  bundle: FunctionName;
  /** Of memory comes processor time: 1,769 MB have one whole vCPU. */
  memoryMb: number;
  timeoutSeconds: number;
  environment: Record<string, string>;
  /** All that it may do, besides writing its log. */
  statements: PolicyStatement[];
  reservedConcurrency?: number | undefined;
  /** Whether X-Ray follows what it does. */
  isTraced: boolean;
}

/** A function with a role of its own and a log that forgets. */
export class ServiceFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly log: LogGroup;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const log = logGroup(this, 'Log');
    this.log = log;
    const write = new PolicyStatement({
      effect: Effect.ALLOW,
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [log.logGroupArn],
    });
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { Does: new PolicyDocument({ statements: [write, ...props.statements] }) },
    });
    this.lambda = new LambdaFunction(this, 'Lambda', {
      functionName: props.functionName,
      description: props.description,
      code: Code.fromAsset(join(bundlesFolder, props.bundle)),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memoryMb,
      timeout: Duration.seconds(props.timeoutSeconds),
      environment: props.environment,
      reservedConcurrentExecutions: props.reservedConcurrency,
      role,
      logGroup: log,
      loggingFormat: LoggingFormat.JSON,
      tracing: props.isTraced ? Tracing.ACTIVE : Tracing.DISABLED,
    });
    if (props.isTraced) acknowledge(role, 'AwsSolutions-IAM5[Resource::*]', 'X-Ray knows no resource.');
  }
}
