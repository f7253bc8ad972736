import { Aws, CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Objects } from './constructs/objects.ts';
import { Tables } from './constructs/tables.ts';

/** What is never replaced: the tables and the bucket. They stay when the stack is destroyed. */
export class StateStack extends Stack {
  readonly tables: Tables;
  readonly bucketName: string;

  constructor(scope: Construct, id: string, { stage, ...props }: StackProps & { stage: string }) {
    super(scope, id, props);
    this.tables = new Tables(this, 'Tables');
    // Names of buckets are everybody's. One that can be worked out needs no export that would tie the stacks together.
    this.bucketName = `cavia-${stage}-objects-${Aws.ACCOUNT_ID}-${Aws.REGION}`;
    new Objects(this, 'Objects', this.bucketName);
    new CfnOutput(this, 'BucketName', { value: this.bucketName });
    new CfnOutput(this, 'CoreTableName', { value: this.tables.core.tableName });
    new CfnOutput(this, 'AuxTableName', { value: this.tables.aux.tableName });
  }
}
