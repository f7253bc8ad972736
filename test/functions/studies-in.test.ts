import type { DynamoDBRecord } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { studiesIn } from '../../functions/studies-in.ts';

const tenant = '0'.repeat(26);
const study = '1'.repeat(26);

/** As the documentation of streams shows it. */
function record(pk: string | undefined, sk = 'R#00000000'): DynamoDBRecord {
  return {
    eventID: '1',
    eventVersion: '1.0',
    eventName: 'MODIFY',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ...(pk !== undefined && { Keys: { pk: { S: pk }, sk: { S: sk } } }),
      SequenceNumber: '111',
      SizeBytes: 26,
      StreamViewType: 'NEW_IMAGE',
    },
  };
}

describe('the studies that records of the stream are about', () => {
  it('are named once, however many of their items changed', () => {
    const records = [record(`T#${tenant}#S#${study}`), record(`T#${tenant}#S#${study}`, 'META')];
    expect(studiesIn([...records, record(`T#${tenant}#S#${'2'.repeat(26)}`)])).toEqual([
      { tenant, id: study },
      { tenant, id: '2'.repeat(26) },
    ]);
  });

  it('are none where the items are others', () => {
    const others = [`T#${tenant}`, `K#${study}`, `T#${tenant}#S#${study}#G#${'a'.repeat(64)}`, '', undefined];
    expect(studiesIn(others.map((pk) => record(pk)))).toEqual([]);
  });
});
