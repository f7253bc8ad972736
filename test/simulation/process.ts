import type { World } from './world.ts';

/** Something that runs and can die: a container of the service, a worker, the program of a job. */
export interface Process {
  readonly name: string;
  readonly isDead: boolean;
  /** What its own clock says, which is not quite right. */
  nowMs(): number;
  /** How many requests it has sent. */
  readonly sentCount: number;
  /** None of its code runs from here on. What it has sent may still arrive. */
  die(why: string): void;
  onDeath(tell: () => void): void;
  sleep(ms: number): Promise<void>;
  send<T>(request: EngineRequest<T>): Promise<T>;
}

/** A request to an engine: where all code of a process waits, and where it can die. */
export interface EngineRequest<T> {
  label: string;
  /** What it does at the engine, at one moment. */
  effect: () => T;
  /** How often its client sends it again when there is no answer. */
  resendMax: number;
  /** How often its reply is lost, where that is not as often as others. */
  lostReply?: number;
  /** Whether it can be refused because others write the same items. */
  isContended?: boolean;
  /** What is thrown when nothing is known about it. */
  unavailable: (why: string) => Error;
}

const timeoutMsMax = 5_000;
const slowMsMax = 8_000;
const backoffMs = 200;

export function newProcess(world: World, name: string): Process {
  const { scheduler, dice, faults, trace } = world;
  const skewMs = Math.floor(dice.between(-faults.skewMs, faults.skewMs));
  const mourners: (() => void)[] = [];
  let isDead = false;
  let sentCount = 0;

  function die(why: string): void {
    if (isDead) return;
    isDead = true;
    world.counts.deaths++;
    trace.note(name, `dies ${why}`);
    for (const tell of mourners) tell();
  }

  /** Goes on with the code of this process, if there still is one. */
  function resume(delayMs: number, label: string, go: () => void): void {
    scheduler.after(delayMs, () => {
      if (isDead) return;
      if (dice.chance(faults.death) && world.isMortal(name)) die(`after ${label}`);
      else go();
    });
  }

  const latencyMs = (): number => (dice.chance(faults.slow) ? dice.between(500, slowMsMax) : dice.between(1, 30));

  function send<T>(request: EngineRequest<T>): Promise<T> {
    const { label, effect, resendMax, isContended, unavailable, lostReply = faults.lostReply } = request;
    sentCount++;
    return new Promise((resolve, reject) => {
      let tries = 0;
      const arrive = (): void => {
        // Of what a process sent before it died, some is on the way and some never left.
        if (isDead && dice.chance(0.5)) return;
        if (dice.chance(faults.lostRequest)) return again('lost request', dice.between(200, timeoutMsMax));
        if (dice.chance(faults.throttle)) return again('throttled', backoffMs * tries);
        if (isContended && dice.chance(faults.conflict)) return again('conflict', backoffMs * tries);
        let outcome: () => void;
        try {
          const result = effect();
          trace.note(name, `${label} → ${shown(result)}`);
          outcome = () => resolve(result);
        } catch (error) {
          trace.note(name, `${label} → ${(error as Error).name}`);
          outcome = () => reject(error);
        }
        if (dice.chance(lostReply)) return again('lost reply', dice.between(200, timeoutMsMax));
        resume(latencyMs(), label, outcome);
      };
      const again = (why: string, delayMs: number): void => {
        world.counts.faults++;
        trace.note(name, `${label}: ${why}`);
        resume(delayMs, label, () => (tries > resendMax ? reject(unavailable(why)) : attempt()));
      };
      const attempt = (): void => {
        tries++;
        scheduler.after(latencyMs(), arrive);
      };
      if (dice.chance(faults.death) && world.isMortal(name)) {
        if (dice.chance(0.5)) attempt();
        die(`at ${label}`);
      } else attempt();
    });
  }

  return {
    name,
    get isDead() {
      return isDead;
    },
    get sentCount() {
      return sentCount;
    },
    nowMs: () => Math.floor(scheduler.nowMs) + skewMs,
    die,
    onDeath: (tell) => void mourners.push(tell),
    sleep: (ms) => new Promise((resolve) => resume(ms, 'a pause', resolve)),
    send,
  };
}

function shown(result: unknown): string {
  if (result === undefined) return 'done';
  if (typeof result === 'object' && result !== null && 'ok' in result) return result.ok ? 'ok' : 'refused';
  if (typeof result === 'object' && result !== null && 'items' in result)
    return `${(result.items as unknown[]).length} items`;
  return typeof result === 'string' ? result : 'found';
}
