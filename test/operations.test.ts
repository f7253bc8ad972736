import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { openLocal } from '../local/index.ts';
import { createApiKey } from '../shared/service/keys/create-api-key.ts';
import { firstTenant } from '../shared/service/call.ts';
import { createDynamoTables, dynamoClient, dynamoTableNames } from './contract/dynamo-tables.ts';
import { moto } from './engines/python-environments.ts';
import { studyNamed } from './http/open-service.ts';
import { deployStandIns } from './operations-stand-ins.ts';

const run = promisify(execFile);
const motoEndpoint = inject('motoEndpoint');
const sqsEndpoint = inject('sqsEndpoint');
const dynamoDbEndpoint = inject('dynamoDbEndpoint');
const page = readFileSync('docs/operations.md', 'utf8');
const stage = 'ops';

/** The blocks of shell of the page, by how they are said to be tried. */
const blocks = [...page.matchAll(/(?:<!-- executed: (\w+) -->\n)?```sh\n([\s\S]*?)```/g)].map(([, how, script]) => ({
  how: how as 'aws' | 'service' | undefined,
  script,
}));

const environment = {
  PS1: '',
  PATH: [moto.programs, process.env['PATH']].join(delimiter),
  HOME: tmpdir(),
  STAGE: stage,
  AWS_REGION: 'eu-central-1',
  AWS_DEFAULT_REGION: 'eu-central-1',
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'none',
  AWS_PAGER: '',
};

async function shell(script: string, more: Record<string, string>): Promise<string> {
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { env: { ...environment, ...more } });
  return stdout;
}

describe.skipIf(motoEndpoint === null || sqsEndpoint === null)('the commands of docs/operations.md for AWS', () => {
  const endpoints = { AWS_ENDPOINT_URL: motoEndpoint! };
  // Of SQS this version of the AWS CLI looks for no endpoint in the environment.
  const sqs = `aws() { if [ "$1" = sqs ]; then command aws --endpoint-url ${sqsEndpoint} "$@"; else command aws "$@"; fi; }`;
  const shellOnAws = (script: string): Promise<string> => shell(`${sqs}\n{ ${script}\n} | cat`, endpoints);
  const scriptWith = (text: string): string =>
    blocks.find(({ how, script }) => how === 'aws' && script.includes(text))!.script;

  beforeAll(() => deployStandIns(motoEndpoint!, sqsEndpoint!, stage));

  it.each(blocks.filter(({ how }) => how === 'aws').map(({ script }) => [script.split('\n')[0], script]))(
    '%s …',
    async (_, script) => {
      expect(await shellOnAws(script)).toBeTypeOf('string');
    },
  );

  it('put dead letters back', async () => {
    const client = new SQSClient({
      endpoint: sqsEndpoint!,
      region: 'eu-central-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
    });
    const urlOf = (name: string): string => `${sqsEndpoint!}/000000000000/${name}`;
    await client.send(new SendMessageCommand({ QueueUrl: urlOf(`cavia-${stage}-trials-dead`), MessageBody: 'dead' }));
    await shellOnAws(scriptWith('start-message-move-task'));
    const countOf = async (name: string): Promise<string> => {
      const request = new GetQueueAttributesCommand({ QueueUrl: urlOf(name), AttributeNames: ['All'] });
      return (await client.send(request)).Attributes!.ApproximateNumberOfMessages!;
    };
    await expect.poll(() => countOf(`cavia-${stage}-trials`), { timeout: 30_000 }).toBe('1');
    expect(await countOf(`cavia-${stage}-trials-dead`)).toBe('0');
    client.destroy();
  });

  it('show what has the tag of the stage', async () => {
    expect(await shellOnAws(scriptWith('resourcegroupstaggingapi'))).toContain(`cavia-${stage}`);
  });

  it('are otherwise ones that the AWS CLI takes', async () => {
    const untried = blocks.filter(({ how }) => how === undefined).map(({ script }) => script);
    const commands = untried.flatMap((script) => script.split('\n')).filter((line) => /^aws (?!.* wait )/.test(line));
    expect(commands.length).toBeGreaterThan(2);
    for (const command of commands) await shellOnAws(`${command} --generate-cli-skeleton`);
  });
});

describe('the commands of docs/operations.md for the service', () => {
  it('rotate a key, and stop a study', async () => {
    const data = mkdtempSync(join(tmpdir(), 'cavia-operations-'));
    const cavia = await openLocal({ data, auth: true });
    onTestFinished(async () => {
      await cavia.close();
      rmSync(data, { recursive: true });
    });
    const { body } = await createApiKey(cavia.ports, {
      caller: { tenant: firstTenant, principal: 'test', scopes: ['admin'] },
      operation: 'createApiKey',
      path: {},
      query: {},
      body: { name: 'old', scopes: ['admin'] },
      idempotencyKey: undefined,
    });
    const key = body.key!;
    const created = await fetch(`${cavia.url}/v1/studies`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(studyNamed('STUDY')),
    });
    expect(created.status).toBe(201);
    const [add, revoke, stop] = blocks.filter(({ how }) => how === 'service').map(({ script }) => script);
    const both = `for ONE in "$CAVIA_KEY" "$NEW_KEY"; do
      curl -sS -o /dev/null -w 'good: %{http_code}\n' "$URL/v1/keys" -H "Authorization: Bearer $ONE"
    done`;
    const script = [add, both, revoke, stop, 'echo; echo "$CAVIA_KEY"'].join('\n');
    const said = await shell(script, { URL: cavia.url, CAVIA_KEY: key });
    expect(said.match(/good: \d+/g)).toEqual(['good: 200', 'good: 200']);
    expect(said).toContain('"state":"finished"');
    const statusWith = async (one: string): Promise<number> =>
      (await fetch(`${cavia.url}/v1/studies`, { headers: { authorization: `Bearer ${one}` } })).status;
    const renewed = said.trim().split('\n').at(-1)!;
    expect(renewed).toMatch(/^cav_/);
    expect([await statusWith(key), await statusWith(renewed)]).toEqual([401, 200]);
  });
});

describe.skipIf(dynamoDbEndpoint === null)('npm run copy-table', () => {
  const copy = (from: string, to: string): Promise<{ stdout: string; stderr: string }> =>
    run(process.execPath, ['infra/copy-table.ts', '--from', from, '--to', to, '--region', 'eu-central-1'], {
      env: { ...environment, AWS_ACCESS_KEY_ID: 'copytable', AWS_ENDPOINT_URL_DYNAMODB: dynamoDbEndpoint! },
    });

  it('copies every item into an empty table, and nothing into another', async () => {
    const client = dynamoClient(dynamoDbEndpoint!, 'copytable');
    await createDynamoTables(client);
    onTestFinished(() => client.destroy());
    const { core, aux } = dynamoTableNames;
    const { PutItemCommand, ScanCommand } = await import('@aws-sdk/client-dynamodb');
    for (let i = 0; i < 60; i++) {
      const Item = { pk: { S: 'T#1' }, sk: { S: `R#${i}` }, text: { S: 'x'.repeat(i) } };
      await client.send(new PutItemCommand({ TableName: core, Item }));
    }
    expect((await copy(core, aux)).stdout).toBe(`60 items copied from ${core} to ${aux}.\n`);
    const [given, copied] = await Promise.all(
      [core, aux].map(async (TableName) => (await client.send(new ScanCommand({ TableName }))).Items),
    );
    expect(copied).toEqual(given);
    await expect(copy(core, aux)).rejects.toThrow(`${aux} must be empty`);
    const sentence = /^DynamoDB could not be asked: ResourceNotFoundException: .*\n$/;
    await expect(copy('no-such-table', core)).rejects.toMatchObject({
      stderr: `${core} must be empty, so that nothing is mixed up; it has items.\n`,
    });
    await expect(copy(core, 'no-such-table')).rejects.toMatchObject({
      stderr: expect.stringMatching(sentence) as string,
    });
  });
});

describe('docs/operations.md', () => {
  it('has every alarm of the deployment', () => {
    const infra = ['infra/service-stack.ts', 'infra/constructs/managed-studies.ts'].map((path) =>
      readFileSync(path, 'utf8'),
    );
    const alarms = infra.flatMap((text) => [...text.matchAll(/^\s+id: '(\w+)',$/gm)].map(([, id]) => id));
    expect(alarms.length).toBe(10);
    const rows = [...page.matchAll(/^\| (\w+) \|.*\|.*\|$/gm)]
      .map(([, name]) => name)
      .filter((name) => name !== 'alarm');
    expect(rows.filter((name) => alarms.includes(name)).sort()).toEqual(alarms.toSorted());
  });

  it('has nothing that deletes for good in a block that does anything else', () => {
    const deleting = /^.*(purge-queue|delete-table|--delete-data|-X DELETE).*$/m;
    const others = blocks
      .filter(({ script }) => deleting.test(script))
      .map(({ script }) =>
        script.split('\n').filter((line) => line !== '' && !deleting.test(line) && !line.startsWith('DEAD=')),
      );
    expect(others).toEqual([[], [], [], []]);
  });

  it('has no block that nobody has looked at', () => {
    expect(blocks.filter(({ how }) => how === 'aws').length).toBe(11);
    expect(blocks.filter(({ how }) => how === 'service').length).toBe(3);
  });
});
