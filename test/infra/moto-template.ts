import type { Resource, Template } from './synthesis.ts';

/** What moto's CloudFormation has no notion of; `docs/deploy.md` lists it. */
export const unknownToMoto = [
  'AWS::ApiGatewayV2::Api',
  'AWS::ApiGatewayV2::Authorizer',
  'AWS::ApiGatewayV2::Integration',
  'AWS::ApiGatewayV2::Route',
  'AWS::ApiGatewayV2::Stage',
  'AWS::CloudWatch::Alarm',
  'AWS::Lambda::EventInvokeConfig',
  'AWS::Logs::MetricFilter',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
  'AWS::Scheduler::ScheduleGroup',
];

/** What stands for an attribute of what moto does not know: above all the address of the API. */
export const standIn = 'https://stand-in.example';

/**
 * A template as moto takes it: without what it does not know, with tables of one region in place of global ones, and
 * with what it wants said of a compute environment that AWS does not.
 */
export function forMoto({ Resources, ...rest }: Template): Template {
  const known = Object.entries(Resources).filter(([, { Type }]) => !unknownToMoto.includes(Type));
  const gone = new Set(Object.keys(Resources).filter((id) => known.every(([one]) => one !== id)));
  const role = known.find(([, { Type }]) => Type === 'AWS::IAM::Role')?.[0];
  const adapted = known.map(([id, resource]) => [id, adaptedResource(resource, gone, role)]);
  const { Rules: _, ...others } = rest as Template & { Rules?: unknown };
  return withoutGone({ ...others, Resources: Object.fromEntries(adapted) }, gone) as Template;
}

function adaptedResource(
  { Type, Properties, ...rest }: Resource,
  gone: Set<string>,
  role: string | undefined,
): Resource {
  const { DependsOn } = rest as { DependsOn?: string | string[] };
  const dependsOn = DependsOn && { DependsOn: [DependsOn].flat().filter((id) => !gone.has(id)) };
  if (Type === 'AWS::DynamoDB::GlobalTable') {
    const { Replicas: _r, TableName: _n, ...table } = Properties;
    return { Type: 'AWS::DynamoDB::Table', Properties: table };
  }
  if (Type === 'AWS::Batch::ComputeEnvironment') {
    const said = { Type: 'MANAGED', ServiceRole: { 'Fn::GetAtt': [role, 'Arn'] } };
    return { Type, Properties: { ...Properties, ...said }, ...dependsOn };
  }
  return { Type, Properties, ...rest, ...dependsOn };
}

function withoutGone(value: unknown, gone: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((one) => withoutGone(one, gone));
  if (value === null || typeof value !== 'object') return value;
  const { Ref, 'Fn::GetAtt': attribute } = value as { Ref?: string; 'Fn::GetAtt'?: [string, string] };
  if (Ref !== undefined && gone.has(Ref)) return 'stand-in';
  if (attribute !== undefined && gone.has(attribute[0])) return standIn;
  // It gives compute environments and job queues no attributes, and their ARN for a reference.
  if (attribute && ['ComputeEnvironmentArn', 'JobQueueArn'].includes(attribute[1])) return { Ref: attribute[0] };
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, withoutGone(one, gone)]));
}
