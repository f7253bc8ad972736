import { readFileSync } from 'node:fs';

interface Results {
  seedCountMax: number;
  findings: {
    mutant: string;
    reason: string;
    caught: { invariant: string; scenario: string; seed: number; runs: number } | null;
  }[];
}

/** What the simulation is, and which bugs it finds. */
export function simulationPage(): string {
  const { seedCountMax, findings } = JSON.parse(
    readFileSync('test/simulation/mutations/results.json', 'utf8'),
  ) as Results;
  const caught = findings.filter((finding) => finding.caught !== null).length;
  const pairs = findings.filter(({ mutant }) => mutant.startsWith('pair-')).length;
  const rows = findings.map(({ mutant, reason, caught: found }) =>
    found
      ? `| ${mutant} | ${reason} | ${found.invariant} | ${found.scenario} | ${found.seed} |`
      : `| ${mutant} | ${reason} | not found | | |`,
  );
  return `<!-- Made by npm run generate from test/simulation/mutations. -->
# Simulation

${introduction}

## Bugs that it finds

Each bug was put into a copy of the tree (\`test/simulation/mutations/*.patch\`), and that was simulated, at most
${seedCountMax} seeds of every scenario, until an invariant broke: ${caught} of ${findings.length} bugs were found, of which ${pairs} are pairs
that stand for layers which cover for each other. \`npm run test:mutations\` does it again.

| bug | what is wrong then | found by | scenario | first seed |
|---|---|---|---|---|
${rows.join('\n')}
`;
}

const introduction = `What the store and managed training promise is tried in a world in which everything that can go wrong does: the router,
the use cases and the store protocol of the product, on a table, a queue, objects, a Batch and a clock in memory
(\`test/simulation\`). The table, the queue and the objects pass the contract suites that DynamoDB, SQS and S3 pass.

One seed decides everything: all code waits for a scheduler, which has the only clock, and every operation on an engine is
a moment at which something else may come first, or the process may die. Requests and answers are lost on the way and
sent again by the clients of the engines and by callers; writes are throttled and in conflict; the index of open trials
and listings of jobs are late; clocks are up to half a minute wrong; messages, events and records of the stream come
twice, late, in another order or, where that may be, never; sweeps are left out; workers die or are away for longer than
their lease; jobs are submitted twice, wait for machines, lose them, are out of memory, leave no result or rubbish. Each
run draws how often each of it happens, and from some moment on nothing goes wrong any more: then all must come to rest
within three sweeps, a lease, what was in the air, and the work that is left.

The [invariants](invariants.md) are watched from outside, most of them at every write and every answer. One that breaks
ends the run, with its last lines and the command that shows all of it:

\`\`\`
npm run test:sim -- --seed 30 --scenario pull-random
npm run test:sim -- --seeds 0:200
\`\`\`

The scenarios: workers that pull a random search, a hundred of them at once, a grid; a budget that is raised midway; a
managed random search, a managed grid, and a managed study that is stopped. Every run of the tests simulates 60 seeds of
each.

What it is not: the engines are models of DynamoDB, SQS and Batch, written from their documentation. The stream is
delivered until it is dealt with, where the deployment tries three times and then puts a record aside. Nothing of it runs
on AWS.`;
