import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { ITableV2 } from 'aws-cdk-lib/aws-dynamodb';

/** The kinds of items, by how their partition keys start: those of tenants, and API keys. */
export type ItemKind = 'T#' | 'K#';

const readActions = ['dynamodb:GetItem', 'dynamodb:Query'];
/** A transaction needs the right to each write in it. */
const writeActions = ['dynamodb:PutItem', 'dynamodb:UpdateItem'];

/** The right to read and write items of these kinds. */
export function readWrite(table: ITableV2, kinds: readonly ItemKind[]): PolicyStatement {
  return statement([...readActions, ...writeActions], [table.tableArn], kinds);
}

/** The right to delete items of these kinds. */
export function remove(table: ITableV2, kinds: readonly ItemKind[]): PolicyStatement {
  return statement(['dynamodb:DeleteItem'], [table.tableArn], kinds);
}

/** The right to make a transaction depend on items of these kinds. */
export function checkOnly(table: ITableV2, kinds: readonly ItemKind[]): PolicyStatement {
  return statement(['dynamodb:ConditionCheckItem'], [table.tableArn], kinds);
}

/** The right to ask the index of open trials; its keys are those of tenants. */
export function queryOpen(table: ITableV2): PolicyStatement {
  return statement(['dynamodb:Query'], [`${table.tableArn}/index/open`], ['T#']);
}

/** The right to read single items of these kinds. */
export function getOnly(table: ITableV2, kinds: readonly ItemKind[]): PolicyStatement {
  return statement(['dynamodb:GetItem'], [table.tableArn], kinds);
}

/** The right to add items of these kinds. */
export function putOnly(table: ITableV2, kinds: readonly ItemKind[]): PolicyStatement {
  return statement(['dynamodb:PutItem'], [table.tableArn], kinds);
}

function statement(actions: string[], resources: string[], kinds: readonly ItemKind[]): PolicyStatement {
  return new PolicyStatement({
    effect: Effect.ALLOW,
    actions,
    resources,
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': kinds.map((kind) => `${kind}*`) } },
  });
}
