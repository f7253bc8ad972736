import { CLASSES, PIXELS, type Digits, type LabelledImages } from './digits.ts';
import { normal, seededRandom, shuffle, type Random } from './seeded-random.ts';

// A multilayer perceptron with softmax cross-entropy, one sample at a time: the demo's nets are so small that
// weights and gradient stay in the cache, and plain loops beat anything that first gathers a batch.

export type MlpParams = {
  readonly optimizer: 'sgd' | 'adam';
  readonly learningRate: number;
  /** Read only when the optimizer is sgd; absent means 0. */
  readonly momentum?: number | undefined;
  readonly batchSize: number;
  readonly hidden: number;
  readonly layers: number;
  readonly activation: Activation;
  readonly weightDecay: number;
  readonly dropout: number;
};

export type Activation = 'relu' | 'tanh';

/** error: the fraction of wrong answers; loss: mean cross-entropy in nats. Both NaN when the training diverged. */
export type Score = { readonly loss: number; readonly error: number };

export type Epoch = { readonly epoch: number; readonly validationLoss: number; readonly validationError: number };

/** weights: for each layer W outputs×inputs row-major, then b outputs, all in one array. */
export type Network = {
  readonly activation: Activation;
  readonly layers: readonly Layer[];
  readonly weights: Float64Array;
};

type Layer = {
  readonly inputs: number;
  readonly outputs: number;
  readonly weightsAt: number;
  readonly biasesAt: number;
  /** This layer's outputs for the sample in hand, after activation and dropout (the last layer: logits). */
  readonly values: Float64Array;
  /** The loss by this layer's sums, then by its inputs' values: backward fills it from the layer above. */
  readonly deltas: Float64Array;
  /** 0 or 1 / (1 - dropout) for each output. */
  readonly mask: Float64Array;
};

const STARTS = 3;
const ADAM_MEAN_DECAY = 0.9;
const ADAM_SQUARE_DECAY = 0.999;
const ADAM_EPSILON = 1e-8;

/**
 * Trains on `data.train` and scores on `data.validation` after each epoch, counted from 1. Each score is the mean of
 * STARTS networks that differ only in their random numbers: one alone says as much about its luck as about the params.
 * Same arguments, same numbers. A training that diverges yields one last epoch with NaN and ends; it never throws.
 */
export function* trainEpochs(params: MlpParams, data: Digits, seed: number, epochs: number): Generator<Epoch, void> {
  const trainings = startTrainings(params, data.train, seed);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    for (const training of trainings) training.runEpoch();
    const { loss, error } = meanScore(trainings, data.validation);
    yield { epoch, validationLoss: loss, validationError: error };
    if (Number.isNaN(loss)) return;
  }
}

/** Trains like `trainEpochs` with the same arguments, then scores on `data.test`. */
export function testScore(params: MlpParams, data: Digits, seed: number, epochs: number): Score {
  const trainings = startTrainings(params, data.train, seed);
  for (let epoch = 1; epoch <= epochs; epoch++) for (const training of trainings) training.runEpoch();
  return meanScore(trainings, data.test);
}

/** Random weights of variance 2/inputs for relu (He et al. 2015, eq. 10) and 1/inputs for tanh; biases 0. */
export function createNetwork(widths: readonly number[], activation: Activation, random: Random): Network {
  const layers: Layer[] = [];
  let size = 0;
  for (let index = 1; index < widths.length; index++) {
    const inputs = widths[index - 1];
    const outputs = widths[index];
    const [values, deltas, mask] = [0, 1, 2].map(() => new Float64Array(outputs)) as [Vector, Vector, Vector];
    layers.push({ inputs, outputs, weightsAt: size, biasesAt: size + inputs * outputs, values, deltas, mask });
    size += (inputs + 1) * outputs;
  }
  const weights = new Float64Array(size);
  for (const { inputs, weightsAt, biasesAt } of layers) {
    const deviation = Math.sqrt((activation === 'relu' ? 2 : 1) / inputs);
    for (let at = weightsAt; at < biasesAt; at++) weights[at] = deviation * normal(random);
  }
  return { activation, layers, weights };
}

type Vector = Float64Array;

/**
 * Mean cross-entropy of the rows plus weightDecay / 2 times the sum of squared weights (biases are free).
 * @param rows indices into `images`. @param gradient overwritten: the gradient by `network.weights`.
 * @param random drawn from only when `dropout` > 0.
 */
export function lossAndGradient(
  network: Network,
  images: LabelledImages,
  rows: Uint32Array,
  weightDecay: number,
  dropout: number,
  random: Random,
  gradient: Float64Array,
): number {
  gradient.fill(0);
  const inputs = network.layers[0].inputs;
  let loss = 0;
  for (const row of rows) {
    const x = images.x.subarray(row * inputs, (row + 1) * inputs);
    if (dropout > 0) drawMasks(network, dropout, random);
    const logits = forward(network, x, dropout > 0);
    loss += softmaxLoss(logits, images.y[row], network.layers.at(-1)!.deltas);
    backward(network, x, dropout > 0, gradient);
  }
  for (let at = 0; at < gradient.length; at++) gradient[at] /= rows.length;
  return loss / rows.length + addWeightDecay(network, weightDecay, gradient);
}

/** The score without dropout. NaN when any logit is not finite. */
export function evaluate(network: Network, images: LabelledImages): Score {
  const inputs = network.layers[0].inputs;
  const unused = network.layers.at(-1)!.deltas;
  let loss = 0;
  let wrong = 0;
  for (const [row, label] of images.y.entries()) {
    const logits = forward(network, images.x.subarray(row * inputs, (row + 1) * inputs), false);
    loss += softmaxLoss(logits, label, unused);
    if (logits.indexOf(Math.max(...logits)) !== label) wrong++;
  }
  if (!Number.isFinite(loss)) return { loss: Number.NaN, error: Number.NaN };
  return { loss: loss / images.y.length, error: wrong / images.y.length };
}

type Training = { readonly network: Network; readonly runEpoch: () => void };

function startTrainings(params: MlpParams, images: LabelledImages, seed: number): Training[] {
  return Array.from({ length: STARTS }, (_, start) => startTraining(params, images, seed * STARTS + start));
}

function startTraining(params: MlpParams, images: LabelledImages, seed: number): Training {
  const random = seededRandom(seed);
  const widths = [PIXELS, ...Array.from({ length: params.layers }, () => params.hidden), CLASSES];
  const network = createNetwork(widths, params.activation, random);
  const gradient = new Float64Array(network.weights.length);
  const step = params.optimizer === 'adam' ? adamStep(params, gradient) : sgdStep(params, gradient);
  const order = Uint32Array.from(images.y, (_, row) => row);
  const runEpoch = () => {
    shuffle(order, random);
    for (let from = 0; from < order.length; from += params.batchSize) {
      const rows = order.subarray(from, from + params.batchSize);
      lossAndGradient(network, images, rows, params.weightDecay, params.dropout, random, gradient);
      step(network.weights);
    }
  };
  return { network, runEpoch };
}

function meanScore(trainings: readonly Training[], images: LabelledImages): Score {
  const scores = trainings.map(({ network }) => evaluate(network, images));
  const mean = (pick: (score: Score) => number) => scores.reduce((sum, score) => sum + pick(score), 0) / scores.length;
  return { loss: mean((score) => score.loss), error: mean((score) => score.error) };
}

function sgdStep({ learningRate, momentum = 0 }: MlpParams, gradient: Float64Array): (weights: Float64Array) => void {
  const velocity = new Float64Array(gradient.length);
  return (weights) => {
    for (let at = 0; at < weights.length; at++) {
      velocity[at] = momentum * velocity[at] - learningRate * gradient[at];
      weights[at] += velocity[at];
    }
  };
}

/** Kingma and Ba 2015, algorithm 1. */
function adamStep({ learningRate }: MlpParams, gradient: Float64Array): (weights: Float64Array) => void {
  const mean = new Float64Array(gradient.length);
  const square = new Float64Array(gradient.length);
  let steps = 0;
  return (weights) => {
    steps++;
    const meanScale = 1 / (1 - ADAM_MEAN_DECAY ** steps);
    const squareScale = 1 / (1 - ADAM_SQUARE_DECAY ** steps);
    for (let at = 0; at < weights.length; at++) {
      const slope = gradient[at];
      mean[at] += (1 - ADAM_MEAN_DECAY) * (slope - mean[at]);
      square[at] += (1 - ADAM_SQUARE_DECAY) * (slope * slope - square[at]);
      weights[at] -= (learningRate * mean[at] * meanScale) / (Math.sqrt(square[at] * squareScale) + ADAM_EPSILON);
    }
  };
}

function drawMasks(network: Network, dropout: number, random: Random): void {
  for (const { mask } of network.layers.slice(0, -1)) {
    for (let o = 0; o < mask.length; o++) mask[o] = random() < dropout ? 0 : 1 / (1 - dropout);
  }
}

/** @param x one sample. Returns the logits, which live in the last layer. */
function forward(network: Network, x: Float64Array, isMasked: boolean): Float64Array {
  const last = network.layers.at(-1)!;
  let below = x;
  for (const layer of network.layers) {
    affine(network.weights, layer, below);
    if (layer !== last) activate(network.activation, layer.values);
    if (layer !== last && isMasked) multiply(layer.values, layer.mask);
    below = layer.values;
  }
  return below;
}

/** Four sums at a time, because one alone waits for its own last addition. */
function affine(weights: Float64Array, { inputs, outputs, weightsAt, biasesAt, values }: Layer, below: Vector): void {
  const whole = inputs - (inputs % 4);
  for (let o = 0; o < outputs; o++) {
    const rowAt = weightsAt + o * inputs;
    let [sum0, sum1, sum2, sum3] = [weights[biasesAt + o], 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      sum0 += weights[rowAt + i] * below[i];
      sum1 += weights[rowAt + i + 1] * below[i + 1];
      sum2 += weights[rowAt + i + 2] * below[i + 2];
      sum3 += weights[rowAt + i + 3] * below[i + 3];
    }
    for (let i = whole; i < inputs; i++) sum0 += weights[rowAt + i] * below[i];
    values[o] = sum0 + sum1 + (sum2 + sum3);
  }
}

/** Keeps NaN, so that a diverged net stays diverged. */
function activate(activation: Activation, values: Float64Array): void {
  if (activation === 'tanh') for (let o = 0; o < values.length; o++) values[o] = Math.tanh(values[o]);
  else for (let o = 0; o < values.length; o++) if (values[o] < 0) values[o] = 0;
}

function multiply(values: Float64Array, factors: Float64Array): void {
  for (let o = 0; o < values.length; o++) values[o] *= factors[o];
}

/** Cross-entropy of one sample. @param out the gradient by the logits: softmax minus the one-hot label. */
function softmaxLoss(logits: Float64Array, label: number, out: Float64Array): number {
  const top = Math.max(...logits);
  let sum = 0;
  for (let o = 0; o < logits.length; o++) sum += out[o] = Math.exp(logits[o] - top);
  for (let o = 0; o < logits.length; o++) out[o] /= sum;
  out[label] -= 1;
  return Math.log(sum) - (logits[label] - top);
}

/** Adds the sample's gradient. The last layer's deltas are set; the layers below get theirs here. */
function backward(network: Network, x: Float64Array, isMasked: boolean, gradient: Float64Array): void {
  for (let index = network.layers.length - 1; index > 0; index--) {
    const layer = network.layers[index];
    const below = network.layers[index - 1];
    addOuterProduct(gradient, layer, below.values);
    backThroughWeights(network.weights, layer, below.deltas);
    backThroughActivation(network.activation, below, isMasked);
  }
  addOuterProduct(gradient, network.layers[0], x);
}

function addOuterProduct(gradient: Float64Array, layer: Layer, below: Float64Array): void {
  const { inputs, outputs, weightsAt, biasesAt, deltas } = layer;
  for (let o = 0; o < outputs; o++) {
    const delta = deltas[o];
    if (delta === 0) continue;
    const rowAt = weightsAt + o * inputs;
    for (let i = 0; i < inputs; i++) gradient[rowAt + i] += delta * below[i];
    gradient[biasesAt + o] += delta;
  }
}

function backThroughWeights(weights: Float64Array, layer: Layer, out: Float64Array): void {
  const { inputs, outputs, weightsAt, deltas } = layer;
  out.fill(0);
  for (let o = 0; o < outputs; o++) {
    const delta = deltas[o];
    if (delta === 0) continue;
    const rowAt = weightsAt + o * inputs;
    for (let i = 0; i < inputs; i++) out[i] += weights[rowAt + i] * delta;
  }
}

/** A masked value v is mask · f(s), so f'(s) is read back from v / mask; where the mask is 0 the gradient is 0. */
function backThroughActivation(activation: Activation, { values, deltas, mask }: Layer, isMasked: boolean): void {
  for (let o = 0; o < values.length; o++) {
    const scale = isMasked ? mask[o] : 1;
    const value = scale === 0 ? 0 : values[o] / scale;
    const slope = activation === 'tanh' ? 1 - value * value : value > 0 ? 1 : 0;
    deltas[o] *= scale * slope;
  }
}

/** Adds the penalty's gradient and returns the penalty. */
function addWeightDecay({ layers, weights }: Network, weightDecay: number, gradient: Float64Array): number {
  let squares = 0;
  for (const { weightsAt, biasesAt } of layers) {
    for (let at = weightsAt; at < biasesAt; at++) {
      squares += weights[at] * weights[at];
      gradient[at] += weightDecay * weights[at];
    }
  }
  return (weightDecay / 2) * squares;
}
