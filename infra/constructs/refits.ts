import { Duration } from 'aws-cdk-lib';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
  type IFunction,
} from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import { deadLetters } from './dead-letters.ts';

/** A fit covers all results that came in meanwhile: a burst is best taken together. */
const window = Duration.seconds(2);
const batchSize = 100;
const retryAttempts = 2;
/** What is older has been seen to by another fit, or an ask has fitted for itself. */
const recordAge = Duration.minutes(10);

/** What wakes up the function that fits models: trials that got a result, and studies that ended. */
export class Refits extends Construct {
  /** Records that could not be dealt with; nothing is lost but time. */
  readonly failed: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.failed = deadLetters(this, 'Failed');
  }

  /** What the function needs to read the stream, and to put aside what fails. */
  statementsFor(core: ITableV2): PolicyStatement[] {
    const read = ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'];
    return [
      new PolicyStatement({ actions: read, resources: [core.tableStreamArn!] }),
      // Lambda wants it, and it knows no resource.
      new PolicyStatement({ actions: ['dynamodb:ListStreams'], resources: ['*'] }),
      new PolicyStatement({ actions: ['sqs:SendMessage'], resources: [this.failed.queueArn] }),
    ];
  }

  connect(core: ITableV2, target: IFunction): void {
    acknowledge(target.role!, 'AwsSolutions-IAM5[Resource::*]', 'ListStreams knows no resource.');
    new EventSourceMapping(this, 'Results', {
      target,
      eventSourceArn: core.tableStreamArn!,
      startingPosition: StartingPosition.LATEST,
      batchSize,
      maxBatchingWindow: window,
      maxRecordAge: recordAge,
      retryAttempts,
      bisectBatchOnError: true,
      filters: [hasResult, hasEnded].map((dynamodb) => FilterCriteria.filter({ dynamodb })),
      onFailure: { bind: () => ({ destination: this.failed.queueArn }) },
    });
  }
}

const hasResult = {
  Keys: { sk: { S: FilterRule.beginsWith('R#') } },
  NewImage: { state: { S: FilterRule.or('complete', 'infeasible', 'pruned') } },
};

const hasEnded = {
  Keys: { sk: { S: FilterRule.isEqual('META') } },
  NewImage: { state: { S: FilterRule.isEqual('finished') } },
};
