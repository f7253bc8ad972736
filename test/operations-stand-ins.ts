import { BatchClient, CreateComputeEnvironmentCommand, CreateJobQueueCommand } from '@aws-sdk/client-batch';
import { CreateScheduleGroupCommand, SchedulerClient } from '@aws-sdk/client-scheduler';
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';

const region = 'eu-central-1';
const config = { region, credentials: { accessKeyId: 'test', secretAccessKey: 'none' } };

/** What commands for operators look for, by the names that a deployment gives it: the least of it that there can be. */
export async function deployStandIns(motoEndpoint: string, sqsEndpoint: string, stage: string): Promise<void> {
  const sqs = new SQSClient({ ...config, endpoint: sqsEndpoint });
  const QueueName = `cavia-${stage}-trials-dead`;
  await sqs.send(new CreateQueueCommand({ QueueName }));
  const QueueUrl = `${sqsEndpoint}/000000000000/${QueueName}`;
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes!.QueueArn, maxReceiveCount: 5 });
  await sqs.send(new CreateQueueCommand({ QueueName: `cavia-${stage}-trials`, Attributes: { RedrivePolicy } }));
  sqs.destroy();
  const scheduler = new SchedulerClient({ ...config, endpoint: motoEndpoint });
  await scheduler.send(new CreateScheduleGroupCommand({ Name: `cavia-${stage}` }));
  scheduler.destroy();
  for (const [name, template] of Object.entries(templatesOf(stage)))
    await createStack(motoEndpoint, `cavia-${stage}-${name}`, template);
  // It runs functions in Docker otherwise.
  await fetch(`${motoEndpoint}/moto-api/config`, { method: 'POST', body: '{"lambda": {"use_docker": false}}' });
  await makeJobQueue(new BatchClient({ ...config, endpoint: motoEndpoint }), `cavia-${stage}`);
}

async function createStack(motoEndpoint: string, StackName: string, template: object): Promise<void> {
  const scope = `test/20260101/${region}/cloudformation/aws4_request`;
  const TemplateBody = JSON.stringify(template);
  const response = await fetch(motoEndpoint, {
    method: 'POST',
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=0`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: new URLSearchParams({ Action: 'CreateStack', Version: '2010-05-15', StackName, TemplateBody }).toString(),
  });
  if (!response.ok) throw new Error(`moto made no stack: ${await response.text()}`);
}

async function makeJobQueue(batch: BatchClient, name: string): Promise<void> {
  const serviceRole = `arn:aws:iam::123456789012:role/${name}`;
  const { computeEnvironmentArn } = await batch.send(
    new CreateComputeEnvironmentCommand({ computeEnvironmentName: name, type: 'UNMANAGED', serviceRole }),
  );
  await batch.send(
    new CreateJobQueueCommand({
      jobQueueName: name,
      state: 'ENABLED',
      priority: 1,
      computeEnvironmentOrder: [{ order: 1, computeEnvironment: computeEnvironmentArn }],
    }),
  );
  batch.destroy();
}

function templatesOf(stage: string): Record<'state' | 'service', object> {
  const core = {
    Type: 'AWS::DynamoDB::Table',
    Properties: {
      TableName: `cavia-${stage}-core`,
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
      Tags: [{ Key: 'cavia', Value: stage }],
    },
  };
  const role = { Type: 'AWS::IAM::Role', Properties: { RoleName: `cavia-${stage}`, AssumeRolePolicyDocument: {} } };
  const makeKey = {
    Type: 'AWS::Lambda::Function',
    Properties: {
      FunctionName: `cavia-${stage}-make-key`,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
      Code: { ZipFile: 'exports.handler = async () => {};' },
    },
  };
  return {
    state: { Resources: { Core: core }, Outputs: { CoreTableName: { Value: { Ref: 'Core' } } } },
    service: {
      Resources: {
        Role: role,
        MakeKeyLambda: makeKey,
        ManagedDispatchLog: { Type: 'AWS::Logs::LogGroup', Properties: {} },
      },
    },
  };
}
