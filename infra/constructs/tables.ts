import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, Billing, StreamViewType, TableV2, type Attribute } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/**
 * The two tables of the store, paid by the request. `core` is what must never be lost: it can be restored to any second
 * of the last 35 days. `aux` holds what may expire, and DynamoDB deletes it then.
 */
export class Tables extends Construct {
  readonly core: TableV2;
  readonly aux: TableV2;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const common = {
      partitionKey: text('pk'),
      sortKey: text('sk'),
      billing: Billing.onDemand(),
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    this.core = new TableV2(this, 'Core', {
      ...common,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      dynamoStream: StreamViewType.NEW_IMAGE,
      globalSecondaryIndexes: [{ indexName: 'open', partitionKey: text('openPk'), sortKey: text('openSk') }],
    });
    this.aux = new TableV2(this, 'Aux', { ...common, timeToLiveAttribute: 'expiresAt' });
    acknowledge(this.aux, 'AwsSolutions-DDB3', 'Receipts, reports and models: what expires, or is worked out again.');
  }
}

function text(name: string): Attribute {
  return { name, type: AttributeType.STRING };
}
