import assert from 'node:assert/strict';
import {
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type GetObjectCommandOutput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { isObjectKey } from '../domain/object-key.ts';
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
    prepare: async () => undefined,
    uri: (key) => `s3://${bucket}/${locate(key).Key}`,
    close: async () => client.destroy(),
  };
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
