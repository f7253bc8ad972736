import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { functionNames } from '../../infra/bundle.ts';
import type { Client } from '../../shared/api/client.ts';
import { firstTenant } from '../../shared/service/call.ts';
import { allTrials, audit } from '../audit.ts';
import { granted } from '../granted.ts';
import { deploy, type Deployment } from './deployment.ts';

const endpoint = inject('dynamoDbEndpoint');
const workerCount = 6;
const trialCount = 60;
const killCount = 6;

describe.skipIf(endpoint === null)('the bundles in processes of their own', () => {
  let deployment: Deployment;
  let client: Client;

  beforeAll(async () => {
    deployment = await deploy({ dynamoDbEndpoint: endpoint!, accessKey: 'endtoend' });
    client = deployment.client;
  });

  afterAll(() => deployment.stop());

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
    const { functions } = deployment;
    let isOver = false;
    /** Spread over the study, each as soon as a process has an event. @returns how many were killed. */
    const kill = async (): Promise<number> => {
      for (let killed = 0; ;) {
        if (isOver || killed === killCount) return killed;
        const isTime = toldCount >= ((killed + 1) * trialCount) / (killCount + 2);
        if (isTime && ['ask' as const, 'api' as const].some((name) => functions[name].killBusy())) killed++;
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
    await deployment.functions['refit-model'].invoke({ Records: [{ eventName: 'MODIFY', dynamodb: { Keys } }] });
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
    for (const name of ['ask', 'authorize', 'make-key', 'refit-model'] as const)
      expect(deployment.seen(name)).toEqual([...granted[name]].sort());
    // What it does for managed studies is seen in their own test.
    expect(deployment.seen('api')).toEqual(granted.api.filter((action) => action.startsWith('dynamodb:')).toSorted());
  });

  it('write nothing but what went wrong', () => {
    const { functions } = deployment;
    for (const name of functionNames) expect(functions[name].output()).toBe('');
    expect(functions.ask.startCount() + functions.api.startCount()).toBeGreaterThan(killCount);
  });
});
