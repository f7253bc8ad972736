import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { functionNames, type FunctionName } from '../../infra/bundle.ts';
import { createClient, type Client } from '../../shared/api/client.ts';
import { createDynamoTables, dynamoClient } from '../contract/dynamo-tables.ts';
import { sharedOut, startGateway, type Functions } from '../functions/gateway.ts';
import { environmentOf } from '../functions/open-functions.ts';
import type { TrainingEngines } from '../functions/training-engines.ts';
import { startRecordingProxy, type RecordingProxy, type Services } from './recording-proxy.ts';
import { lambdaFunction, type LambdaFunction } from './sandboxes.ts';

/** The bundles in processes of their own, behind a gateway, with what they ask of AWS written down. */
export interface Deployment {
  url: string;
  functions: Record<FunctionName, LambdaFunction>;
  /** What a function was seen to do, as IAM names it. */
  seen(name: FunctionName): string[];
  /** With the first key. */
  client: Client;
  stop(): Promise<void>;
}

export interface DeploymentSettings {
  dynamoDbEndpoint: string;
  /** Of new tables. */
  accessKey: string;
  training?: { engines: TrainingEngines; sqsEndpoint: string; motoEndpoint: string };
}

const authorizedSeconds = 60;
/** Processes are killed under the requests. */
const retries = 12;

export async function deploy({ dynamoDbEndpoint, accessKey, training }: DeploymentSettings): Promise<Deployment> {
  const tables = dynamoClient(dynamoDbEndpoint, accessKey);
  await createDynamoTables(tables);
  tables.destroy();
  const functions = {} as Record<FunctionName, LambdaFunction>;
  const proxies = {} as Record<FunctionName, RecordingProxy>;
  const serve =
    (name: FunctionName): Functions['serve'] =>
    (event) =>
      functions[name].invoke(event) as Promise<APIGatewayProxyStructuredResultV2>;
  const authorize = ((event) => functions.authorize.invoke(event)) as Functions['authorize'];
  const gateway = await startGateway({ serve: sharedOut(serve('ask'), serve('api')), authorize }, authorizedSeconds);
  const services: Services = {
    dynamodb: dynamoDbEndpoint,
    ...(training && {
      sqs: training.sqsEndpoint,
      batch: training.engines.batch.endpoint,
      logs: training.engines.batch.endpoint,
      scheduler: training.motoEndpoint,
      s3: training.motoEndpoint,
    }),
  };
  for (const name of functionNames) {
    const { endpoint } = (proxies[name] = await startRecordingProxy(services));
    const isToldOfTraining = ['api', 'dispatch-trials', 'on-job-event', 'sweep'].includes(name);
    functions[name] = lambdaFunction(name, {
      ...environmentOf(endpoint, accessKey),
      ...(isToldOfTraining && training?.engines.environment(gateway.url, endpoint)),
    });
  }
  const { key } = (await functions['make-key'].invoke({})) as { key: string };
  return {
    url: gateway.url,
    functions,
    seen: (name) => [...proxies[name].actions].sort(),
    client: createClient(gateway.url, { apiKey: key, retries }),
    stop: async () => {
      await gateway.close();
      await Promise.all([...Object.values(functions), ...Object.values(proxies)].map((one) => one.stop()));
    },
  };
}
