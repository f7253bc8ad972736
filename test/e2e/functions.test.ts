import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { firstTenant } from '../../shared/service/call.ts';
import { createClient, type Client } from '../../shared/api/client.ts';
import { functionNames, type FunctionName } from '../../infra/bundle.ts';
import { allTrials, audit } from '../audit.ts';
import { createDynamoTables, dynamoClient } from '../contract/dynamo-tables.ts';
import { startGateway, type Functions, type Gateway } from '../functions/gateway.ts';
import { environmentOf } from '../functions/open-functions.ts';
import { startRecordingProxy, type RecordingProxy } from './recording-proxy.ts';
import { lambdaFunction, type LambdaFunction } from './sandboxes.ts';

const endpoint = inject('dynamoDbEndpoint');
const accessKey = 'endtoend';
const workerCount = 6;
const trialCount = 60;
const killCount = 6;

describe.skipIf(endpoint === null)('the bundles in processes of their own', () => {
  const functions = {} as Record<FunctionName, LambdaFunction>;
  const proxies = {} as Record<FunctionName, RecordingProxy>;
  let gateway: Gateway;
  let client: Client;

  beforeAll(async () => {
    const tables = dynamoClient(endpoint!, accessKey);
    await createDynamoTables(tables);
    tables.destroy();
    for (const name of functionNames) {
      proxies[name] = await startRecordingProxy(endpoint!);
      functions[name] = lambdaFunction(name, environmentOf(proxies[name].endpoint, accessKey));
    }
    gateway = await startGateway(
      {
        serve: (event) => functions.http.invoke(event) as Promise<APIGatewayProxyStructuredResultV2>,
        authorize: ((event) => functions.authorize.invoke(event)) as Functions['authorize'],
      },
      60,
    );
    const { key } = (await functions['make-key'].invoke({})) as { key: string };
    client = createClient(gateway.url, { apiKey: key, retries: 12 });
  });

  afterAll(async () => {
    await gateway.close();
    await Promise.all([...Object.values(functions), ...Object.values(proxies)].map((one) => one.stop()));
  });

  it('run a study to its end while processes are killed, and nothing is lost or done twice', async () => {
    const id = await newStudy();
    let toldCount = 0;
    const work = async (): Promise<void> => {
      for (;;) {
        const { trials, reason } = await client.ask({ study: 'e2e', body: { worker: 'w' } });
        if (reason === 'finished') return;
        // The number of an ask that died is given out again ten seconds after the budget is spent.
        if (trials.length === 0) await sleep(200);
        for (const { number, attempt, params } of trials) {
          const loss = (Number(params.x) - 0.3) ** 2;
          await client.report({ study: 'e2e', number, body: { attempt, step: 1, values: { loss } } });
          await client.tell({ study: 'e2e', number, body: { attempt, values: { loss } } });
          if (++toldCount % 10 === 0) await fitAhead(id);
        }
      }
    };
    let isOver = false;
    /** Spread over the study, each as soon as a process has an event. @returns how many were killed. */
    const kill = async (): Promise<number> => {
      for (let killed = 0; ;) {
        if (isOver || killed === killCount) return killed;
        const isTime = toldCount >= ((killed + 1) * trialCount) / (killCount + 2);
        if (isTime && functions.http.killBusy()) killed++;
        await sleep(5);
      }
    };
    const killing = kill();
    await Promise.all(Array.from({ length: workerCount }, work));
    isOver = true;
    expect(await killing).toBe(killCount);
    expect(await audit(client, 'e2e')).toEqual([]);
    const trials = await allTrials(client, 'e2e');
    expect(trials.map(({ state }) => state)).toEqual(Array.from({ length: trialCount }, () => 'complete'));
    expect((await client.getStudy({ study: 'e2e' })).state).toBe('finished');
    expect((await client.best({ study: 'e2e' })).kind).toBe('top');
  });

  async function newStudy(): Promise<string> {
    const { id } = await client.createStudy({
      body: {
        name: 'e2e',
        space: { x: { type: 'float', low: 0, high: 1 }, y: { type: 'int', low: 1, high: 64, scale: 'log' } },
        objectives: [{ metric: 'loss', direction: 'minimize' }],
        budget: { trials: trialCount, parallel: workerCount },
        seed: 1,
      },
    });
    return id;
  }

  /** As the stream of the table would have it. */
  async function fitAhead(id: string): Promise<void> {
    const Keys = { pk: { S: `T#${firstTenant}#S#${id}` }, sk: { S: 'R#00000000' } };
    await functions['refit-model'].invoke({ Records: [{ eventName: 'MODIFY', dynamodb: { Keys } }] });
  }

  it('do with the tables what their roles allow, and all of it', async () => {
    await client.createStudy({
      body: {
        name: 'short',
        space: { x: { type: 'float', low: 0, high: 1 } },
        objectives: [{ metric: 'loss', direction: 'minimize' }],
      },
    });
    await client.ask({ study: 'short', body: {} });
    await client.deleteStudy({ study: 'short' });
    const seen = Object.fromEntries(functionNames.map((name) => [name, [...proxies[name].actions].sort()]));
    const items = (...names: string[]): string[] => names.map((name) => `dynamodb:${name}Item`);
    expect(seen.http).toEqual([...items('Delete', 'Get', 'Put'), 'dynamodb:Query', ...items('Update')]);
    expect(seen.authorize).toEqual(items('Get'));
    expect(seen['make-key']).toEqual(items('Put'));
    expect(seen['refit-model']).toEqual([
      'dynamodb:ConditionCheckItem',
      ...items('Delete', 'Get', 'Put'),
      'dynamodb:Query',
      ...items('Update'),
    ]);
  });

  it('write nothing but what went wrong', () => {
    for (const name of functionNames) expect(functions[name].output()).toBe('');
    expect(functions.http.startCount()).toBeGreaterThan(killCount);
  });
});
