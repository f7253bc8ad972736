import type * as z from 'zod';
import type { SearchSpace } from './search-space.ts';

/** A ready-made search space: a start that a person can edit. */
export interface Preset {
  name: string;
  title: string;
  space: z.input<typeof SearchSpace>;
  constraints: string[];
  /** Where the ranges come from. */
  source: string;
}

const log = (low: number, high: number, preset: number) =>
  ({ type: 'float', low, high, scale: 'log', default: preset }) as const;
const linear = (low: number, high: number, preset: number) => ({ type: 'float', low, high, default: preset }) as const;
const whole = (low: number, high: number, preset: number) => ({ type: 'int', low, high, default: preset }) as const;
const wholeLog = (low: number, high: number, preset: number) =>
  ({ type: 'int', low, high, scale: 'log', default: preset }) as const;

/** By name; names stay, since people write them into scripts. */
export const presets: Preset[] = [
  {
    name: 'neural-net-adam',
    title: 'A neural network trained with Adam or AdamW',
    space: {
      learningRate: log(1e-5, 1e-1, 1e-3),
      beta1: { type: 'float', low: 0.5, high: 0.99, scale: 'reverseLog', default: 0.9 },
      beta2: { type: 'float', low: 0.9, high: 0.9999, scale: 'reverseLog', default: 0.999 },
      weightDecay: log(1e-7, 1e-1, 1e-2),
      batchSize: { type: 'ordinal', values: [16, 32, 64, 128, 256, 512], default: 64 },
      dropout: linear(0, 0.6, 0.1),
      warmupFraction: linear(0, 0.2, 0.05),
    },
    constraints: [],
    source:
      'Bengio 2012, arXiv 1206.5533, sections 3.1-3.3; Godbole et al. 2023, Deep Learning Tuning Playbook; Loshchilov & Hutter 2019, arXiv 1711.05101.',
  },
  {
    name: 'neural-net-sgd',
    title: 'A neural network trained with SGD and momentum',
    space: {
      learningRate: log(1e-4, 1, 1e-1),
      momentum: { type: 'float', low: 0.5, high: 0.999, scale: 'reverseLog', default: 0.9 },
      nesterov: { type: 'boolean', default: true },
      weightDecay: log(1e-7, 1e-2, 1e-4),
      batchSize: { type: 'ordinal', values: [16, 32, 64, 128, 256, 512], default: 128 },
      schedule: { type: 'categorical', choices: ['constant', 'step', 'cosine'], default: 'cosine' },
      decayEvery: { type: 'int', low: 1, high: 30, default: 10, when: { schedule: 'step' } },
    },
    constraints: [],
    source: 'Bengio 2012, arXiv 1206.5533, section 3.1; Godbole et al. 2023, Deep Learning Tuning Playbook.',
  },
  {
    name: 'lora',
    title: 'Fine-tuning a language model with LoRA',
    space: {
      learningRate: log(1e-5, 1e-3, 2e-4),
      rank: { type: 'ordinal', values: [4, 8, 16, 32, 64, 128], default: 16 },
      alphaRatio: { type: 'ordinal', values: [0.5, 1, 2, 4], default: 2 },
      dropout: linear(0, 0.2, 0.05),
      warmupFraction: linear(0, 0.1, 0.03),
      epochs: whole(1, 5, 3),
    },
    constraints: [],
    source: 'Hu et al. 2022, arXiv 2106.09685, appendix D; Dettmers et al. 2023, arXiv 2305.14314, appendix B.',
  },
  {
    name: 'gradient-boosting',
    title: 'Gradient-boosted trees (XGBoost, LightGBM)',
    space: {
      learningRate: log(1e-3, 0.5, 0.1),
      trees: wholeLog(50, 4000, 400),
      depth: whole(2, 12, 6),
      minChildWeight: log(0.1, 100, 1),
      subsample: linear(0.4, 1, 0.8),
      columnSample: linear(0.3, 1, 0.8),
      l1: log(1e-6, 10, 1e-3),
      l2: log(1e-6, 10, 1),
    },
    constraints: [],
    source:
      'Probst, Boulesteix & Bischl 2019, JMLR 20(53), table 1; Gorishniy et al. 2021, arXiv 2106.11959, appendix.',
  },
  {
    name: 'svm-rbf',
    title: 'A support vector machine with an RBF kernel',
    space: { C: log(1e-3, 1e4, 1), gamma: log(1e-6, 10, 1e-2) },
    constraints: [],
    source:
      'Hsu, Chang & Lin 2003, A Practical Guide to Support Vector Classification, section 3.2; Probst et al. 2019.',
  },
  {
    name: 'random-forest',
    title: 'A random forest',
    space: {
      trees: wholeLog(50, 2000, 500),
      featureFraction: linear(0.05, 1, 0.33),
      minLeaf: wholeLog(1, 100, 1),
      sampleFraction: linear(0.2, 1, 1),
      criterion: { type: 'categorical', choices: ['gini', 'entropy'], default: 'gini' },
    },
    constraints: [],
    source:
      'Probst, Wright & Boulesteix 2019, WIREs 9(3) e1301; Probst, Boulesteix & Bischl 2019, JMLR 20(53), table 1.',
  },
];
