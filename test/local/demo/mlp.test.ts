import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CLASSES, PIXELS, loadDigits, type LabelledImages } from '../../../local/demo/digits.ts';
import {
  createNetwork,
  evaluate,
  lossAndGradient,
  testScore,
  trainEpochs,
  type Activation,
  type MlpParams,
} from '../../../local/demo/mlp.ts';
import { normal, seededRandom } from '../../../local/demo/seeded-random.ts';

const demoFile = (name: string) => readFileSync(new URL(`../../../local/demo/${name}`, import.meta.url));
const digits = loadDigits();
const beginner: MlpParams = {
  optimizer: 'sgd',
  learningRate: 0.01,
  momentum: 0.9,
  batchSize: 32,
  hidden: 16,
  layers: 1,
  activation: 'relu',
  weightDecay: 1e-4,
  dropout: 0,
};

describe('the digits', () => {
  test('are the file that DATA.md documents', () => {
    const sha256 = createHash('sha256').update(demoFile('digits.csv.gz')).digest('hex');
    expect(demoFile('DATA.md').toString()).toContain(sha256);
  });

  test('are 1797 rows split 60/20/20, pixels in [0, 1], labels of ten classes', () => {
    const parts = [digits.train, digits.validation, digits.test];
    expect(parts.map(({ y }) => y.length)).toEqual([1078, 360, 359]);
    for (const { x, y } of parts) {
      expect(x.length).toBe(y.length * PIXELS);
      expect(Math.min(...x)).toBe(0);
      expect(Math.max(...x)).toBe(1);
      expect(new Set(y).size).toBe(CLASSES);
    }
  });

  test('keep every class count of the source', () => {
    const counts = Array.from({ length: CLASSES }, () => 0);
    for (const { y } of [digits.train, digits.validation, digits.test]) for (const label of y) counts[label] += 1;
    expect(counts).toEqual([178, 182, 177, 183, 181, 182, 181, 179, 174, 180]);
  });
});

describe('lossAndGradient', () => {
  const activations: Activation[] = ['relu', 'tanh'];
  const cases = activations.flatMap((activation) =>
    [1, 2, 3].flatMap((layers) => [0, 0.4].map((dropout) => ({ activation, layers, dropout }))),
  );

  test.each(cases)('agrees with finite differences: $activation, $layers layers, dropout $dropout', (setting) => {
    const images = randomImages(4, 5, 3);
    const rows = Uint32Array.of(3, 0, 2);
    const widths = [5, ...Array.from({ length: setting.layers }, () => 4), 3];
    const network = createNetwork(widths, setting.activation, seededRandom(11));
    for (let at = 0; at < network.weights.length; at++) network.weights[at] += 0.05;
    const size = network.weights.length;
    // The same seed for each call draws the same dropout masks.
    const lossAt = (gradient: Float64Array) =>
      lossAndGradient(network, images, rows, 0.3, setting.dropout, seededRandom(2), gradient);
    const analytic = new Float64Array(size);
    lossAt(analytic);

    const h = 1e-6;
    const numeric = network.weights.map((weight, at) => {
      network.weights[at] = weight + h;
      const above = lossAt(new Float64Array(size));
      network.weights[at] = weight - h;
      const below = lossAt(new Float64Array(size));
      network.weights[at] = weight;
      return (above - below) / (2 * h);
    });
    expect(Math.max(...analytic.map((slope, at) => Math.abs(slope - numeric[at])))).toBeLessThan(1e-8);
    expect(Math.max(...analytic.map(Math.abs))).toBeGreaterThan(0.1);
  });

  test('is the cross-entropy of guessing when all weights are zero', () => {
    const network = createNetwork([5, 4, 3], 'tanh', seededRandom(1));
    network.weights.fill(0);
    const score = evaluate(network, randomImages(6, 5, 3));
    expect(score.loss).toBeCloseTo(Math.log(3), 14);
  });
});

describe('trainEpochs', () => {
  test('yields one row an epoch and learns', () => {
    const epochs = [...trainEpochs(beginner, digits, 1, 8)];
    expect(epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(epochs[0].validationLoss).toBeLessThan(2.5);
    expect(epochs[7].validationLoss).toBeLessThan(0.5 * epochs[0].validationLoss);
    expect(epochs[7].validationError).toBeLessThan(0.2);
  });

  test('gives identical numbers for one seed and others for another', () => {
    const params: MlpParams = { ...beginner, dropout: 0.2, layers: 2 };
    const first = [...trainEpochs(params, digits, 7, 2)];
    expect([...trainEpochs(params, digits, 7, 2)]).toEqual(first);
    expect([...trainEpochs(params, digits, 8, 2)]).not.toEqual(first);
  });

  test('reads momentum with sgd only', () => {
    const adam: MlpParams = { ...beginner, optimizer: 'adam', momentum: undefined };
    expect([...trainEpochs({ ...adam, momentum: 0.9 }, digits, 1, 1)]).toEqual([...trainEpochs(adam, digits, 1, 1)]);
    const sgd: MlpParams = { ...beginner, momentum: 0 };
    expect([...trainEpochs(sgd, digits, 1, 1)]).not.toEqual([...trainEpochs(beginner, digits, 1, 1)]);
  });

  test.each(['sgd', 'adam'] as const)('ends with NaN, not an exception, when %s diverges', (optimizer) => {
    const params: MlpParams = { ...beginner, optimizer, learningRate: 1e300 };
    expect([...trainEpochs(params, digits, 1, 5)]).toEqual([
      { epoch: 1, validationLoss: Number.NaN, validationError: Number.NaN },
    ]);
    expect(testScore(params, digits, 1, 2)).toEqual({ loss: Number.NaN, error: Number.NaN });
  });

  test('leaves a test score close to the validation score', () => {
    const last = [...trainEpochs(beginner, digits, 1, 8)].at(-1)!;
    expect(Math.abs(testScore(beginner, digits, 1, 8).error - last.validationError)).toBeLessThan(0.06);
  });
});

function randomImages(count: number, inputs: number, classes: number): LabelledImages {
  const random = seededRandom(5);
  return {
    x: Float64Array.from({ length: count * inputs }, () => normal(random)),
    y: Uint8Array.from({ length: count }, (_, row) => row % classes),
  };
}
