import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { Alarms, alarmPeriod, type Watched } from './constructs/alarms.ts';
import { Dashboard } from './constructs/dashboard.ts';
import { HttpRoutes } from './constructs/http-routes.ts';
import { ManagedStudies } from './constructs/managed-studies.ts';
import { Refits } from './constructs/refits.ts';
import { ServiceFunction } from './constructs/service-function.ts';
import { checkOnly, getOnly, putOnly, queryOpen, readWrite, remove } from './constructs/table-access.ts';
import type { Tables } from './constructs/tables.ts';
import { acknowledgeTrainingAccess } from './constructs/training-access.ts';
import { settingsOutput } from './deployment-plan.ts';
import { givenSettings, type Settings } from './settings.ts';

export interface ServiceStackProps extends StackProps {
  settings: Settings;
  tables: Tables;
}

/** API Gateway waits for 30 seconds; the answer that time is up should be ours. */
const httpTimeoutSeconds = 29;
const authorizeTimeoutSeconds = 10;
/** As long as the lease of a fit. */
const refitTimeoutSeconds = 60;
/** One whole vCPU. */
const askMemoryMb = 1769;
const otherMemoryMb = 512;

/** What can be torn down and rebuilt at will: the API, its functions and alarms. */
export class ServiceStack extends Stack {
  constructor(scope: Construct, id: string, { settings, tables, ...props }: ServiceStackProps) {
    super(scope, id, props);
    const { stage, auth, askConcurrency, alarmEmail, tracing: isTraced } = settings;
    const { core, aux } = tables;
    const environment = { CAVIA_CORE_TABLE: core.tableName, CAVIA_AUX_TABLE: aux.tableName };

    const http = new HttpRoutes(this, 'Http', `cavia-${stage}`);
    const managed = settings.training
      ? new ManagedStudies(this, 'Managed', { stage, tables, environment, isTraced, url: http.api.apiEndpoint })
      : undefined;

    const ask = new ServiceFunction(this, 'Ask', {
      functionName: `cavia-${stage}-ask`,
      description: 'The routes that compute with the model.',
      bundle: 'ask',
      memoryMb: askMemoryMb,
      timeoutSeconds: httpTimeoutSeconds,
      environment,
      isTraced,
      statements: [readWrite(core, ['T#']), queryOpen(core), readWrite(aux, ['T#'])],
      reservedConcurrency: askConcurrency,
    }).lambda;
    const api = new ServiceFunction(this, 'Api', {
      functionName: `cavia-${stage}-api`,
      description: 'Every other route.',
      bundle: 'api',
      memoryMb: otherMemoryMb,
      timeoutSeconds: httpTimeoutSeconds,
      environment: { ...environment, ...managed?.environment },
      isTraced,
      statements: [
        readWrite(core, ['T#', 'K#']),
        queryOpen(core),
        readWrite(aux, ['T#']),
        // Studies, with all that is in them.
        remove(core, ['T#']),
        remove(aux, ['T#']),
        ...(managed?.apiStatements ?? []),
      ],
    }).lambda;
    if (managed) acknowledgeTrainingAccess(api.role!, stage);
    const authorize =
      auth === 'iam'
        ? undefined
        : new ServiceFunction(this, 'Authorize', {
            functionName: `cavia-${stage}-authorize`,
            description: 'Whose API key a request has.',
            bundle: 'authorize',
            memoryMb: otherMemoryMb,
            timeoutSeconds: authorizeTimeoutSeconds,
            environment,
            isTraced,
            // The token of a job is looked up at its study.
            statements: [getOnly(core, ['K#', 'T#'])],
          }).lambda;
    const makeKey = new ServiceFunction(this, 'MakeKey', {
      functionName: `cavia-${stage}-make-key`,
      description: 'Makes an API key for who may invoke it: the first one, and those of further tenants.',
      bundle: 'make-key',
      memoryMb: otherMemoryMb,
      timeoutSeconds: authorizeTimeoutSeconds,
      environment,
      isTraced,
      statements: [putOnly(core, ['T#', 'K#'])],
    }).lambda;

    const refits = new Refits(this, 'Refits');
    const refit = new ServiceFunction(this, 'Refit', {
      functionName: `cavia-${stage}-refit`,
      description: 'Fits the models of studies that have new results.',
      bundle: 'refit-model',
      memoryMb: askMemoryMb,
      timeoutSeconds: refitTimeoutSeconds,
      environment,
      isTraced,
      statements: [
        readWrite(core, ['T#']),
        checkOnly(core, ['T#']),
        readWrite(aux, ['T#']),
        // Models that have a successor.
        remove(aux, ['T#']),
        ...refits.statementsFor(core),
      ],
    }).lambda;
    refits.connect(core, refit);

    http.serve({ ask, api, authorize });
    const topic = alarmEmail === undefined ? undefined : new AlarmTopic(this, 'AlarmTopic', alarmEmail).topic;
    const period = { period: alarmPeriod };
    const watched: Watched[] = [
      {
        id: 'Faults',
        metric: http.api.metricServerError({ ...period, statistic: 'Sum' }),
        tooMany: 5,
        description: 'Requests were answered with 5xx. The log groups of the functions say why, by request id.',
      },
      {
        id: 'AskThrottled',
        metric: ask.metricThrottles(period),
        tooMany: 1,
        description: 'Asks were turned away: raise askConcurrency, or the concurrency of the account.',
      },
      {
        id: 'ApiThrottled',
        metric: api.metricThrottles(period),
        tooMany: 1,
        description: 'Requests were turned away: raise the concurrency of the account.',
      },
      {
        id: 'RefitsFailed',
        metric: refits.failed.metricApproximateNumberOfMessagesVisible({ ...period, statistic: 'Maximum' }),
        tooMany: 1,
        description: 'Models could not be fitted ahead; asks fit for themselves and are slower. See the log of refit.',
      },
      ...(authorize
        ? [
            {
              id: 'AuthorizerFailed',
              metric: authorize.metricErrors(period),
              tooMany: 1,
              description: 'Requests got a 500 because their keys could not be looked up: see the log of authorize.',
            },
          ]
        : []),
      ...(managed?.watched ?? []),
    ];
    new Alarms(this, 'Alarms', watched, topic);
    if (settings.dashboard) {
      const functions = [ask, api, ...(authorize ? [authorize] : []), refit, ...(managed?.functions ?? [])];
      new Dashboard(this, 'Dashboard', { name: `cavia-${stage}`, api: http.api, functions });
    }

    const own = givenSettings({ ...settings, training: undefined });
    new CfnOutput(this, settingsOutput, { value: JSON.stringify(own) });
    new CfnOutput(this, 'Url', { value: http.api.apiEndpoint });
    if (auth === 'keys') {
      new CfnOutput(this, 'FirstKeyCommand', {
        value: `aws lambda invoke --function-name ${makeKey.functionName} --region ${this.region} /dev/stdout`,
      });
    }
  }
}
