import {
  BatchClient,
  DescribeComputeEnvironmentsCommand,
  DescribeJobDefinitionsCommand,
  DescribeJobQueuesCommand,
} from '@aws-sdk/client-batch';
import { DescribeTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, HeadBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { spawnSync } from 'node:child_process';
import { delimiter } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { planDeployment, type Outputs } from '../../infra/deployment-plan.ts';
import type { Run } from '../../infra/run-program.ts';
import { givenSettings } from '../../infra/settings.ts';
import { stackOutputs } from '../../infra/stack-outputs.ts';
import { moto } from '../engines/python-environments.ts';
import { forMoto, standIn } from './moto-template.ts';
import { synthesise, type Synthesis } from './synthesis.ts';

const endpoint = inject('motoEndpoint');
const account = '123456789012';
const region = 'eu-central-1';
const config = { endpoint: endpoint!, region, credentials: { accessKeyId: 'test', secretAccessKey: 'none' } };
const given = { askConcurrency: '20', trainingImage: 'example/train:1' };
const order = ['state', 'training', 'service'] as const;

/** The templates, as far as moto's CloudFormation knows what is in them. */
describe.skipIf(endpoint === null)('the templates deployed to moto', () => {
  const clients = {
    batch: new BatchClient(config),
    dynamo: new DynamoDBClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sqs: new SQSClient(config),
  };
  let templates: Synthesis['templates'];

  beforeAll(async () => {
    templates = Object.fromEntries(
      Object.entries(synthesise({ stage: 'moto', ...given }).templates).map(([name, template]) => [
        name,
        forMoto(template),
      ]),
    );
    await bootstrap();
    for (const name of order) {
      const body = JSON.stringify(templates[name]);
      for (const [asset] of body.matchAll(/\b[0-9a-f]{64}\.zip\b/g))
        await clients.s3.send(new PutObjectCommand({ Bucket: assets, Key: asset, Body: emptyZip }));
      await formation('CreateStack', { StackName: `cavia-moto-${name}`, TemplateBody: body });
    }
  });

  afterAll(() => {
    for (const client of Object.values(clients)) client.destroy();
  });

  const assets = `cdk-hnb659fds-assets-${account}-${region}`;

  /** What `cdk bootstrap` leaves in an account, as far as templates look for it. */
  async function bootstrap(): Promise<void> {
    const parameter = { Name: '/cdk-bootstrap/hnb659fds/version', Value: '22', Type: 'String', Overwrite: true };
    await json('ssm', 'AmazonSSM.PutParameter', parameter);
    const CreateBucketConfiguration = { LocationConstraint: region } as const;
    await clients.s3.send(new CreateBucketCommand({ Bucket: assets, CreateBucketConfiguration }));
  }

  it.each(order)('make everything in %s that moto knows', async (name) => {
    const parameters = { StackName: `cavia-moto-${name}` };
    expect(await formation('DescribeStacks', parameters)).toContain('<StackStatus>CREATE_COMPLETE</StackStatus>');
    const made = await formation('DescribeStackResources', parameters);
    const ids = [...made.matchAll(/<LogicalResourceId>(\w+)</g)].map(([, id]) => id);
    expect(ids.sort()).toEqual(Object.keys(templates[name].Resources).sort());
  });

  it('have the tables, the index and the stream that the store needs', async () => {
    for (const [key, isCore] of [
      ['CoreTableName', true],
      ['AuxTableName', false],
    ] as const) {
      const TableName = await outputOf('state', key);
      const { Table } = await clients.dynamo.send(new DescribeTableCommand({ TableName }));
      expect(Table!.KeySchema!.map(({ AttributeName }) => AttributeName)).toEqual(['pk', 'sk']);
      expect(Table!.GlobalSecondaryIndexes?.map(({ IndexName }) => IndexName) ?? []).toEqual(isCore ? ['open'] : []);
      expect(Table!.StreamSpecification?.StreamViewType).toBe(isCore ? 'NEW_IMAGE' : undefined);
    }
  });

  it('tell the functions names of what is really there', async () => {
    const functions = await lambdas();
    const told = functions.flatMap(({ Environment }) => Environment.Variables.CAVIA_TRAINING ?? []);
    expect([told.length, new Set(told).size]).toEqual([4, 1]);
    const training = JSON.parse(told[0]) as Record<string, string>;
    expect(training.url).toBe(standIn);
    for (const url of [training.queueUrl, training.deadLetterUrl]) {
      const path = new URL(url).pathname;
      await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl: endpoint! + path, AttributeNames: ['All'] }));
    }
    const { jobQueues } = await clients.batch.send(new DescribeJobQueuesCommand({ jobQueues: [training.jobQueue] }));
    expect(jobQueues).toMatchObject([{ jobQueueName: 'cavia-moto' }]);
    const definitions = new DescribeJobDefinitionsCommand({ jobDefinitionName: training.jobDefinition });
    expect((await clients.batch.send(definitions)).jobDefinitions).toMatchObject([
      {
        containerProperties: {
          logConfiguration: { options: { 'awslogs-group': training.jobLogGroup } },
          image: 'example/train:1',
        },
      },
    ]);
    await clients.s3.send(new HeadBucketCommand({ Bucket: training.bucket }));
    expect(functions.map(({ FunctionArn }) => FunctionArn)).toContain(training.sweepArn);
    expect(await query('iam', 'ListRoles', {})).toContain(`<Arn>${training.sweepRoleArn}</Arn>`);
    const groups = (await json('logs', 'Logs_20140328.DescribeLogGroups', {})) as {
      logGroups: { logGroupName: string }[];
    };
    expect(groups.logGroups.map(({ logGroupName }) => logGroupName)).toContain(training.jobLogGroup);
  });

  it('give the trial queue its dead letters', async () => {
    const QueueUrl = `${endpoint!}/${account}/cavia-moto-trials`;
    const { Attributes } = await clients.sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    expect(Attributes!.VisibilityTimeout).toBe('180');
    expect(JSON.parse(Attributes!.RedrivePolicy!)).toEqual({
      deadLetterTargetArn: `arn:aws:sqs:${region}:${account}:cavia-moto-trials-dead`,
      maxReceiveCount: 5,
    });
  });

  it('connect the stream and the queue with the functions that they are for', async () => {
    const { EventSourceMappings } = (await lambda('/2015-03-31/event-source-mappings/')) as {
      EventSourceMappings: { EventSourceArn: string; FunctionArn: string; BatchSize: number }[];
    };
    const connected = EventSourceMappings.map(({ EventSourceArn, FunctionArn, BatchSize }) => [
      EventSourceArn.split(':')[2],
      FunctionArn.split(':').at(-1),
      BatchSize,
    ]);
    expect(connected.toSorted((a, b) => String(a).localeCompare(String(b)))).toEqual([
      ['dynamodb', 'cavia-moto-refit', 100],
      ['sqs', 'cavia-moto-dispatch', 10],
    ]);
  });

  it('send the ends of the jobs of their queue to the function that hears of them', async () => {
    const { Rules } = (await json('events', 'AWSEvents.ListRules', {})) as {
      Rules: { Name: string; EventPattern: string }[];
    };
    const [rule] = Rules.filter(({ EventPattern }) => EventPattern.includes('aws.batch'));
    expect(JSON.parse(rule.EventPattern)).toMatchObject({
      detail: {
        jobQueue: [`arn:aws:batch:${region}:${account}:job-queue/cavia-moto`],
        status: ['SUCCEEDED', 'FAILED'],
      },
    });
    const { Targets } = (await json('events', 'AWSEvents.ListTargetsByRule', { Rule: rule.Name })) as {
      Targets: { Arn: string }[];
    };
    expect(Targets.map(({ Arn }) => Arn)).toEqual([
      `arn:aws:lambda:${region}:${account}:function:cavia-moto-on-job-event`,
    ]);
  });

  it('have no instance while nothing waits', async () => {
    const { computeEnvironments } = await clients.batch.send(new DescribeComputeEnvironmentsCommand({}));
    const own = computeEnvironments!.filter(({ computeResources }) => computeResources?.type === 'SPOT');
    expect(own.map(({ computeResources }) => [computeResources!.minvCpus, computeResources!.maxvCpus])).toEqual([
      [0, 32],
    ]);
  });

  it('keep the settings that the next deployment begins with', () => {
    const outputsOf = (stack: string): Outputs => stackOutputs(runOnMoto, `cavia-moto-${stack}`, region);
    expect(givenSettings(planDeployment('moto', { tracing: 'on' }, outputsOf).settings)).toEqual({
      ...given,
      tracing: 'on',
    });
    expect(stackOutputs(runOnMoto, 'cavia-other-service', region)).toBeUndefined();
    expect(() => stackOutputs(runOnMoto, 'cavia-moto-service', 'no region')).toThrow(
      'What cavia-moto-service is could not be found out in no region: ',
    );
  });

  async function outputOf(name: string, key: string): Promise<string> {
    const described = await formation('DescribeStacks', { StackName: `cavia-moto-${name}` });
    const pair = `<OutputKey>${key}</OutputKey>\\s*<OutputValue>([^<]+)<`;
    return new RegExp(pair).exec(described)![1];
  }

  async function lambdas(): Promise<
    { FunctionArn: string; FunctionName: string; Environment: { Variables: Record<string, string> } }[]
  > {
    const { Functions } = (await lambda('/2015-03-31/functions/')) as {
      Functions: Awaited<ReturnType<typeof lambdas>>;
    };
    return Functions.filter(({ FunctionName }) => FunctionName.startsWith('cavia-moto-'));
  }
});

/** The AWS CLI, as a deployment calls it. */
const runOnMoto: Run = (program, args) => {
  const env = {
    PATH: [moto.programs, process.env['PATH']].join(delimiter),
    AWS_ENDPOINT_URL: endpoint!,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'none',
  };
  const { status: code, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
  return { code, stdout, stderr };
};

function signed(service: string): string {
  return `AWS4-HMAC-SHA256 Credential=test/20260101/${region}/${service}/aws4_request, SignedHeaders=host, Signature=0`;
}

async function formation(action: string, parameters: Record<string, string>): Promise<string> {
  return query('cloudformation', action, {
    ...parameters,
    'Capabilities.member.1': 'CAPABILITY_IAM',
    'Capabilities.member.2': 'CAPABILITY_NAMED_IAM',
  });
}

async function query(service: string, Action: string, parameters: Record<string, string>): Promise<string> {
  const Version = service === 'iam' ? '2010-05-08' : '2010-05-15';
  const response = await fetch(endpoint!, {
    method: 'POST',
    headers: { authorization: signed(service), 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action, Version, ...parameters }).toString(),
  });
  const text = await response.text();
  expect(`${response.status} ${response.status === 200 ? '' : text}`).toBe('200 ');
  return text;
}

async function json(service: string, target: string, body: object): Promise<unknown> {
  const headers = {
    authorization: signed(service),
    'x-amz-target': target,
    'content-type': 'application/x-amz-json-1.1',
  };
  const response = await fetch(endpoint!, { method: 'POST', headers, body: JSON.stringify(body) });
  expect(response.status).toBe(200);
  return response.json();
}

async function lambda(path: string): Promise<unknown> {
  const response = await fetch(endpoint! + path, { headers: { authorization: signed('lambda') } });
  expect(response.status).toBe(200);
  return response.json();
}

/** An archive of nothing: its end record. */
const emptyZip = Buffer.from(`504b0506${'00'.repeat(18)}`, 'hex');
