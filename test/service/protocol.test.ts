import { describe, expect, inject, it } from 'vitest';
import type { AskResponse } from '../../shared/api/messages.ts';
import { createGenerator } from '../../shared/numerics/random.ts';
import type { StudySpec } from '../../shared/domain/study.ts';
import type * as z from 'zod';
import { allTrials, audit } from '../audit.ts';
import { openService, serveTable, type Service } from './in-memory-network.ts';
import type { Table } from '../../shared/store/table.ts';
import { newDynamoTable } from '../contract/dynamo-tables.ts';
import { persist } from './persist.ts';
import { unlikeReplays } from './replays.ts';
import { shakenTable } from './shaken-table.ts';
import { createTestStudy, study } from './test-study.ts';

/** What the world knows about one study: every answer that a worker was given. */
interface Ledger {
  /** Answers by idempotency key: all answers to one key have to be equal. */
  asked: Map<string, string>;
  /** Which worker was given (number, attempt). */
  given: Map<string, string>;
  /** Acknowledged results. */
  told: Map<number, number>;
  wrong: string[];
}

const scenarios: Record<string, Partial<z.input<typeof StudySpec>>> = {
  'a random search': { sampler: { kind: 'random' }, budget: { trials: 60 } },
  'a small grid': {
    space: {
      a: { type: 'int', low: 1, high: 6 },
      b: { type: 'boolean' },
      c: { type: 'int', low: 1, high: 3, when: { b: true } },
    },
    sampler: { kind: 'grid' },
    budget: { trials: 60 },
  },
  'a parallel limit': { budget: { trials: 40, parallel: 4 } },
  'a search by model': { sampler: { kind: 'gp' }, budget: { trials: 25 } },
  'a small space searched by model': {
    space: { a: { type: 'int', low: 1, high: 15 }, b: { type: 'boolean' } },
    sampler: { kind: 'gp' },
    budget: { trials: 30 },
  },
  'a small space drawn at random': {
    space: { a: { type: 'int', low: 1, high: 30 } },
    sampler: { kind: 'random' },
    budget: { trials: 30 },
  },
};

const dynamoDbEndpoint = inject('dynamoDbEndpoint');

describe.each(Object.entries(scenarios))('%s under lost requests, lost replies and dying workers', (name, spec) => {
  it.each([1, 2])('keeps every invariant on SQLite (seed %i)', async (seed) => {
    expect(await brokenBy(spec, seed, async (around) => openService(around))).toEqual([]);
  });

  it.skipIf(dynamoDbEndpoint === null)('keeps every invariant on DynamoDB', async () => {
    const accessKey = `protocol${Object.keys(scenarios).indexOf(name)}`;
    const table = await newDynamoTable(dynamoDbEndpoint!, accessKey);
    expect(await brokenBy(spec, 1, async (around) => serveTable(around(table)))).toEqual([]);
  });
});

/** Runs a scenario to its end. @returns every invariant that it broke. */
async function brokenBy(
  spec: Partial<z.input<typeof StudySpec>>,
  seed: number,
  open: (around: (table: Table) => Table) => Promise<Service>,
): Promise<string[]> {
  const shaking = { lostRequests: 0.02, lostReplies: 0.02 };
  const service = await open((table) => shakenTable(table, seed, shaking));
  const ledger: Ledger = { asked: new Map(), given: new Map(), told: new Map(), wrong: [] };
  try {
    await persist(() => createTestStudy(service.client, { lease: { seconds: 60, attempts: 10 }, ...spec }));
    await Promise.all(
      Array.from({ length: 12 }, (_, w) => work(service, ledger, `w${w}`, createGenerator(seed, 2, w))),
    );
    // Faults stop; whatever was lost must come back, be given out and end.
    Object.assign(shaking, { lostRequests: 0, lostReplies: 0 });
    await finish(service, ledger);
    return [
      ...ledger.wrong,
      ...(await audit(service.client, study)),
      ...(await lostResults(service, ledger)),
      ...(await unlikeReplays(service.client, study)),
    ];
  } finally {
    await service.close();
  }
}

/** The study has ended with every trial complete, and every acknowledged result is there. */
async function lostResults(service: Service, ledger: Ledger): Promise<string[]> {
  const trials = await allTrials(service.client, study);
  const { state, configurations, budget } = await service.client.getStudy({ study });
  const wanted = Math.min(budget.trials, configurations ?? Infinity);
  const complete = trials.filter((trial) => trial.state === 'complete').length;
  const wrong = [...ledger.told]
    .filter(([number, loss]) => trials[number].values?.loss !== loss)
    .map(([number]) => `the result of trial ${number} is lost`);
  if (state !== 'finished') wrong.push(`the study is ${state}`);
  if (complete !== wanted) wrong.push(`${complete} of ${wanted} trials are complete`);
  return wrong;
}

/**
 * Asks and tells a number of times; repeats a request whose answer was lost, sometimes twice at once; sometimes dies.
 */
async function work(
  service: Service,
  ledger: Ledger,
  worker: string,
  random: ReturnType<typeof createGenerator>,
): Promise<void> {
  for (let i = 0; i < 6; i++) {
    const idempotencyKey = `${worker}-${i}`;
    const body = { worker, count: 1 + random.nextBelow(3) };
    const ask = () => persist(() => service.client.ask({ study, body, idempotencyKey }));
    const answers = await Promise.all(random.nextUnit() < 0.3 ? [ask(), ask()] : [ask()]);
    for (const answer of answers) noteAsk(ledger, idempotencyKey, worker, answer);
    checkRunning(
      ledger,
      await persist(() => allTrials(service.client, study)),
      await persist(() => service.client.getStudy({ study })),
    );
    for (const { number, attempt } of answers[0].trials) {
      const dies = random.nextUnit();
      if (dies < 0.1) return;
      if (dies < 0.2) service.clock.nowMs += 20_000;
      await tell(service, ledger, number, attempt, random.nextUnit());
    }
    service.clock.nowMs += 1_000;
  }
}

async function tell(service: Service, ledger: Ledger, number: number, attempt: number, loss: number): Promise<void> {
  try {
    await persist(() => service.client.tell({ study, number, body: { attempt, values: { loss } } }));
  } catch (error) {
    if ((error as { problem?: { code: string } }).problem?.code === 'lease_superseded') return;
    throw error;
  }
  if (ledger.told.has(number)) ledger.wrong.push(`trial ${number} took two results`);
  ledger.told.set(number, loss);
}

function noteAsk(ledger: Ledger, key: string, worker: string, answer: AskResponse): void {
  // Nothing granted is nothing promised: it may be granted later.
  if (answer.granted === 0) return;
  const text = JSON.stringify(answer);
  if ((ledger.asked.get(key) ?? text) !== text) ledger.wrong.push(`key ${key} got two answers`);
  ledger.asked.set(key, text);
  for (const { number, attempt } of answer.trials) {
    const place = `${number}@${attempt}`;
    const holder = `${worker} ${key}`;
    if ((ledger.given.get(place) ?? holder) !== holder)
      ledger.wrong.push(`${place} was given to ${ledger.given.get(place)} and ${holder}`);
    ledger.given.set(place, holder);
  }
}

function checkRunning(
  ledger: Ledger,
  trials: { state: string }[],
  { budget }: { budget: { parallel?: number | undefined } },
): void {
  const running = trials.filter(({ state }) => state === 'running').length;
  if (budget.parallel !== undefined && running > budget.parallel)
    ledger.wrong.push(`${running} of ${budget.parallel} are running`);
}

async function finish(service: Service, ledger: Ledger): Promise<void> {
  for (let round = 0; round < 400; round++) {
    const { trials, reason } = await service.client.ask({ study, body: { worker: 'last', count: 8 } });
    for (const { number, attempt } of trials) await tell(service, ledger, number, attempt, number / 7);
    if (reason === 'finished') return;
    if (trials.length === 0) service.clock.nowMs += 15_000;
  }
}
