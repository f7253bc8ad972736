import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { Objects } from './constructs/objects.ts';
import { Tables } from './constructs/tables.ts';
import { trainingNames } from './training-names.ts';

/** What is never replaced: the tables and the bucket. They stay when the stack is destroyed. */
export class StateStack extends Stack {
  readonly tables: Tables;

  constructor(scope: Construct, id: string, { stage, ...props }: StackProps & { stage: string }) {
    super(scope, id, props);
    this.tables = new Tables(this, 'Tables');
    // Names of buckets are everybody's.
    const { bucket } = trainingNames(stage, this);
    new Objects(this, 'Objects', bucket);
    new CfnOutput(this, 'BucketName', { value: bucket });
    new CfnOutput(this, 'CoreTableName', { value: this.tables.core.tableName });
    new CfnOutput(this, 'AuxTableName', { value: this.tables.aux.tableName });
  }
}
