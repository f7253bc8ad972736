import { Duration, Stack } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import { ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { arnIn, functionArnIn, type TrainingNames } from '../training-names.ts';

/**
 * Where the schedules of managed studies are, and the role in which they invoke the sweep. A study that is open has one;
 * there is none while nothing is open, and they go with the group.
 */
export class Sweeps extends Construct {
  readonly role: Role;
  readonly functionArn: string;

  constructor(scope: Construct, id: string, { scheduleGroup, sweepFunction }: TrainingNames) {
    super(scope, id);
    const stack = Stack.of(this);
    new ScheduleGroup(this, 'Group', { scheduleGroupName: scheduleGroup });
    // The function is told its own ARN, which it could not be if it were taken from it.
    this.functionArn = functionArnIn(stack, sweepFunction);
    const invoke = new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.functionArn] });
    this.role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: {
            'aws:SourceAccount': stack.account,
            'aws:SourceArn': arnIn(stack, 'scheduler', 'schedule-group', scheduleGroup),
          },
        },
      }),
      inlinePolicies: { Invokes: new PolicyDocument({ statements: [invoke] }) },
    });
  }

  /** A sweep that fails is not tried again: the next minute's does the same. */
  connect(target: IFunction): void {
    new EventInvokeConfig(this, 'Invocations', {
      function: target,
      retryAttempts: 0,
      maxEventAge: Duration.minutes(1),
    });
  }
}
