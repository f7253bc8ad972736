import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, inject, it } from 'vitest';
import { routes, type Route } from '../../shared/api/routes.ts';
import { functionNames, type FunctionName } from '../../infra/bundle.ts';
import { granted } from '../granted.ts';
import { synthesise, type Resource, type Synthesis } from './synthesis.ts';

const cfnLint = inject('cfnLint');

let full: Synthesis;
let all: (Resource & { id: string })[];

beforeAll(() => {
  full = synthesise({ stage: 'test', trainingImage: 'example/train:1' });
  all = Object.values(full.templates).flatMap(({ Resources }) =>
    Object.entries(Resources).map(([id, resource]) => ({ id, ...resource })),
  );
});

function ofType(type: string): (Resource & { id: string })[] {
  return all.filter((resource) => resource.Type === type);
}

interface Statement {
  Effect: string;
  Action: string | string[];
  Resource?: unknown;
  Condition?: Record<string, Record<string, string[]>>;
}

/** All that is allowed to somebody, by the role or policy that says so. */
function statements(): { id: string; actions: string[]; resources: string[]; statement: Statement }[] {
  const documents = all.flatMap(({ id, Properties }) => [
    ...((Properties.Policies ?? []) as { PolicyDocument: { Statement: Statement[] } }[]).map((policy) => ({
      id,
      document: policy.PolicyDocument,
    })),
    ...(Properties.PolicyDocument ? [{ id, document: Properties.PolicyDocument as { Statement: Statement[] } }] : []),
  ]);
  return documents
    .flatMap(({ id, document }) => document.Statement.map((statement) => ({ id, statement })))
    .filter(({ statement }) => statement.Effect === 'Allow')
    .map(({ id, statement }) => ({
      id,
      statement,
      actions: [statement.Action].flat(),
      resources: [statement.Resource ?? []].flat().map((one) => JSON.stringify(one)),
    }));
}

function actionsOf(name: string): Set<string> {
  return new Set(statements().flatMap(({ id, actions }) => (id.startsWith(name) ? actions : [])));
}

describe('the templates', () => {
  it('leave nothing that cdk-nag found unexplained', () => {
    expect(full.findings).toEqual([]);
  });

  // W3005: CDK writes down a dependency that a reference says too.
  it.skipIf(cfnLint === null)('leave cfn-lint nothing to say', () => {
    const run = (): string =>
      execFileSync(cfnLint!, ['--ignore-checks', 'W3005', '--', ...full.files], { encoding: 'utf8' });
    expect(run()).toBe('');
  });

  it('without training have no instances, no queue and no network', () => {
    const { templates, findings } = synthesise({ stage: 'test' });
    expect(Object.keys(templates).sort()).toEqual(['service', 'state']);
    expect(findings).toEqual([]);
  });

  it('are the same for every account and region', () => {
    expect(JSON.stringify(full.templates)).not.toMatch(/\b\d{12}\b|"(us|eu|ap|sa|ca)-[a-z]+-\d"/);
  });
});

describe('what costs while nobody calls', () => {
  it('is none of what is made', () => {
    const costly =
      /NatGateway|EIP$|KMS::Key|SecretsManager|LoadBalancer|RDS|ElastiCache|OpenSearch|Kinesis|MSK|Redshift|EFS|FSx|Dashboard|WAF|Instance$|AutoScalingGroup|EKS|ECS::Service|SageMaker|GlobalAccelerator|TransitGateway|VPN|Route53::HostedZone|ScheduledAction|Scheduler::Schedule$|ECR/;
    expect([...new Set(all.map(({ Type }) => Type))].filter((type) => costly.test(type))).toEqual([]);
  });

  it('is no capacity that was bought ahead', () => {
    const tables = ofType('AWS::DynamoDB::GlobalTable');
    expect(tables.length).toBe(2);
    for (const { Properties } of tables) {
      expect(Properties.BillingMode).toBe('PAY_PER_REQUEST');
      expect(JSON.stringify(Properties)).not.toMatch(/Provision|WarmThroughput|KMSMasterKeyId/);
    }
    expect(JSON.stringify(all)).not.toMatch(/ProvisionedConcurrency|SnapStart/);
    expect(
      ofType('AWS::Batch::ComputeEnvironment').map(({ Properties }) => Properties.ComputeResources.MinvCpus),
    ).toEqual([0]);
  });

  it('is no endpoint but those of a gateway', () => {
    expect(ofType('AWS::EC2::VPCEndpoint').map(({ Properties }) => Properties.VpcEndpointType)).toEqual(['Gateway']);
  });

  it('is no function that something calls every so often', () => {
    expect(ofType('AWS::Events::Rule').filter(({ Properties }) => Properties.ScheduleExpression)).toEqual([]);
  });

  it('is not more alarms than an account has for nothing', () => {
    expect(ofType('AWS::CloudWatch::Alarm').length).toBe(10);
  });

  it('is no metric that is written to while nothing is wrong', () => {
    const filters = ofType('AWS::Logs::MetricFilter').map(({ Properties }) => Properties);
    expect(filters.map(({ FilterPattern }) => FilterPattern as string).sort()).toEqual([
      '{ $.message.overdue.gaps > 0 }',
      '{ $.message.overdue.trials > 0 }',
    ]);
    for (const { MetricTransformations } of filters) expect(MetricTransformations[0].DefaultValue).toBeUndefined();
  });
});

describe('what anybody may do', () => {
  const ofStream = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'].map(
    (name) => `dynamodb:${name}`,
  );
  const ofQueue = ['DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage'].map((name) => `sqs:${name}`);

  it('is no action by a pattern', () => {
    expect(statements().length).toBeGreaterThan(10);
    expect(statements().filter(({ actions }) => actions.some((action) => action.includes('*')))).toEqual([]);
  });

  it('is on nothing but what is named', () => {
    const unnamed = statements().filter(({ resources }) => resources.includes('"*"'));
    // They know no resource.
    const known = unnamed.map(({ id, actions }) => `${id.replace(/Role.*/, '')}: ${[...actions].sort().join(' ')}`);
    expect(known.sort()).toEqual([
      'Api: batch:DescribeJobs batch:ListJobs',
      'ManagedDispatch: batch:DescribeJobs batch:ListJobs',
      'ManagedOnJobEvent: batch:DescribeJobs',
      'ManagedSweep: batch:DescribeJobs',
      'Refit: dynamodb:ListStreams',
    ]);
  });

  it.each<[string, FunctionName, string[]]>([
    ['AskRole', 'ask', []],
    ['ApiRole', 'api', []],
    ['AuthorizeRole', 'authorize', []],
    ['MakeKeyRole', 'make-key', []],
    ['RefitRole', 'refit-model', [...ofStream, 'sqs:SendMessage']],
    ['ManagedDispatchRole', 'dispatch-trials', ofQueue],
    ['ManagedOnJobEventRole', 'on-job-event', []],
    ['ManagedSweepRole', 'sweep', []],
  ])('is for %s what its calls need, and what Lambda does in it', (role, name, ofLambda) => {
    const expected = new Set([...granted[name], ...ofLambda, 'logs:CreateLogStream', 'logs:PutLogEvents']);
    expect([...actionsOf(role)].sort()).toEqual([...expected].sort());
  });

  it('is for schedules to invoke the sweep', () => {
    expect([...actionsOf('ManagedSweepsRole')]).toEqual(['lambda:InvokeFunction']);
  });

  it('is to start jobs for one function alone, of definitions of the deployment', () => {
    const submitting = statements().filter(({ actions }) => actions.includes('batch:SubmitJob'));
    expect(submitting.map(({ id }) => id.replace(/Role.*/, ''))).toEqual(['ManagedDispatch']);
    const names = submitting[0].resources.map((one) => /:(job-[^"]+)"/.exec(one)![1]);
    expect(names.sort()).toEqual([
      'job-definition/cavia-test',
      'job-definition/cavia-test-*',
      'job-definition/cavia-test:*',
      'job-queue/cavia-test',
    ]);
  });

  it('is on nothing of a stage whose name begins like this one', () => {
    const patterns = statements().flatMap(({ resources }) =>
      resources.flatMap((one) => one.match(/cavia[-/]test[^"]*/g) ?? []),
    );
    expect(patterns.filter((one) => one.includes('*')).length).toBeGreaterThan(5);
    for (const one of patterns) expect(one).toMatch(/^cavia[-/]test($|[-/:])/);
  });

  it('is to pass one role, to the scheduler alone', () => {
    const passing = statements().filter(({ actions }) => actions.includes('iam:PassRole'));
    expect(passing.length).toBe(4);
    for (const { statement, resources } of passing) {
      expect(statement.Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'scheduler.amazonaws.com' } });
      expect(resources).toEqual([expect.stringMatching(/ManagedSweepsRole.*Arn/) as string]);
    }
  });

  it('keeps API keys from all but those who deal with them', () => {
    const kinds = statements()
      .filter(({ statement }) => statement.Condition?.['ForAllValues:StringLike'])
      .map(({ id, statement }) => [
        id.replace(/Role.*/, ''),
        statement.Condition!['ForAllValues:StringLike']['dynamodb:LeadingKeys'].join(' '),
      ]);
    expect(new Set(kinds.map((one) => one.join(': ')))).toEqual(
      new Set([
        'Ask: T#*',
        'Api: T#* K#*',
        'Api: T#*',
        'Authorize: K#* T#*',
        'MakeKey: T#* K#*',
        'Refit: T#*',
        'ManagedDispatch: T#*',
        'ManagedOnJobEvent: T#*',
        'ManagedSweep: T#*',
      ]),
    );
  });

  it('is for trainings the objects of one bucket', () => {
    const training = statements().filter(({ id }) => id.startsWith('JobRole'));
    expect(new Set(training.flatMap(({ actions }) => actions))).toEqual(
      new Set(['s3:GetObject', 's3:PutObject', 's3:ListBucket']),
    );
    expect(training.every(({ resources }) => resources.every((one) => one.includes('cavia-test-objects-')))).toBe(true);
  });
});

describe('every function', () => {
  it('runs on Node 24 on arm64, with a role and a log of its own', () => {
    const lambdas = ofType('AWS::Lambda::Function');
    expect(lambdas.map(({ Properties }) => Properties.FunctionName as string).sort()).toEqual([
      'cavia-test-api',
      'cavia-test-ask',
      'cavia-test-authorize',
      'cavia-test-dispatch',
      'cavia-test-make-key',
      'cavia-test-on-job-event',
      'cavia-test-refit',
      'cavia-test-sweep',
    ]);
    for (const { Properties } of lambdas) {
      expect([Properties.Runtime, Properties.Architectures]).toEqual(['nodejs24.x', ['arm64']]);
    }
    const own = (of: (properties: Resource['Properties']) => unknown): number =>
      new Set(lambdas.map(({ Properties }) => JSON.stringify(of(Properties)))).size;
    expect([own(({ Role }) => Role), own(({ LoggingConfig }) => LoggingConfig.LogGroup)]).toEqual([8, 8]);
  });

  it('has as much concurrency as it is given', () => {
    const { templates } = synthesise({ stage: 'test', askConcurrency: '20' });
    const reserved = Object.values(templates.service.Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => [Properties.FunctionName, Properties.ReservedConcurrentExecutions]);
    expect(Object.fromEntries(reserved)).toMatchObject({ 'cavia-test-ask': 20, 'cavia-test-api': undefined });
  });
});

describe('every log group', () => {
  it('forgets after a month', () => {
    const groups = ofType('AWS::Logs::LogGroup');
    expect(groups.length).toBe(10);
    expect(groups.every(({ Properties }) => Properties.RetentionInDays === 30)).toBe(true);
  });
});

describe('every queue', () => {
  it('keeps dead letters for two weeks', () => {
    const queues = ofType('AWS::SQS::Queue').filter(({ Properties }) => !Properties.RedrivePolicy);
    expect(queues.map(({ Properties }) => Properties.MessageRetentionPeriod as number)).toEqual(
      Array(3).fill(1_209_600),
    );
  });

  it('has dead letters or is theirs, and takes nothing in the clear', () => {
    const queues = ofType('AWS::SQS::Queue');
    const targets = queues.flatMap(({ Properties }) => {
      const { RedrivePolicy } = Properties;
      return RedrivePolicy ? [RedrivePolicy.deadLetterTargetArn['Fn::GetAtt'][0] as string] : [];
    });
    const aside = [...ofType('AWS::Lambda::EventSourceMapping'), ...ofType('AWS::Lambda::EventInvokeConfig')].flatMap(
      ({ Properties }) => Properties.DestinationConfig?.OnFailure ?? [],
    );
    targets.push(...aside.map(({ Destination }: Resource['Properties']) => Destination['Fn::GetAtt'][0] as string));
    const [{ Properties: rule }] = ofType('AWS::Events::Rule');
    targets.push(rule.Targets[0].DeadLetterConfig.Arn['Fn::GetAtt'][0] as string);
    expect(targets.length).toBe(4);
    for (const { id, Properties } of queues)
      expect(Boolean(Properties.RedrivePolicy) || targets.includes(id)).toBe(true);
    const guarded = ofType('AWS::SQS::QueuePolicy').flatMap(({ Properties }) =>
      JSON.stringify(Properties.PolicyDocument).includes('"aws:SecureTransport":"false"')
        ? (Properties.Queues as { Ref: string }[]).map(({ Ref }) => Ref)
        : [],
    );
    expect(guarded.sort()).toEqual(queues.map(({ id }) => id).sort());
  });
});

describe('the tables and the bucket', () => {
  it('outlive their stack', () => {
    const kept = [...ofType('AWS::DynamoDB::GlobalTable'), ...ofType('AWS::S3::Bucket')];
    expect(kept.map(({ DeletionPolicy }) => DeletionPolicy)).toEqual(['Retain', 'Retain', 'Retain']);
    for (const { Properties } of ofType('AWS::DynamoDB::GlobalTable')) {
      expect(Properties.Replicas.every((replica: Resource['Properties']) => replica.DeletionProtectionEnabled)).toBe(
        true,
      );
    }
  });

  it('are as the store wants them', () => {
    const [core, aux] = ofType('AWS::DynamoDB::GlobalTable').map(({ Properties }) => Properties);
    const keys = [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ];
    expect([core.KeySchema, aux.KeySchema]).toEqual([keys, keys]);
    expect(core.GlobalSecondaryIndexes).toMatchObject([
      {
        IndexName: 'open',
        KeySchema: [{ AttributeName: 'openPk' }, { AttributeName: 'openSk' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ]);
    expect(core.Replicas[0].PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled).toBe(true);
    expect(core.StreamSpecification).toEqual({ StreamViewType: 'NEW_IMAGE' });
    expect(core.TimeToLiveSpecification).toBeUndefined();
    expect(aux.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
  });
});

describe('the HTTP API', () => {
  const served = (): Map<string, Resource['Properties']> =>
    new Map(ofType('AWS::ApiGatewayV2::Route').map(({ Properties }) => [Properties.RouteKey, Properties]));

  function targetOf({ Target }: Resource['Properties']): string {
    const integration = Target['Fn::Join'][1][1].Ref as string;
    return all.find(({ id }) => id === integration)!.Properties.IntegrationUri['Fn::GetAtt'][0] as string;
  }

  it('has every route of the contract, and one for the rest', () => {
    const expected = Object.values(routes).map(({ method, path }) => `${method} ${path}`);
    expect([...served().keys()].sort()).toEqual([...expected, '$default'].sort());
  });

  it.each(Object.entries(routes))(
    'lets %s in by its credential, to the function that has what it needs',
    (_, route: Route) => {
      const found = served().get(`${route.method} ${route.path}`)!;
      expect(found.AuthorizationType).toBe(route.scope === null ? 'NONE' : 'CUSTOM');
      expect(Boolean(found.AuthorizerId)).toBe(route.scope !== null);
      expect(targetOf(found)).toMatch(route.usesModel ? /^AskLambda/ : /^ApiLambda/);
    },
  );

  it('asks for a key once a minute and route, and IAM instead where it is told so', async () => {
    expect(ofType('AWS::ApiGatewayV2::Authorizer').map(({ Properties }) => Properties)).toMatchObject([
      {
        AuthorizerPayloadFormatVersion: '2.0',
        AuthorizerResultTtlInSeconds: 60,
        EnableSimpleResponses: true,
        IdentitySource: ['$request.header.Authorization', '$context.routeKey'],
      },
    ]);
    const { templates, findings } = synthesise({ stage: 'test', auth: 'iam' });
    const types = Object.values(templates.service.Resources)
      .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Route')
      .map(({ Properties }) => [Properties.RouteKey, Properties.AuthorizationType] as const);
    const unguarded = types.filter(([, type]) => type !== 'AWS_IAM').map(([key]) => key as string);
    expect(unguarded.sort()).toEqual(['$default', 'GET /v1/health']);
    expect(findings).toEqual([]);
  });

  it('writes down no header, no body and no address', () => {
    const [{ Properties }] = ofType('AWS::ApiGatewayV2::Stage');
    expect(Properties.AccessLogSettings.Format).not.toMatch(/header|body|sourceIp|userAgent|queryString/i);
    expect(Properties.DefaultRouteSettings).toEqual({ ThrottlingRateLimit: 500, ThrottlingBurstLimit: 1000 });
  });

  it('says where it is and how to come by the first key', () => {
    const { Outputs } = full.templates.service;
    expect(JSON.stringify(Outputs!.FirstKeyCommand.Value)).toContain('aws lambda invoke --function-name ');
    expect(Outputs!.Url).toBeDefined();
  });
});

describe('training', () => {
  it('is on spot instances with GPUs, each attempt a job of its own', () => {
    const [{ Properties: environment }] = ofType('AWS::Batch::ComputeEnvironment');
    expect(environment.ComputeResources).toMatchObject({
      Type: 'SPOT',
      MaxvCpus: 32,
      InstanceTypes: ['g6.xlarge', 'g6.2xlarge', 'g5.xlarge', 'g5.2xlarge'],
      Ec2Configuration: [{ ImageType: 'ECS_AL2023_NVIDIA' }],
    });
    const [{ Properties: job }] = ofType('AWS::Batch::JobDefinition');
    expect(job.ContainerProperties.ResourceRequirements).toContainEqual({ Type: 'GPU', Value: '1' });
    // The service tries a trial again, and says in each submission that Batch does not.
    expect([job.RetryStrategy?.Attempts ?? 1, job.RetryStrategy?.EvaluateOnExit ?? []]).toEqual([1, []]);
  });

  it('is given no credentials of its instance over a hop', () => {
    const [{ Properties }] = ofType('AWS::EC2::LaunchTemplate');
    expect(Properties.LaunchTemplateData.MetadataOptions).toEqual({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    });
  });

  it('cannot be reached from outside', () => {
    expect(ofType('AWS::EC2::SecurityGroup').filter(({ Properties }) => Properties.SecurityGroupIngress)).toEqual([]);
    expect(ofType('AWS::EC2::SecurityGroupIngress')).toEqual([]);
  });
});

describe('what is written about a study', () => {
  it('wakes up the fits when it is a result or an end', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    const mapping = mappings.find(({ FilterCriteria }) => FilterCriteria !== undefined)!;
    const filters = mapping.FilterCriteria.Filters.map(({ Pattern }: { Pattern: string }) => JSON.parse(Pattern));
    expect(filters).toEqual([
      {
        dynamodb: {
          Keys: { sk: { S: [{ prefix: 'R#' }] } },
          NewImage: { state: { S: ['complete', 'infeasible', 'pruned'] } },
        },
      },
      { dynamodb: { Keys: { sk: { S: ['META'] } }, NewImage: { state: { S: ['finished'] } } } },
    ]);
    expect(mapping).toMatchObject({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 2, BatchSize: 100 });
  });
});

describe('managed studies', () => {
  it('have messages handled ten at a time, each failure by itself', () => {
    const mappings = ofType('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties);
    const mapping = mappings.find(({ FilterCriteria }) => FilterCriteria === undefined)!;
    expect(mapping).toMatchObject({ BatchSize: 10, FunctionResponseTypes: ['ReportBatchItemFailures'] });
    expect(mapping.ScalingConfig).toBeUndefined();
    expect(JSON.stringify(mapping.EventSourceArn)).toContain(':cavia-test-trials"');
    const queue = ofType('AWS::SQS::Queue').find(({ Properties }) => Properties.QueueName === 'cavia-test-trials')!;
    expect(queue.Properties.RedrivePolicy.maxReceiveCount).toBe(5);
    const dispatch = ofType('AWS::Lambda::Function').find(({ id }) => id.startsWith('ManagedDispatch'))!;
    expect(queue.Properties.VisibilityTimeout).toBe(6 * dispatch.Properties.Timeout);
  });

  it('hear of the ends of the jobs of their own queue, and put aside what fails', () => {
    const [{ Properties: rule }] = ofType('AWS::Events::Rule');
    expect(rule.EventPattern).toMatchObject({
      source: ['aws.batch'],
      'detail-type': ['Batch Job State Change'],
      detail: { status: ['SUCCEEDED', 'FAILED'] },
    });
    expect(JSON.stringify(rule.EventPattern.detail.jobQueue)).toContain(':job-queue/cavia-test"');
    expect(rule.Targets[0].RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 3600, MaximumRetryAttempts: 2 });
  });

  it('are swept by schedules of a group of their own, in a role that only the group may take', () => {
    expect(ofType('AWS::Scheduler::ScheduleGroup').map(({ Properties }) => Properties.Name)).toEqual(['cavia-test']);
    const role = ofType('AWS::IAM::Role').find(({ id }) => id.startsWith('ManagedSweepsRole'))!;
    const [{ Principal, Condition }] = role.Properties.AssumeRolePolicyDocument.Statement;
    expect(Principal).toEqual({ Service: 'scheduler.amazonaws.com' });
    expect(JSON.stringify(Condition.StringEquals['aws:SourceArn'])).toContain(':schedule-group/cavia-test"');
  });

  it('are told to the functions that deal with them, and to no other', () => {
    const told = ofType('AWS::Lambda::Function').filter(
      ({ Properties }) => Properties.Environment.Variables.CAVIA_TRAINING,
    );
    expect(told.map(({ Properties }) => Properties.FunctionName as string).sort()).toEqual([
      'cavia-test-api',
      'cavia-test-dispatch',
      'cavia-test-on-job-event',
      'cavia-test-sweep',
    ]);
    expect(new Set(told.map(({ Properties }) => JSON.stringify(Properties.Environment.Variables))).size).toBe(1);
  });

  it('are not there without training', () => {
    const { templates } = synthesise({ stage: 'test' });
    const isAbout = /"batch:|scheduler|CAVIA_TRAINING|events\.amazonaws/.exec(JSON.stringify(templates));
    expect(isAbout).toBeNull();
    expect(
      Object.values(templates.service.Resources).filter(({ Type }) => Type === 'AWS::CloudWatch::Alarm').length,
    ).toBe(5);
  });
});

describe('alarms', () => {
  const alarmsOf = (templates: Synthesis['templates']): Resource['Properties'][] =>
    Object.values(templates.service.Resources).flatMap(({ Type, Properties }) =>
      Type === 'AWS::CloudWatch::Alarm' ? [Properties] : [],
    );

  it('say what they mean, and tell nobody unless an address is given', () => {
    const alarms = alarmsOf(full.templates);
    expect(alarms.every(({ AlarmDescription }) => AlarmDescription.length > 40)).toBe(true);
    expect(alarms.some(({ AlarmActions }) => AlarmActions)).toBe(false);
    expect(ofType('AWS::SNS::Topic')).toEqual([]);
  });

  it('tell an address when they go off and when they are over', () => {
    const { templates, findings } = synthesise({
      stage: 'test',
      trainingImage: 'a',
      alarmEmail: 'ops@example.org',
      dashboard: 'on',
    });
    expect(findings).toEqual([]);
    const subscribed = Object.values(templates.service.Resources).filter(
      ({ Type }) => Type === 'AWS::SNS::Subscription',
    );
    expect(subscribed.map(({ Properties }) => [Properties.Protocol, Properties.Endpoint])).toEqual([
      ['email', 'ops@example.org'],
    ]);
    for (const { AlarmActions, OKActions } of alarmsOf(templates)) {
      expect([AlarmActions.length, OKActions.length]).toEqual([1, 1]);
    }
    const pages = Object.values(templates.service.Resources).filter(
      ({ Type }) => Type === 'AWS::CloudWatch::Dashboard',
    );
    expect(pages.length).toBe(1);
  });
});

describe('tracing', () => {
  const modesOf = (templates: typeof full.templates): unknown[] =>
    Object.values(templates.service.Resources)
      .filter(({ Type }) => Type === 'AWS::Lambda::Function')
      .map(({ Properties }) => Properties.TracingConfig?.Mode);

  it('is off, and on for every function where it is asked for', () => {
    expect(new Set(modesOf(full.templates))).toEqual(new Set([undefined]));
    const { templates, findings } = synthesise({ stage: 'test', trainingImage: 'a', tracing: 'on' });
    expect(findings).toEqual([]);
    expect(modesOf(templates).length).toBe(functionNames.length);
    expect(new Set(modesOf(templates))).toEqual(new Set(['Active']));
  });
});
