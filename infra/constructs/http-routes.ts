import { Duration } from 'aws-cdk-lib';
import {
  HttpApi,
  HttpMethod,
  HttpNoneAuthorizer,
  HttpRoute,
  HttpRouteKey,
  HttpStage,
  LogGroupLogDestination,
  type IHttpRouteAuthorizer,
} from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { routes, type Route } from '../../shared/api/routes.ts';
import { acknowledge } from '../acknowledge.ts';
import { logGroup } from './log-group.ts';

export interface Served {
  /** Serves the routes that use the model. */
  ask: IFunction;
  /** Serves the others, and says in the words of the contract what is none. */
  api: IFunction;
  /** Says whose API key a request has; undefined where IAM says who may call. */
  authorize: IFunction | undefined;
}

/** What one client can use up, and what a mistake can cost; the account's own limit is 10,000. */
const requestsPerSecond = 500;
const requestsAtOnce = 1000;
const authorizedSeconds = 60;

/** The HTTP API, with the routes of the contract. */
export class HttpRoutes extends Construct {
  readonly api: HttpApi;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    this.api = new HttpApi(this, 'Api', { apiName: name, createDefaultStage: false });
    acknowledge(this.api, 'AwsSolutions-APIG4', 'Health needs no credential.');
    new HttpStage(this, 'Stage', {
      httpApi: this.api,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: requestsPerSecond, burstLimit: requestsAtOnce },
      accessLogSettings: {
        destination: new LogGroupLogDestination(logGroup(this, 'AccessLog')),
        format: AccessLogFormat.custom(JSON.stringify(accessLogFields)),
      },
    });
  }

  /** Later, because the functions are told where the API is. */
  serve({ ask, api, authorize }: Served): void {
    const serveAsk = new HttpLambdaIntegration('Ask', ask, { scopePermissionToRoute: false });
    const serveApi = new HttpLambdaIntegration('Api', api, { scopePermissionToRoute: false });
    const guarded = guardOf(authorize);
    const rest = new HttpRoute(this, 'Rest', {
      httpApi: this.api,
      integration: serveApi,
      routeKey: HttpRouteKey.DEFAULT,
    });
    acknowledge(rest, 'AwsSolutions-APIG4', 'What is no route is refused unseen.');
    for (const route of Object.values(routes) as Route[]) {
      this.api.addRoutes({
        path: route.path,
        methods: [HttpMethod[route.method]],
        integration: route.usesModel ? serveAsk : serveApi,
        authorizer: route.scope === null ? new HttpNoneAuthorizer() : guarded,
      });
    }
  }
}

/** No headers and no addresses: what is not written down cannot leak. */
const accessLogFields = {
  time: '$context.requestTime',
  requestId: '$context.requestId',
  route: '$context.routeKey',
  status: '$context.status',
  ms: '$context.responseLatency',
  bytes: '$context.responseLength',
  principal: '$context.authorizer.principal',
  error: '$context.error.message',
  authorizerError: '$context.authorizer.error',
  integrationError: '$context.integrationErrorMessage',
};

function guardOf(authorize: IFunction | undefined): IHttpRouteAuthorizer {
  if (!authorize) return new HttpIamAuthorizer();
  return new HttpLambdaAuthorizer('ApiKey', authorize, {
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    identitySource: ['$request.header.Authorization', '$context.routeKey'],
    resultsCacheTtl: Duration.seconds(authorizedSeconds),
  });
}
