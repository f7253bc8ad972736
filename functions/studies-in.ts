import type { DynamoDBRecord } from 'aws-lambda';

/** The studies whose items records of the table's stream are about, each once. */
export function studiesIn(records: readonly DynamoDBRecord[]): { tenant: string; id: string }[] {
  const found = new Map<string, { tenant: string; id: string }>();
  for (const { dynamodb } of records) {
    const match = studyPkPattern.exec(dynamodb?.Keys?.pk?.S ?? '');
    if (match) found.set(match[0], { tenant: match[1], id: match[2] });
  }
  return [...found.values()];
}

const studyPkPattern = /^T#([0-9a-z]{26})#S#([0-9a-z]{26})$/;
