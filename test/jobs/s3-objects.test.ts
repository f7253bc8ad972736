import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
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
    await objects.close();
  });
});

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
