import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { describe, expect, inject, it, onTestFinished } from 'vitest';
import { openBatchRunner } from '../../../shared/jobs/batch-runner.ts';
import { openSqsQueue } from '../../../shared/jobs/sqs-queue.ts';
import type { Queue } from '../../../shared/service/ports/queue.ts';
import { allTrials, audit } from '../../audit.ts';
import { newDynamoTable } from '../../contract/dynamo-tables.ts';
import { fakeJobDefinition, fakeQueue, startFakeBatch, type FakeBatch } from '../../jobs/fake-batch.ts';
import {
  createManagedStudy,
  echoResult,
  faithful,
  openManagedService,
  patience,
  study,
  type ManagedService,
} from './managed-service.ts';

const dynamoDbEndpoint = inject('dynamoDbEndpoint');
const sqsEndpoint = inject('sqsEndpoint');
const region = 'eu-central-1';
const credentials = { accessKeyId: 'test', secretAccessKey: 'none' };
const note = 'echo "begin $CAVIA_TRIAL $CAVIA_ATTEMPT" >>"$NOTES"';

describe.skipIf(dynamoDbEndpoint === null || sqsEndpoint === null)(
  'a managed study on DynamoDB, SQS and a fake of Batch',
  () => {
    it('goes from its creation to its end, though replies of submissions are lost and a machine is taken away', async () => {
      const { service, batch } = await open('managedEnd');
      let submissions = 0;
      batch.fault = (operation) => (operation === 'SubmitJob' && ++submissions === 2 ? 'lose the reply' : undefined);
      const script = `${note}; [ "$CAVIA_TRIAL$CAVIA_ATTEMPT" = 31 ] && sleep 60; ${echoResult}`;
      const environment = { NOTES: join(service.folder, 'notes') };
      await createManagedStudy(service, script, { trials: 6, parallel: 2, training: { environment } });
      let isTaken = false;
      await service.until(isFinished, {
        ...faithful,
        sweeps: () => {
          service.skip(patience.claimMs / 4);
          if (!isTaken && service.notes().includes('begin 3 1')) {
            isTaken = true;
            void takeAway(service, batch);
          }
          return true;
        },
      });
      const trials = await allTrials(service.client, study);
      expect(trials.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'complete'));
      for (const { values, params } of trials) expect(values).toEqual({ loss: params.x });
      expect(trials.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 2, 1, 1]);
      const begun = trials.flatMap(({ number, attempt }) =>
        Array.from({ length: attempt }, (_, i) => `begin ${number} ${i + 1}`),
      );
      expect(service.notes().toSorted()).toEqual(begun.toSorted());
      expect(await audit(service.client, study)).toEqual([]);
      expect(submissions).toBe(7);
      expect(service.watched).toEqual(new Set());
    });

    it('ends its jobs when it is stopped', async () => {
      const { service, batch } = await open('managedStop');
      const environment = { NOTES: join(service.folder, 'notes') };
      await createManagedStudy(service, `${note}; sleep 60`, { trials: 9, parallel: 3, training: { environment } });
      await service.until(() => service.notes().length === 3);
      await service.client.updateStudy({ study, body: { state: 'stopped' } });
      await service.until(isFinished, { ...faithful, sweeps: () => true });
      const states = (await allTrials(service.client, study)).map(({ state }) => state);
      expect(states).toEqual(['cancelled', 'cancelled', 'cancelled']);
      expect(batch.requests.filter(({ operation }) => operation === 'TerminateJob').length).toBeGreaterThanOrEqual(3);
      expect(await audit(service.client, study)).toEqual([]);
    });
  },
);

/** The service on engines of its own. Nothing says when a job has ended, so sweeps find it out. */
async function open(name: string): Promise<{ service: ManagedService; batch: FakeBatch }> {
  const [table, queue, batch] = await Promise.all([
    newDynamoTable(dynamoDbEndpoint!, name),
    newQueue(),
    startFakeBatch(),
  ]);
  const config = { endpoint: batch.endpoint, region, credentials };
  const runner = openBatchRunner({ batch: config, logs: new CloudWatchLogsClient(config), queue: fakeQueue });
  const service = openManagedService({
    table,
    queue: () => queue,
    runner,
    kind: 'batch',
    jobDefinition: fakeJobDefinition,
  });
  onTestFinished(async () => {
    await service.close();
    await batch.stop();
  });
  return { service, batch };
}

async function newQueue(): Promise<Queue> {
  const client = new SQSClient({ endpoint: sqsEndpoint!, region, credentials });
  const create = async (QueueName: string): Promise<string> => {
    const Attributes = { VisibilityTimeout: '2' };
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName, Attributes }));
    // ElasticMQ names the host that it was told it has; the path is right.
    return sqsEndpoint! + new URL(QueueUrl!).pathname;
  };
  const name = randomUUID();
  const [queueUrl, deadLetterUrl] = await Promise.all([create(name), create(`${name}-dead`)]);
  return openSqsQueue({ client, queueUrl, deadLetterUrl });
}

async function takeAway({ client }: ManagedService, batch: FakeBatch): Promise<void> {
  const { job } = await client.getTrial({ study, number: '3' });
  batch.end(job!.id!, { statusReason: 'Host EC2 (instance i-0282b396e52b4c95d) terminated.' });
}

function isFinished({ state }: { state: string }): boolean {
  return state === 'finished';
}
