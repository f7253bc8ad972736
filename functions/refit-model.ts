import middy from '@middy/core';
import type { Context, DynamoDBStreamEvent } from 'aws-lambda';
import { setImmediate as breathe } from 'node:timers/promises';
import { refit } from '../shared/service/model/refit.ts';
import { studiesIn } from './studies-in.ts';
import { wirePorts } from './wire.ts';

/**
 * Fits the models of studies that have new results, as the stream of the table tells. Asks do not need it: it takes the
 * fit out of the ask that would meet it. What fails is told to Lambda, which tries again and then puts it aside.
 */

const ports = wirePorts();

/** A fit that is begun should end before the time does. */
const reserveMs = 20_000;

export const handler = middy<DynamoDBStreamEvent, void>().handler(async ({ Records }, context) => {
  const failed: unknown[] = [];
  for (const study of studiesIn(Records)) {
    try {
      while ((await refit(ports, study, breathe)) && hasTime(context));
    } catch (error) {
      failed.push(error);
    }
  }
  if (failed.length > 0) throw new AggregateError(failed, `${failed.length} studies could not be fitted`);
});

function hasTime(context: Context): boolean {
  return context.getRemainingTimeInMillis() > reserveMs;
}
