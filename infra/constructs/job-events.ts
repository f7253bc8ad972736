import { Duration } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { EventInvokeConfig, type IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetters } from './dead-letters.ts';

/** What is older has been seen to by a sweep. */
const eventAge = Duration.hours(1);
const retryAttempts = 2;

/** The ends of jobs of one Batch queue, and where those go that nobody could deal with. */
export class JobEvents extends Construct {
  readonly failed: Queue;
  private readonly jobQueueArn: string;

  constructor(scope: Construct, id: string, jobQueueArn: string) {
    super(scope, id);
    this.jobQueueArn = jobQueueArn;
    this.failed = deadLetters(this, 'Failed');
  }

  /** What the function needs to have its failures put aside. */
  statement(): PolicyStatement {
    return new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failed.queueArn] });
  }

  connect(target: IFunction): void {
    const delivery = { maxEventAge: eventAge, retryAttempts };
    new Rule(this, 'Ended', {
      description: 'Jobs of this deployment that have ended.',
      eventPattern: {
        source: ['aws.batch'],
        detailType: ['Batch Job State Change'],
        detail: { jobQueue: [this.jobQueueArn], status: ['SUCCEEDED', 'FAILED'] },
      },
      targets: [new LambdaFunction(target, { ...delivery, deadLetterQueue: this.failed })],
    });
    new EventInvokeConfig(this, 'Invocations', {
      ...delivery,
      function: target,
      onFailure: { bind: () => ({ destination: this.failed.queueArn }) },
    });
  }
}
