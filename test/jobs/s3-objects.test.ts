import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, paginateListObjectsV2, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, inject, it } from 'vitest';
import { openS3Objects } from '../../shared/jobs/s3-objects.ts';
import { objectsContract } from '../contract/objects.ts';
import { startFaultyService } from './faulty-service.ts';

const endpoint = inject('motoEndpoint');

describe.skipIf(endpoint === null)('S3', () => {
  objectsContract('a bucket of objects', async () => {
    const client = newClient(endpoint!);
    const bucket = `results-${randomUUID()}`;
    const CreateBucketConfiguration = { LocationConstraint: 'eu-central-1' as const };
    await client.send(new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration }));
    return {
      objects: openS3Objects({ client, bucket }),
      writeRaw: async (key, body) => {
        await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
      },
      keysUnder: async (prefix) => {
        const keys: string[] = [];
        for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix }))
          keys.push(...(page.Contents ?? []).map(({ Key }) => Key!));
        return keys;
      },
    };
  });
});

describe('a bucket of objects', () => {
  it('says where an object is, for a job to write it there', () => {
    const objects = openS3Objects({ client: newClient('http://127.0.0.1:1'), bucket: 'my-bucket' });
    expect(objects.uri('results/1')).toBe('s3://my-bucket/results/1');
  });

  it.each([
    ['throttles', { status: 503, body: errorBody('SlowDown') }, 'JobsUnavailable'],
    ['fails', { status: 500, body: errorBody('InternalError') }, 'JobsUnavailable'],
    ['hangs up', 'hang up', 'JobsUnavailable'],
    ['lacks the bucket', { status: 404, body: errorBody('NoSuchBucket') }, 'NoSuchBucket'],
    ['denies access', { status: 403, body: errorBody('AccessDenied') }, 'AccessDenied'],
  ] as const)('that %s is told from one that lacks an object', async (_, reply, name) => {
    const service = await startFaultyService(() => reply);
    const objects = openS3Objects({ client: newClient(service.endpoint), bucket: 'bucket' });
    const failure = expect.objectContaining({ name }) as Error;
    await expect(objects.get('a')).rejects.toThrow(failure);
    await expect(objects.put('a', '{}')).rejects.toThrow(failure);
    await expect(objects.removeFolder('a')).rejects.toThrow(failure);
    await objects.close();
  });

  it.each([
    ['could not for now', ['InternalError', 'SlowDown'], 'JobsUnavailable'],
    ['must not', ['InternalError', 'AccessDenied'], 'AccessDenied'],
  ])('that says it %s remove an object has not removed the folder', async (_, codes, name) => {
    const errors = codes.map((code, i) => `<Error><Key>a/${i}</Key><Code>${code}</Code><Message>m</Message></Error>`);
    const service = await startFaultyService((url) =>
      url.includes('list-type=2')
        ? { status: 200, body: listed(['a/0', 'a/1', 'a/2']) }
        : { status: 200, body: `<?xml version="1.0"?><DeleteResult>${errors.join('')}</DeleteResult>` },
    );
    const objects = openS3Objects({ client: newClient(service.endpoint), bucket: 'bucket' });
    await expect(objects.removeFolder('a')).rejects.toMatchObject({
      name,
      message: expect.stringContaining('2 objects were not removed, such as a/') as string,
    });
    await objects.close();
  });
});

function listed(keys: readonly string[]): string {
  const contents = keys.map((key) => `<Contents><Key>${key}</Key></Contents>`).join('');
  return `<?xml version="1.0"?><ListBucketResult><IsTruncated>false</IsTruncated>${contents}</ListBucketResult>`;
}

function errorBody(code: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>said by the test</Message></Error>`;
}

function newClient(at: string): S3Client {
  return new S3Client({
    endpoint: at,
    forcePathStyle: true,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'none' },
    maxAttempts: 1,
  });
}
