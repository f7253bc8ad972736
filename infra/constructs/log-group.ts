import { RemovalPolicy } from 'aws-cdk-lib';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** A log group that forgets: what is not deleted is paid for as long as it lies there. */
export function logGroup(scope: Construct, id: string, logGroupName?: string): LogGroup {
  const retention = RetentionDays.ONE_MONTH;
  return new LogGroup(scope, id, { logGroupName, retention, removalPolicy: RemovalPolicy.DESTROY });
}
