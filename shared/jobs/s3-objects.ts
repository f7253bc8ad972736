import assert from 'node:assert/strict';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  paginateListObjectsV2,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type S3Client,
  type _Error as S3Error,
} from '@aws-sdk/client-s3';
import { isObjectKey } from '../domain/object-key.ts';
import { JobsUnavailable } from '../service/ports/job-errors.ts';
import { objectBytesMax, type Objects, type StoredObject } from '../service/ports/objects.ts';
import { unavailableOr } from './aws-unavailable.ts';
import { assertWithin } from './message-limits.ts';

export interface S3ObjectsSettings {
  client: S3Client;
  bucket: string;
}

/**
 * The port on an S3 bucket. Whoever reads needs `s3:ListBucket` on it too: without that, S3 says `AccessDenied` of an
 * object that is not there.
 */
export function openS3Objects({ client, bucket }: S3ObjectsSettings): Objects {
  const locate = (key: string): { Bucket: string; Key: string } => {
    assert(isObjectKey(key), `an object's key must be parts of letters, digits, ".", "_" and "-"; got ${key}`);
    return { Bucket: bucket, Key: key };
  };

  async function removeFolder(key: string): Promise<void> {
    const under = { Bucket: bucket, Prefix: `${locate(key).Key}/`, MaxKeys: removedMax };
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, under)) {
      const Objects = Contents.map(({ Key }) => ({ Key: Key! }));
      if (Objects.length === 0) continue;
      const { Errors = [] } = await client.send(
        new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors.length > 0) throw notRemoved(Errors);
    }
  }

  return {
    put: async (key, body) => {
      const ContentLength = Buffer.byteLength(body);
      assertWithin('the bytes of an object', ContentLength, 0, objectBytesMax);
      const content = { Body: body, ContentLength, ContentType: 'application/json' };
      const request = new PutObjectCommand({ ...locate(key), ...content });
      await client.send(request).catch(unavailable);
    },
    get: async (key) => {
      const found = await client.send(new GetObjectCommand(locate(key))).catch(absentOrUnavailable);
      return found && textOf(found).catch(unavailable);
    },
    head: async (key) => {
      const found = await client.send(new HeadObjectCommand(locate(key))).catch(absentOrUnavailable);
      return found && { bytes: found.ContentLength!, modifiedMs: found.LastModified!.getTime() };
    },
    removeFolder: (key) => removeFolder(key).catch(unavailable),
    prepare: async () => undefined,
    uri: (key) => `s3://${bucket}/${locate(key).Key}`,
    close: async () => client.destroy(),
  };
}

/** As many as one request may list, or name. */
const removedMax = 1000;
/** What S3 says of an object that may be gone when it is asked to remove it again. */
const passing = new Set(['InternalError', 'ServiceUnavailable', 'SlowDown', 'OperationAborted', 'RequestTimeout']);

/** The answer is a success, whatever it says of single objects. */
function notRemoved(errors: readonly S3Error[]): Error {
  const lasting = errors.find(({ Code = '' }) => !passing.has(Code));
  const { Key, Code, Message } = lasting ?? errors[0];
  const what = `S3: ${errors.length} objects were not removed, such as ${Key}: ${Code} ${Message}`;
  return lasting ? Object.assign(new Error(what), { name: Code }) : new JobsUnavailable(what);
}

/** Reads the body, or lets it go unread when it is too large. */
async function textOf({ Body, ContentLength }: GetObjectCommandOutput): Promise<StoredObject> {
  if (ContentLength! <= objectBytesMax) return { kind: 'text', body: await Body!.transformToString('utf8') };
  await Body!.transformToWebStream().cancel();
  return { kind: 'tooLarge', bytes: ContentLength! };
}

function absentOrUnavailable(error: unknown): undefined {
  const { name } = error as Error;
  if (name === 'NoSuchKey' || name === 'NotFound') return undefined;
  throw unavailableOr(error, 'S3');
}

function unavailable(error: unknown): never {
  throw unavailableOr(error, 'S3');
}
