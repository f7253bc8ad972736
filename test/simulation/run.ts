import { launchOf } from './actors/job-program.ts';
import { startOperator, studyName } from './actors/operator.ts';
import { startSupervisor } from './actors/supervisor.ts';
import { carryJobEvents } from './carriers/job-events.ts';
import { carryMessages } from './carriers/messages.ts';
import { carryRecords } from './carriers/records.ts';
import { carrySweeps } from './carriers/sweeps.ts';
import { newDice } from './dice.ts';
import { calm } from './faults.ts';
import { inspect } from './inspection.ts';
import { newWorld } from './new-world.ts';
import { restMs } from './rest.ts';
import { scenarioNames, scenarioOf, type Scenario, type ScenarioName } from './scenarios.ts';
import { newCloud } from './service/cloud.ts';
import type { Violation } from './verdict.ts';
import { tell, type World } from './world.ts';

/** What came of a run. */
export interface Run {
  seed: number;
  scenario: ScenarioName;
  violation: Violation | undefined;
  lastLines: string[];
  traceHash: string;
  steps: number;
  deaths: number;
  faults: number;
}

const startMs = Date.UTC(2026, 0, 1);
const faultsMsMax = 15 * 60_000;

/** One run: a study from its creation to its end, under the faults that its seed draws. */
export async function simulate(seed: number, name: ScenarioName, onLine?: (line: string) => void): Promise<Run> {
  const dice = newDice(seed, scenarioNames.indexOf(name));
  const scenario = scenarioOf(name, seed, dice);
  const world = newWorld(dice, scenario, startMs, onLine);
  const { verdict, trace, counts } = world;
  begin(world, scenario);
  await runToRest(world, scenario);
  return {
    seed,
    scenario: name,
    violation: verdict.violation,
    lastLines: trace.lastLines(),
    traceHash: trace.hash(),
    steps: trace.count,
    ...counts,
  };
}

/** Everybody who does something: the service, what calls it when, and who wants something of it. */
function begin(world: World, scenario: Scenario): void {
  const cloud = newCloud(world);
  carryRecords(world, cloud);
  carryMessages(world, cloud);
  carryJobEvents(world, cloud);
  carrySweeps(world, cloud);
  world.batch.runs(launchOf(world, cloud));
  const { workers, countMax, spec } = scenario;
  const settings = {
    study: studyName,
    leaseSeconds: spec.lease!.seconds!,
    countMax,
    idleSeconds: workers,
  };
  startOperator(world, cloud, scenario, () => startSupervisor(world, cloud, workers, settings));
}

/** Faults for a while, then none: what has to be at rest by then is looked at when nothing is left to happen. */
async function runToRest(world: World, scenario: Scenario): Promise<void> {
  const { scheduler, dice, faults, trace, verdict } = world;
  const calmMs = dice.between(0, faultsMsMax);
  scheduler.after(calmMs, () => {
    trace.note('world', 'is calm from here on');
    calm(faults);
  });
  const deadlineMs = startMs + calmMs + restMs(scenario);
  await scheduler.run(() => {
    if (scheduler.nowMs > deadlineMs) {
      tell(world, 'rests');
      verdict.violated('I6 no-lost-trial', 'the study has ended, and something goes on');
    }
    return verdict.violation !== undefined;
  });
  if (verdict.violation) return;
  tell(world, 'rests');
  await inspect(world);
}
