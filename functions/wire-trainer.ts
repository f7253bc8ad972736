import { S3Client } from '@aws-sdk/client-s3';
import { openS3Objects } from '../shared/jobs/s3-objects.ts';
import type { Ports } from '../shared/service/ports/ports.ts';
import { wireTraining } from './wire-training.ts';
import { clientSettings, wirePorts } from './wire.ts';

/** For the functions that run managed studies. One without its settings would do nothing, and nobody would see it. */
export function wireTrainer(): Ports {
  const training = wireTraining((bucket) => openS3Objects({ client: new S3Client(clientSettings), bucket }));
  if (!training) throw new Error('The environment variable CAVIA_TRAINING must say what trains; it is not set.');
  return { ...wirePorts(), training };
}
