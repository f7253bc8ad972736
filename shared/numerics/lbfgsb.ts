/**
 * Smooth minimisation within bounds: limited-memory BFGS on the free variables, along a path bent by the bounds.
 * Basic arithmetic and √ only, so the same steps are taken on every machine.
 *
 * Two-metric projection: Bertsekas, "Projected Newton methods for optimization problems with simple constraints",
 * SIAM J. Control Optim. 20 (1982): a variable at a bound (or ε-near, eq. 32) whose gradient pushes it out
 * is moved by the gradient alone; the others by a quasi-Newton direction; the search is along P(x + α p).
 * Two-loop recursion: Nocedal, "Updating quasi-Newton matrices with limited storage", Math. Comp. 35 (1980); Nocedal
 * & Wright, "Numerical Optimization" (2006), algorithm 7.4.
 *
 * n variables, m pairs s = x⁺ - x, y = g⁺ - g; p the direction, α the step, g the gradient.
 */

/**
 * Fills `gradient` (n) and returns the value. Neither array may be kept. Infinity or NaN, in either, mean "not here".
 */
export type Objective = (x: Float64Array, gradient: Float64Array) => number;

export interface BoundedOptions {
  /** Stops where no component of x - P(x - g) exceeds it. Default 1e-5, as SciPy's. */
  gradientTolerance?: number;
  /** Stops after a step that lowers the value by at most this part of max(|f|, |f⁺|, 1). Default 2.2e-9, as SciPy's. */
  decreaseTolerance?: number;
  /** Default 1000. */
  iterationCountMax?: number;
  /** Default 2000. The start is always evaluated. */
  evaluationCountMax?: number;
  /** Asked before every iteration: whether to stop with what has been found. */
  isOverdue?: () => boolean;
}

export interface BoundedMinimum {
  /** n, within the bounds. */
  x: Float64Array;
  value: number;
  evaluations: number;
  iterations: number;
  /**
   * `stuck`: no step along the gradient lowers the value, as at a kink or where it is rounded. `start`: the value or
   * the gradient at the start is not finite.
   */
  reason: 'gradient' | 'decrease' | 'stuck' | 'iterations' | 'evaluations' | 'overdue' | 'start';
}

const pairCountMax = 8;
/** Probes of one line search. */
const probeCountMax = 20;
/** Armijo: the part of the decrease foretold by the slope that a step must bring. */
const armijoPart = 1e-4;
/** Wolfe: a step is too short while the slope there is still steeper than this part of the first. */
const curvaturePart = 0.9;
/** A pair with a smaller cosine between s and y tells the curvature from rounding. */
const cosineMin = 1e-10;

/**
 * The least value found from `start`, moved into the bounds.
 * Never throws by itself. A point whose value or gradient is not finite counts as too far; at the start it ends the
 * search with value Infinity. The result is the best finite point seen, so never worse than the start.
 * O(n m) per iteration besides the evaluations; arrays are allocated once.
 * @param start n. @param lower, upper n, lower ≤ upper; equal fixes the variable, infinite is no bound.
 */
export function minimizeBounded(
  objective: Objective,
  start: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  options: BoundedOptions = {},
): BoundedMinimum {
  const { gradientTolerance = 1e-5, decreaseTolerance = 2.2e-9 } = options;
  const { iterationCountMax = 1000, evaluationCountMax = 2000 } = options;
  const search = createSearch(objective, start, lower, upper, evaluationCountMax);
  const end = (reason: BoundedMinimum['reason'], iterations: number): BoundedMinimum => ({
    x: search.best,
    value: search.bestValue,
    evaluations: search.evaluations,
    iterations,
    reason,
  });

  evaluate(search, search.trial);
  if (!(search.trial.value < Infinity)) return end('start', 0);
  accept(search, search.trial);

  for (let iterations = 0; ; iterations++) {
    const norm = projectedGradientNorm(search);
    if (norm <= gradientTolerance) return end('gradient', iterations);
    if (iterations >= iterationCountMax) return end('iterations', iterations);
    if (options.isOverdue?.()) return end('overdue', iterations);
    const before = search.current.value;
    markFree(search, norm);
    if (!iterate(search)) return end(search.evaluations >= evaluationCountMax ? 'evaluations' : 'stuck', iterations);
    const after = search.current.value;
    const scale = Math.max(Math.abs(before), Math.abs(after), 1);
    if (before - after <= decreaseTolerance * scale) return end('decrease', iterations + 1);
  }
}

/** A point with what the objective said there; value Infinity when it said nothing usable. */
interface Probe {
  x: Float64Array;
  gradient: Float64Array;
  value: number;
}

/** One end of the steps that a line search has between. */
interface End {
  step: number;
  value: number;
  slope: number;
}

interface Search {
  objective: Objective;
  n: number;
  lower: Float64Array;
  upper: Float64Array;
  evaluations: number;
  evaluationCountMax: number;
  current: Probe;
  trial: Probe;
  /** The best acceptable step of a line search that tries a longer one. */
  held: Probe;
  low: End;
  high: End;
  best: Float64Array;
  bestValue: number;
  /** 1 where the quasi-Newton direction may move the variable. */
  isFree: Uint8Array;
  direction: Float64Array;
  /** m×n rings of s and y; pair k of `pairCount` is in row (firstPair + k) mod m. */
  s: Float64Array;
  y: Float64Array;
  firstPair: number;
  pairCount: number;
  /** m: sᵀy over the free variables, 0 for a pair left out, and the α of the two loops. */
  curvature: Float64Array;
  weight: Float64Array;
}

function createSearch(
  objective: Objective,
  start: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  evaluationCountMax: number,
): Search {
  const n = start.length;
  const probe = (): Probe => ({ x: new Float64Array(n), gradient: new Float64Array(n), value: Infinity });
  const trial = probe();
  for (let i = 0; i < n; i++) trial.x[i] = clamp(start[i], lower[i], upper[i]);
  return {
    objective,
    n,
    lower,
    upper,
    evaluations: 0,
    evaluationCountMax,
    current: probe(),
    trial,
    held: probe(),
    low: { step: 0, value: 0, slope: 0 },
    high: { step: 0, value: 0, slope: 0 },
    best: trial.x.slice(),
    bestValue: Infinity,
    isFree: new Uint8Array(n),
    direction: new Float64Array(n),
    s: new Float64Array(pairCountMax * n),
    y: new Float64Array(pairCountMax * n),
    firstPair: 0,
    pairCount: 0,
    curvature: new Float64Array(pairCountMax),
    weight: new Float64Array(pairCountMax),
  };
}

function evaluate(search: Search, probe: Probe): void {
  search.evaluations++;
  const value = search.objective(probe.x, probe.gradient);
  // Sums are not finite when a part is not (or when they overflow, which is as far away).
  let sum = value;
  for (let i = 0; i < search.n; i++) sum += Math.abs(probe.gradient[i]);
  probe.value = Number.isFinite(value) && sum < Infinity ? value : Infinity;
  if (probe.value < search.bestValue) {
    search.bestValue = probe.value;
    search.best.set(probe.x);
  }
}

/** Makes a probe the current point. The old one becomes scratch. */
function accept(search: Search, probe: Probe): void {
  if (probe === search.held) search.held = search.current;
  else search.trial = search.current;
  search.current = probe;
}

/** Largest component of x - P(x - g). */
function projectedGradientNorm({ current: { x, gradient }, lower, upper, n }: Search): number {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(x[i] - clamp(x[i] - gradient[i], lower[i], upper[i])));
  return norm;
}

/** How near to a bound a variable is held by it, as a part of the distance between the bounds or of 1. */
const nearPart = 1e-5;

/**
 * Free are the variables whose gradient does not push them over a bound they are at or near. Near shrinks with the
 * projected gradient, so that minima close to a bound are found.
 */
function markFree({ current: { x, gradient }, lower, upper, n, isFree }: Search, norm: number): void {
  for (let i = 0; i < n; i++) {
    const near = Math.min(norm, nearPart * Math.min(1, upper[i] - lower[i]));
    const gap = gradient[i] > 0 ? x[i] - lower[i] : upper[i] - x[i];
    isFree[i] = lower[i] < upper[i] && (gradient[i] === 0 || gap > near) ? 1 : 0;
  }
}

/** One iteration: along the quasi-Newton direction, else along the gradient. False when neither finds a lower value. */
function iterate(search: Search): boolean {
  const hadPairs = search.pairCount > 0;
  return attempt(search) || (hadPairs && attempt(forget(search)));
}

function forget(search: Search): Search {
  search.pairCount = 0;
  return search;
}

function attempt(search: Search): boolean {
  const scale = search.pairCount > 0 ? quasiNewton(search) : steepest(search);
  const slope = pathSlope(search, search.current);
  const found = slope < 0 ? searchPath(search, slope, scale) : undefined;
  if (found === undefined) return false;
  remember(search, found);
  accept(search, found);
  return true;
}

/**
 * p = -g where free.
 * @returns the first step to try: of length 1 at most, because the gradient alone tells no distance.
 */
function steepest(search: Search): number {
  const {
    current: { gradient },
    direction,
    isFree,
    n,
  } = search;
  let square = 0;
  for (let i = 0; i < n; i++) {
    direction[i] = isFree[i] ? -gradient[i] : 0;
    square += direction[i] * direction[i];
  }
  sendHome(search);
  return square > 1 ? 1 / Math.sqrt(square) : 1;
}

/** p = -H g where free, by the two loops over the pairs as far as they are free. @returns the first step to try. */
function quasiNewton(search: Search): number {
  const {
    current: { gradient },
    direction,
    isFree,
    n,
    s,
    y,
    curvature,
    weight,
    pairCount,
  } = search;
  for (let i = 0; i < n; i++) direction[i] = isFree[i] ? -gradient[i] : 0;

  let inverseCurvature = 0;
  for (let k = pairCount - 1; k >= 0; k--) {
    const row = rowOf(search, k);
    let sy = 0;
    let ss = 0;
    let yy = 0;
    let sp = 0;
    for (let i = 0; i < n; i++) {
      if (!isFree[i]) continue;
      const si = s[row + i];
      const yi = y[row + i];
      sy += si * yi;
      ss += si * si;
      yy += yi * yi;
      sp += si * direction[i];
    }
    curvature[k] = sy > cosineMin * Math.sqrt(ss * yy) ? sy : 0;
    if (curvature[k] === 0) continue;
    if (inverseCurvature === 0) inverseCurvature = sy / yy;
    weight[k] = sp / sy;
    for (let i = 0; i < n; i++) if (isFree[i]) direction[i] -= weight[k] * y[row + i];
  }
  if (inverseCurvature === 0) return steepest(search);

  for (let i = 0; i < n; i++) direction[i] *= inverseCurvature;
  for (let k = 0; k < pairCount; k++) {
    if (curvature[k] === 0) continue;
    const row = rowOf(search, k);
    let yp = 0;
    for (let i = 0; i < n; i++) if (isFree[i]) yp += y[row + i] * direction[i];
    const part = weight[k] - yp / curvature[k];
    for (let i = 0; i < n; i++) if (isFree[i]) direction[i] += part * s[row + i];
  }
  sendHome(search);
  return 1;
}

function rowOf({ firstPair, n }: Search, k: number): number {
  return ((firstPair + k) % pairCountMax) * n;
}

/** Variables held by a near bound go to it with step 1. Free ones at a bound are not sent over it. */
function sendHome({ current: { x, gradient }, direction, isFree, lower, upper, n }: Search): void {
  for (let i = 0; i < n; i++) {
    if (!isFree[i]) direction[i] = lower[i] === upper[i] ? 0 : (gradient[i] > 0 ? lower[i] : upper[i]) - x[i];
    else if (direction[i] < 0 ? x[i] <= lower[i] : x[i] >= upper[i]) direction[i] = 0;
  }
}

/** The derivative by α of f along the path at a probe: gᵀp over the variables that a bound does not stop. */
function pathSlope({ direction, lower, upper, n }: Search, { x, gradient }: Probe): number {
  let slope = 0;
  for (let i = 0; i < n; i++) {
    const isStopped = direction[i] < 0 ? x[i] <= lower[i] : x[i] >= upper[i];
    if (!isStopped) slope += gradient[i] * direction[i];
  }
  return slope;
}

/**
 * A step along P(x + α p) that satisfies Armijo's condition, and Wolfe's where that takes few more probes.
 * @returns undefined when there is none within the probes or evaluations left.
 */
function searchPath(search: Search, firstSlope: number, firstStep: number): Probe | undefined {
  const { current, low, high } = search;
  setEnd(low, 0, current.value, firstSlope);
  setEnd(high, Infinity, Infinity, 0);
  let held: Probe | undefined;
  let alpha = firstStep;
  for (let probeCount = 0; probeCount < probeCountMax && search.evaluations < search.evaluationCountMax; probeCount++) {
    const trial = search.trial;
    const foretold = moveAlong(search, alpha, trial);
    if (foretold === undefined) break;
    evaluate(search, trial);
    const slope = trial.value < Infinity ? pathSlope(search, trial) : 0;
    if (!(trial.value <= current.value + armijoPart * Math.min(foretold, 0)) || trial.value >= low.value) {
      setEnd(high, alpha, trial.value, slope);
      alpha = between(low, high);
    } else if (slope >= curvaturePart * firstSlope) {
      return trial;
    } else {
      const next = high.step < Infinity ? undefined : beyond(low, alpha, trial.value, slope);
      setEnd(low, alpha, trial.value, slope);
      search.trial = search.held;
      search.held = trial;
      held = trial;
      alpha = next ?? between(low, high);
    }
  }
  return held;
}

function setEnd(end: End, step: number, value: number, slope: number): void {
  end.step = step;
  end.value = value;
  end.slope = slope;
}

/** Writes P(x + α p). @returns gᵀ(P(x + α p) - x), or undefined where that is x itself. */
function moveAlong({ current, direction, lower, upper, n }: Search, alpha: number, out: Probe): number | undefined {
  let foretold = 0;
  let hasMoved = false;
  for (let i = 0; i < n; i++) {
    const moved = direction[i] === 0 ? current.x[i] : clamp(current.x[i] + alpha * direction[i], lower[i], upper[i]);
    out.x[i] = moved;
    foretold += current.gradient[i] * (moved - current.x[i]);
    hasMoved ||= moved !== current.x[i];
  }
  return hasMoved ? foretold : undefined;
}

/**
 * A step between two ends: the minimum of the cubic through them, kept off both. Where the upper end said nothing
 * usable, a tenth of the way.
 */
function between(low: End, high: End): number {
  const width = high.step - low.step;
  const part = high.value < Infinity ? cubicMinimum(low.value, low.slope * width, high.value, high.slope * width) : 0.1;
  return low.step + width * (part >= 0.1 ? Math.min(part, 0.9) : part < 0.1 ? 0.1 : 0.5);
}

/** A longer step: the minimum of the cubic through two steps that were too short, 2 to 10 times the last. */
function beyond(low: End, step: number, value: number, slope: number): number {
  const width = step - low.step;
  const part = cubicMinimum(low.value, low.slope * width, value, slope * width);
  const next = low.step + width * part;
  return next > 2 * step ? Math.min(next, 10 * step) : next > step ? 2 * step : 10 * step;
}

/**
 * Where on the scale 0 to 1 of two points the cubic with these values and slopes is least (Nocedal & Wright, eq. 3.59);
 * NaN when it has no minimum.
 */
function cubicMinimum(value0: number, slope0: number, value1: number, slope1: number): number {
  const d1 = slope0 + slope1 - 3 * (value1 - value0);
  const d2 = Math.sqrt(d1 * d1 - slope0 * slope1);
  return 1 - (slope1 + d2 - d1) / (slope1 - slope0 + 2 * d2);
}

/** Keeps the pair of an accepted step, unless its curvature is not positive. The oldest makes room. */
function remember(search: Search, next: Probe): void {
  const { current, n, s, y } = search;
  const row = rowOf(search, search.pairCount);
  let sy = 0;
  for (let i = 0; i < n; i++) {
    sy += (next.x[i] - current.x[i]) * (next.gradient[i] - current.gradient[i]);
  }
  if (!(sy > 0)) return;
  for (let i = 0; i < n; i++) {
    s[row + i] = next.x[i] - current.x[i];
    y[row + i] = next.gradient[i] - current.gradient[i];
  }
  if (search.pairCount < pairCountMax) search.pairCount++;
  else search.firstPair = (search.firstPair + 1) % pairCountMax;
}

function clamp(x: number, lower: number, upper: number): number {
  return Math.max(lower, Math.min(upper, x));
}
