import middy from '@middy/core';
import * as z from 'zod';
import type { StudyName } from '../shared/service/ports/training.ts';
import { overdueIn } from '../shared/service/training/overdue.ts';
import { sweepStudy } from '../shared/service/training/sweep-study.ts';
import { wireTrainer } from './wire-trainer.ts';

/** Sweeps a managed study, once a minute while it is open, and writes down what is overdue there all the same. */

const ports = wireTrainer();

const Ulid = z.string().regex(/^[0-9a-z]{26}$/);
const Payload = z.strictObject({ tenant: Ulid, study: Ulid });

export const handler = middy<StudyName, void>().handler(async (event) => {
  const name = Payload.parse(event);
  await sweepStudy(ports, name);
  const overdue = await overdueIn(ports, name);
  if (overdue.gaps + overdue.trials > 0) console.warn({ overdue, ...name });
});
