import { appendFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A training as a person would write one for a managed study: it asks to be let in, reports as it goes, and leaves its
 * result in one of the ways that there are, which one by the number of its trial.
 */
const { CAVIA_URL, CAVIA_TOKEN, CAVIA_STUDY, CAVIA_TRIAL, CAVIA_ATTEMPT, CAVIA_JOB_ID, CAVIA_PARAMS } = process.env;
const { CAVIA_RESULT_URI, NOTES } = process.env;
const [, , trainingMs] = process.argv;
const attempt = Number(CAVIA_ATTEMPT);
const { x } = JSON.parse(CAVIA_PARAMS!) as { x: number };
const awayMsMax = 20_000;

if (!(await isLetIn())) process.exit(0);
note('begin');
for (let step = 1; step <= 2; step++) {
  await sleep(Number(trainingMs) / 2);
  await post('report', { attempt, step, values: { loss: 1 + x / step } });
}
note('end');
const result = JSON.stringify({ values: { loss: (x - 0.3) ** 2 } });
if (Number(CAVIA_TRIAL) % 2 === 0) process.stdout.write(`${result}\n`);
else {
  // Before it is told, so that it counts when the server is away.
  writeFileSync(new URL(CAVIA_RESULT_URI!), result);
  await post('tell', { attempt, ...(JSON.parse(result) as object) });
}

/** Nothing trains before it has been let in, so this waits for a server that is away. */
async function isLetIn(): Promise<boolean> {
  for (let waitedMs = 0; waitedMs < awayMsMax; waitedMs += 100) {
    const answer = await post('start', { attempt, jobId: CAVIA_JOB_ID });
    if (answer) return answer.ok;
    await sleep(100);
  }
  return false;
}

/** @returns undefined when the server is away. */
async function post(verb: string, body: object): Promise<Response | undefined> {
  const url = `${CAVIA_URL}/v1/studies/${CAVIA_STUDY}/trials/${CAVIA_TRIAL}/${verb}`;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${CAVIA_TOKEN}` };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) }).catch(() => undefined);
}

function note(what: string): void {
  if (NOTES !== undefined) appendFileSync(NOTES, `${what} ${CAVIA_TRIAL} ${CAVIA_ATTEMPT}\n`);
}
