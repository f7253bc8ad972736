import type { ProblemCode } from '../../shared/api/problem.ts';
import type { WireRequest } from './exchange.ts';

/**
 * Requests that nobody should send, over all routes. They are written for a server that has the study `s` of
 * `studyForCorpus` with trial 0 running as attempt 1; each is refused, so none changes what the others meet.
 */
export interface Hostile extends WireRequest {
  title: string;
  /** The refusals that are right. */
  codes: readonly ProblemCode[];
}

/** A study with every kind of parameter. */
export const studyForCorpus = {
  name: 's',
  space: {
    x: { type: 'float', low: 0.25, high: 1, scale: 'log', step: 0.25, default: 0.5, when: { c: ['a'] } },
    n: { type: 'int', low: 1, high: 9, scale: 'linear', step: 2, default: 3 },
    o: { type: 'ordinal', values: [1, 2, 4], default: 2 },
    c: { type: 'categorical', choices: ['a', 'b', true, 3], default: 'a' },
    b: { type: 'boolean', default: true },
  },
  constraints: ['n + o <= 100'],
  objectives: [{ metric: 'loss', direction: 'minimize', target: 0 }],
  sampler: { kind: 'random' },
  pruner: { kind: 'none' },
  budget: { trials: 1000, parallel: 100, deadline: '2099-01-01T00:00:00Z' },
  lease: { seconds: 3600, attempts: 3 },
  allowDuplicates: true,
  seed: 7,
  labels: { team: 'vision' },
} as const;

type Path = readonly (string | number)[];
type Kind = 'text' | 'number' | 'integer' | 'object' | 'list' | 'boolean' | 'time' | 'word' | 'told';

/** Texts of JSON that a field of this kind must not have. */
const wrongTexts: Record<Kind, readonly string[]> = {
  text: ['null', 'true', '12', '[]', '{}'],
  number: ['null', 'true', '"12"', '[]', '{}', '1e999', '-1e999', 'NaN', '"NaN"', '1.5e300'],
  integer: ['null', 'true', '"12"', '[1]', '{}', '1.5', '9007199254740993', '1e999', 'Infinity'],
  object: ['null', 'true', '12', '"{}"', '[]'],
  list: ['null', 'true', '12', '"[]"', '{}'],
  boolean: ['null', '0', '"true"', '[]'],
  time: ['null', '12', '"tomorrow"', '"2026-12-01"', '"2026-02-30T00:00:00Z"', '"2026-12-01T00:00:00"'],
  word: ['null', '12', '"no-such"', '{}', '""'],
  told: ['null', 'true', '"12"', '[]', '{}', '1.5e300', '"nan"', '""'],
};

/** One body that is right, with the kind of each of its fields. */
interface Bodied {
  operation: string;
  method: string;
  path: string;
  body: object;
  fields: readonly (readonly [Path, Kind])[];
  /** A misspelt field, where it stands, and the known name that it is nearest to. */
  misspelt: readonly (readonly [Path, string, string])[];
}

export const bodied: readonly Bodied[] = [
  {
    operation: 'createStudy',
    method: 'POST',
    path: '/v1/studies',
    body: { ...studyForCorpus, name: 'never' },
    fields: [
      [['name'], 'text'],
      [['space'], 'object'],
      [['space', 'x'], 'object'],
      [['space', 'x', 'type'], 'word'],
      [['space', 'x', 'low'], 'number'],
      [['space', 'x', 'high'], 'number'],
      [['space', 'x', 'scale'], 'word'],
      [['space', 'x', 'step'], 'number'],
      [['space', 'x', 'default'], 'number'],
      [['space', 'x', 'when'], 'object'],
      [['space', 'n', 'low'], 'integer'],
      [['space', 'n', 'high'], 'integer'],
      [['space', 'n', 'step'], 'integer'],
      [['space', 'o', 'values'], 'list'],
      [['space', 'c', 'choices'], 'list'],
      [['space', 'b', 'default'], 'boolean'],
      [['constraints'], 'list'],
      [['constraints', 0], 'text'],
      [['objectives'], 'list'],
      [['objectives', 0], 'object'],
      [['objectives', 0, 'metric'], 'text'],
      [['objectives', 0, 'direction'], 'word'],
      [['objectives', 0, 'target'], 'number'],
      [['sampler'], 'object'],
      [['sampler', 'kind'], 'word'],
      [['pruner'], 'object'],
      [['pruner', 'kind'], 'word'],
      [['budget'], 'object'],
      [['budget', 'trials'], 'integer'],
      [['budget', 'parallel'], 'integer'],
      [['budget', 'deadline'], 'time'],
      [['lease'], 'object'],
      [['lease', 'seconds'], 'integer'],
      [['lease', 'attempts'], 'integer'],
      [['allowDuplicates'], 'boolean'],
      [['seed'], 'integer'],
      [['labels'], 'object'],
      [['labels', 'team'], 'text'],
    ],
    misspelt: [
      [[], 'objectivs', 'objectives'],
      [['space', 'x'], 'lo', 'low'],
      [['space', 'o'], 'valeus', 'values'],
      [['objectives', 0], 'directon', 'direction'],
      [['budget'], 'trails', 'trials'],
      [['lease'], 'second', 'seconds'],
      [['sampler'], 'kinds', 'kind'],
    ],
  },
  {
    operation: 'updateStudy',
    method: 'PATCH',
    path: '/v1/studies/s',
    body: {
      state: 'active',
      budget: { trials: 1000, parallel: 100, deadline: '2099-01-01T00:00:00Z' },
      space: studyForCorpus.space,
      constraints: studyForCorpus.constraints,
    },
    fields: [
      [['state'], 'word'],
      [['budget'], 'object'],
      [['budget', 'trials'], 'integer'],
      [['space'], 'object'],
      [['space', 'x', 'low'], 'number'],
      [['constraints'], 'list'],
    ],
    misspelt: [
      [[], 'stat', 'state'],
      [['budget'], 'paralel', 'parallel'],
    ],
  },
  {
    operation: 'ask',
    method: 'POST',
    path: '/v1/studies/s/ask',
    body: { count: 1, worker: 'w', fixed: { n: 3 }, leaseSeconds: 60 },
    fields: [
      [['count'], 'integer'],
      [['worker'], 'text'],
      [['fixed'], 'object'],
      [['fixed', 'n'], 'number'],
      [['leaseSeconds'], 'integer'],
    ],
    misspelt: [[[], 'leaseSecond', 'leaseSeconds']],
  },
  {
    operation: 'enqueue',
    method: 'POST',
    path: '/v1/studies/s/trials',
    body: { trials: [{ params: { n: 3 }, values: { loss: 1 }, state: 'complete', message: '' }] },
    fields: [
      [['trials'], 'list'],
      [['trials', 0], 'object'],
      [['trials', 0, 'params'], 'object'],
      [['trials', 0, 'values'], 'object'],
      [['trials', 0, 'values', 'loss'], 'told'],
      [['trials', 0, 'state'], 'word'],
      [['trials', 0, 'message'], 'text'],
    ],
    misspelt: [
      [[], 'trial', 'trials'],
      [['trials', 0], 'parms', 'params'],
    ],
  },
  {
    operation: 'tell',
    method: 'POST',
    path: '/v1/studies/s/trials/0/tell',
    body: { attempt: 1, values: { loss: 1 }, state: 'complete', message: '' },
    fields: [
      [['attempt'], 'integer'],
      [['values'], 'object'],
      [['values', 'loss'], 'told'],
      [['state'], 'word'],
      [['message'], 'text'],
    ],
    misspelt: [[[], 'value', 'values']],
  },
  {
    operation: 'report',
    method: 'POST',
    path: '/v1/studies/s/trials/0/report',
    body: { attempt: 1, step: 1, values: { loss: 1 } },
    fields: [
      [['attempt'], 'integer'],
      [['step'], 'integer'],
      [['values'], 'object'],
      [['values', 'loss'], 'told'],
    ],
    misspelt: [[[], 'stp', 'step']],
  },
  {
    operation: 'report',
    method: 'POST',
    path: '/v1/studies/s/trials/0/report',
    body: { attempt: 1, reports: [{ step: 1, values: { loss: 1 } }] },
    fields: [
      [['reports'], 'list'],
      [['reports', 0], 'object'],
      [['reports', 0, 'step'], 'integer'],
      [['reports', 0, 'values'], 'object'],
    ],
    misspelt: [[['reports', 0], 'vlaues', 'values']],
  },
  {
    operation: 'release',
    method: 'POST',
    path: '/v1/studies/s/trials/0/release',
    body: { attempt: 1 },
    fields: [[['attempt'], 'integer']],
    misspelt: [[[], 'atempt', 'attempt']],
  },
  {
    operation: 'cancel',
    method: 'POST',
    path: '/v1/studies/s/trials/0/cancel',
    body: { message: '' },
    fields: [[['message'], 'text']],
    misspelt: [[[], 'mesage', 'message']],
  },
  {
    operation: 'confirm',
    method: 'POST',
    path: '/v1/studies/s/confirm',
    body: { top: 1, repeats: 1 },
    fields: [
      [['top'], 'integer'],
      [['repeats'], 'integer'],
    ],
    misspelt: [[[], 'repeat', 'repeats']],
  },
  {
    operation: 'predict',
    method: 'POST',
    path: '/v1/studies/s/predict',
    body: { params: [{ x: 0.5 }] },
    fields: [
      [['params'], 'list'],
      [['params', 0], 'object'],
      [['params', 0, 'x'], 'number'],
    ],
    misspelt: [[[], 'parms', 'params']],
  },
  {
    operation: 'suggestStateless',
    method: 'POST',
    path: '/v1/suggest',
    body: {
      space: studyForCorpus.space,
      constraints: studyForCorpus.constraints,
      sampler: { kind: 'random' },
      seed: 1,
      count: 2,
      history: [],
      pending: [],
    },
    fields: [
      [['space'], 'object'],
      [['space', 'x', 'low'], 'number'],
      [['constraints'], 'list'],
      [['sampler'], 'object'],
      [['objectives'], 'list'],
      [['seed'], 'integer'],
      [['count'], 'integer'],
      [['history'], 'list'],
      [['pending'], 'list'],
    ],
    misspelt: [[[], 'histroy', 'history']],
  },
  {
    operation: 'lintSpace',
    method: 'POST',
    path: '/v1/spaces/lint',
    body: {
      space: studyForCorpus.space,
      constraints: studyForCorpus.constraints,
      sampler: { kind: 'random' },
      budget: { trials: 9 },
    },
    fields: [
      [['space'], 'object'],
      [['space', 'x', 'low'], 'number'],
      [['constraints'], 'list'],
      [['sampler'], 'object'],
      [['budget'], 'object'],
      [['budget', 'trials'], 'integer'],
    ],
    misspelt: [
      [[], 'spaces', 'space'],
      [['budget'], 'trial', 'trials'],
    ],
  },
  {
    operation: 'createApiKey',
    method: 'POST',
    path: '/v1/keys',
    body: { name: 'k', scopes: ['read'], expires: '2099-01-01T00:00:00Z' },
    fields: [
      [['name'], 'text'],
      [['scopes'], 'list'],
      [['scopes', 0], 'word'],
      [['expires'], 'time'],
    ],
    misspelt: [[[], 'scope', 'scopes']],
  },
];

const json = { 'content-type': 'application/json' };
const values: readonly ProblemCode[] = ['value_invalid', 'space_invalid', 'param_unknown', 'space_conflict'];
const malformed: readonly ProblemCode[] = ['body_malformed'];

export function hostileRequests(): Hostile[] {
  return [
    ...wrongTypes(),
    ...unknownFields(),
    ...notJson(),
    ...oversized(),
    ...beyondLimits(),
    ...prototypeNames(),
    ...strangeMedia(),
    ...strangeHeaders(),
    ...strangeMethods(),
    ...strangePaths(),
    ...strangeQueries(),
    ...strangeBodies(),
  ];
}

function post(title: string, path: string, body: string | Uint8Array, codes: readonly ProblemCode[]): Hostile {
  return { title, method: 'POST', path, body, headers: json, codes };
}

/** The body as JSON with the text in the place of one field. */
export function textWith(body: object, path: Path, text: string): string {
  const copy = structuredClone(body) as Record<string | number, unknown>;
  let inner = copy;
  for (const part of path.slice(0, -1)) inner = inner[part] as typeof copy;
  inner[path.at(-1)!] = '@@';
  return JSON.stringify(copy).replace('"@@"', () => text);
}

function wrongTypes(): Hostile[] {
  return bodied.flatMap(({ method, path, body, fields, operation }) =>
    fields.flatMap(([field, kind]) =>
      wrongTexts[kind].map((text) => ({
        title: `${operation}: ${field.join('.')} is ${text}`,
        method,
        path,
        body: textWith(body, field, text),
        headers: json,
        codes: values,
      })),
    ),
  );
}

function unknownFields(): Hostile[] {
  return bodied.flatMap(({ operation, method, path, body, misspelt }) =>
    misspelt.map(([where, name, nearest]) => ({
      title: `${operation}: unknown field ${[...where, name].join('.')} for ${nearest}`,
      method,
      path,
      body: textWith(body, [...where, name], '1'),
      headers: json,
      codes: ['param_unknown'] as const,
    })),
  );
}

function nested(depth: number): string {
  return `{"name":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;
}

function notJson(): Hostile[] {
  const whole = JSON.stringify({ ...studyForCorpus, name: 'never' });
  const texts: Record<string, string | Uint8Array> = {
    'cut off in a name': whole.slice(0, 5),
    'cut off after a colon': '{"name":',
    'cut off in a number': '{"name":1',
    'cut off in a string': '{"name":"nev',
    'cut off in an escape': '{"name":"\\u00',
    'cut off before the end': whole.slice(0, -1),
    'only an opening brace': '{',
    'only a quote': '"',
    'quotes without end': `"${'\\"'.repeat(120_000)}`,
    'a backslash at the end': '{"a":"\\',
    'only spaces': '   ',
    'a number': '12',
    'a text': '"name"',
    null: 'null',
    true: 'true',
    'a list': '[]',
    'a list of objects': '[{}]',
    'a bare NaN': 'NaN',
    'a bare word': 'hello',
    'two objects': '{}{}',
    'text after the object': '{} x',
    'a trailing comma': '{"name":"a",}',
    'a missing comma': '{"name":"a" "seed":1}',
    'single quotes': "{'name':'a'}",
    'names without quotes': '{name:"a"}',
    'NaN as a name': '{NaN:1}',
    'NaN as a name twice': '{NaN:1,NaN:2}',
    'a negative NaN': '{"seed":-NaN}',
    'a comment': '{"name":"a"/* b */}',
    'a number with leading zeros': '{"seed":007}',
    'a hexadecimal number': '{"seed":0x10}',
    'a number with a plus': '{"seed":+1}',
    'a number that ends with a point': '{"seed":1.}',
    'Infinity with a fraction': '{"seed":Infinity.5}',
    'a raw line break in a string': '{"name":"a\nb"}',
    'a raw NUL in a string': '{"name":"a\0b"}',
    'an unknown escape': '{"name":"\\x41"}',
    'a name given twice': '{"name":"a","name":"b"}',
    'a name given twice through an escape': '{"name":"a","\\u006eame":"b"}',
    'a name given twice further in': '{"space":{"x":{"type":"float","low":0,"low":1}}}',
    'a name given twice in a list': '{"objectives":[{"metric":"a","metric":"b"}]}',
    'an empty name given twice': '{"":1,"":2}',
    'half a surrogate pair': '{"name":"\\ud800"}',
    'the other half of a surrogate pair': '{"name":"a\\udc00b"}',
    'halves in the wrong order': '{"name":"\\udc00\\ud800"}',
    'half a surrogate pair in a name': '{"\\ud83d":1}',
    'a byte that is no UTF-8': Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
    'overlong UTF-8': Buffer.from([0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d]),
    'a surrogate in UTF-8': Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]),
    'UTF-8 cut off': Buffer.from([0x7b, 0x22, 0xe2, 0x82]),
    'Latin-1': Buffer.from('{"name":"é"}', 'latin1'),
    'UTF-16 with a byte order mark': Buffer.from('\ufeff{"name":"a"}', 'utf16le'),
    'UTF-16 without one': Buffer.from('{"name":"a"}', 'utf16le'),
    'two byte order marks': '\ufeff\ufeff{}',
    'a byte order mark in the middle': '{"name":\ufeff"a"}',
    'a gzip file': Buffer.from('1f8b0800000000000003abae0500', 'hex'),
    'NUL bytes': Buffer.alloc(1000),
    'nesting 17 deep': nested(17),
    'nesting 17 deep in objects': `${'{"a":'.repeat(16)}{}${'}'.repeat(16)}`,
    'nesting 100,000 deep': '['.repeat(100_000),
    'nesting 100,000 deep, balanced': `${'['.repeat(100_000)}${']'.repeat(100_000)}`,
    'nesting 40,000 deep in objects': '{"a":'.repeat(40_000),
    'only closing brackets': ']'.repeat(100_000),
  };
  const cases = Object.entries(texts).map(([title, text]) => post(title, '/v1/studies', text, malformed));
  const everywhere = bodied.flatMap(({ operation, method, path }) =>
    ['{"a":1', '[]', 'null', '{"a":1,"a":2}', '{"__proto__":{}}'].map((body) => ({
      ...post(`${operation}: ${body}`, path, body, malformed),
      method,
    })),
  );
  return [...cases, ...everywhere];
}

const bodyBytesMax = 262_144;

function oversized(): Hostile[] {
  const above = `{}${' '.repeat(bodyBytesMax - 1)}`;
  const far = `{"name":"${'a'.repeat(4 * bodyBytesMax)}"}`;
  const codes = ['too_large'] as const;
  return bodied.flatMap(({ operation, method, path }) => [
    { ...post(`${operation}: one byte too many`, path, above, codes), method },
    ...(operation === 'createStudy'
      ? [
          { ...post(`${operation}: one byte too many without a length`, path, above, codes), method, isChunked: true },
          post('1 MB', path, far, codes),
          { ...post('1 MB without a length', path, far, codes), isChunked: true },
          { ...post('two-byte characters that are too many bytes', path, `{"é":"${'é'.repeat(131_070)}"}`, codes) },
        ]
      : []),
  ]);
}

/** Right types, wrong sizes. */
function beyondLimits(): Hostile[] {
  const study = { ...studyForCorpus, name: 'never' };
  const create = (title: string, more: object): Hostile =>
    post(`createStudy: ${title}`, '/v1/studies', JSON.stringify({ ...study, ...more }), values);
  const space = (title: string, parameters: object): Hostile =>
    create(title, { space: parameters, constraints: [], sampler: { kind: 'random' } });
  const float = { type: 'float', low: 0, high: 1 };
  return [
    space('no parameters', {}),
    space(
      '101 parameters',
      many(101, () => float),
    ),
    space(
      '5,000 parameters',
      many(5_000, () => float),
    ),
    space('1,001 choices', { c: { type: 'categorical', choices: listOf(1001) } }),
    space('1,001 values', { o: { type: 'ordinal', values: listOf(1001) } }),
    space('30,000 choices', { c: { type: 'categorical', choices: listOf(30_000) } }),
    space('choices twice', { c: { type: 'categorical', choices: ['a', 'a'] } }),
    space('values of two types', { o: { type: 'ordinal', values: [1, 'a'] } }),
    space('values that fall', { o: { type: 'ordinal', values: [2, 1] } }),
    space('low above high', { x: { ...float, low: 2 } }),
    space('a log from 0', { x: { ...float, scale: 'log' } }),
    space('a log of whole numbers from -1', { x: { type: 'int', low: -1, high: 3, scale: 'log' } }),
    space('reverseLog up to 1', { x: { ...float, scale: 'reverseLog' } }),
    space('a step of 0', { x: { ...float, step: 0 } }),
    space('a step that vanishes', { x: { type: 'float', low: 1e300, high: 1.00001e300, step: 1 } }),
    space('a step of 1e-300', { x: { ...float, step: 1e-300 } }),
    space('a negative step', { x: { type: 'int', low: 0, high: 9, step: -1 } }),
    space('a default outside', { x: { ...float, default: 2 } }),
    space('a whole number beyond 2^53', { x: { type: 'int', low: 0, high: 2 ** 53 } }),
    space('a bound beyond 1e300', { x: { ...float, high: 1.1e300 } }),
    space('a name of 65 characters', { ['a'.repeat(65)]: float }),
    space('a name of 100,000 characters', { ['a'.repeat(100_000)]: float }),
    space('an empty name', { '': float }),
    space('a name with a slash', { 'a/b': float }),
    space('a name with a letter beyond ASCII', { é: float }),
    space('a name that starts with a digit', { '1a': float }),
    space('a condition on itself', { c: { type: 'categorical', choices: ['a'], when: { c: 'a' } } }),
    space('conditions in a circle', {
      c: { type: 'boolean', when: { d: true } },
      d: { type: 'boolean', when: { c: true } },
    }),
    space('a condition on nothing', { x: { ...float, when: { gone: 1 } } }),
    space('a condition on a float', { x: float, y: { ...float, when: { x: 0.5 } } }),
    space('a condition on toString', { x: { ...float, when: { toString: 1 } } }),
    space('a condition that cannot hold', { b: { type: 'boolean' }, x: { ...float, when: { b: 'yes' } } }),
    space('a choice of 257 characters', { c: { type: 'categorical', choices: ['a'.repeat(257)] } }),
    create('33 constraints', { constraints: Array.from({ length: 33 }, () => 'n > 0') }),
    create('a constraint of 501 characters', { constraints: [`n > ${'0'.repeat(497)}`] }),
    create('a constraint of 200,000 parentheses', { constraints: ['('.repeat(200_000)] }),
    create('a constraint nested 40 deep', { constraints: [`${'('.repeat(40)}n${')'.repeat(40)} > 0`] }),
    create('a constraint of minus signs', { constraints: [`${'-'.repeat(490)}n>0`] }),
    create('a constraint that is code', { constraints: ['process.exit(1)'] }),
    create('a constraint that is a template', { constraints: ['`${n}` > 0'] }),
    create('a constraint on constructor', { constraints: ['constructor > 0'] }),
    create('a constraint that calls toString', { constraints: ['toString(n) > 0'] }),
    create('a constraint that calls constructor', { constraints: ['constructor(n) > 0'] }),
    create('a constraint with a huge power', { constraints: ['n ** 999999999 > 0'] }),
    create('a constraint without a comparison', { constraints: ['n + 1'] }),
    create('an empty constraint', { constraints: [''] }),
    create('constraints that nothing satisfies', { constraints: ['n > 100'] }),
    create('no objective', { objectives: [] }),
    create('5 objectives', { objectives: listOf(5).map((i) => ({ metric: `m${i}`, direction: 'minimize' })) }),
    create('the same objective twice', {
      objectives: listOf(2).map(() => ({ metric: 'm', direction: 'minimize' })),
    }),
    create('a target beyond 1e300', { objectives: [{ metric: 'm', direction: 'minimize', target: -2e300 }] }),
    create('0 trials', { budget: { trials: 0 } }),
    create('1,000,001 trials', { budget: { trials: 1_000_001 } }),
    create('10,001 trials with auto', { sampler: { kind: 'auto' }, budget: { trials: 10_001 } }),
    create('1,001 in parallel', { budget: { parallel: 1001 } }),
    create('a lease of 0 s', { lease: { seconds: 0 } }),
    create('a lease of 8 days', { lease: { seconds: 691_200 } }),
    create('11 attempts', { lease: { attempts: 11 } }),
    create('a negative seed', { seed: -1 }),
    create('33 labels', { labels: many(33, () => '') }),
    create('a label of 257 characters', { labels: { a: 'a'.repeat(257) } }),
    create('a grid without points', { sampler: { kind: 'grid' }, space: { x: float }, constraints: [] }),
    create('a grid of 1 point', { sampler: { kind: 'grid', points: 1 } }),
    create('a grid with points for toString', { sampler: { kind: 'grid', points: { toString: 3 } } }),
    create('a grid of 10^18 cells with constraints', {
      sampler: { kind: 'grid', points: 1_000_000 },
      space: { x: float, y: float, z: float },
      constraints: ['x + y < z'],
    }),
    ...[0, 33, -1, 1e15].map((count) =>
      post(`ask: count ${count}`, '/v1/studies/s/ask', JSON.stringify({ count }), values),
    ),
    post('ask: a worker of 129 characters', '/v1/studies/s/ask', `{"worker":"${'w'.repeat(129)}"}`, values),
    post('ask: an empty worker', '/v1/studies/s/ask', '{"worker":""}', values),
    post('ask: a lease of 0 s', '/v1/studies/s/ask', '{"leaseSeconds":0}', values),
    post('ask: fixed outside the space', '/v1/studies/s/ask', '{"fixed":{"n":100}}', values),
    post('ask: fixed that the space does not have', '/v1/studies/s/ask', '{"fixed":{"toString":1}}', values),
    post('ask: fixed that is inactive', '/v1/studies/s/ask', '{"fixed":{"c":"b","x":0.5}}', values),
    post('enqueue: nothing', '/v1/studies/s/trials', '{"trials":[]}', values),
    post(
      'enqueue: 101 trials',
      '/v1/studies/s/trials',
      `{"trials":[${'{"params":{}},'.repeat(100)}{"params":{}}]}`,
      values,
    ),
    post(
      'enqueue: params that the space lacks',
      '/v1/studies/s/trials',
      '{"trials":[{"params":{"valueOf":1}}]}',
      values,
    ),
    post(
      'enqueue: a complete trial without values',
      '/v1/studies/s/trials',
      '{"trials":[{"params":{},"state":"complete"}]}',
      values,
    ),
    post('tell: attempt 0', '/v1/studies/s/trials/0/tell', '{"attempt":0,"values":{"loss":1}}', values),
    post('tell: an attempt to come', '/v1/studies/s/trials/0/tell', '{"attempt":2,"values":{"loss":1}}', values),
    post(
      'tell: the last attempt there could be',
      '/v1/studies/s/trials/0/tell',
      '{"attempt":9007199254740991,"values":{"loss":1}}',
      values,
    ),
    post('tell: nothing', '/v1/studies/s/trials/0/tell', '{"attempt":1}', values),
    post('tell: another metric', '/v1/studies/s/trials/0/tell', '{"attempt":1,"values":{"lost":1}}', values),
    post('tell: toString for a metric', '/v1/studies/s/trials/0/tell', '{"attempt":1,"values":{"toString":1}}', values),
    post(
      'tell: 33 metrics',
      '/v1/studies/s/trials/0/tell',
      JSON.stringify({ attempt: 1, values: many(33, () => 1) }),
      values,
    ),
    post(
      'tell: a message of 1,001 characters',
      '/v1/studies/s/trials/0/tell',
      JSON.stringify({ attempt: 1, state: 'failed', message: 'm'.repeat(1001) }),
      values,
    ),
    post('report: step -1', '/v1/studies/s/trials/0/report', '{"step":-1,"values":{"loss":1}}', values),
    post('report: a step without values', '/v1/studies/s/trials/0/report', '{"step":1}', values),
    post('report: values without a step', '/v1/studies/s/trials/0/report', '{"values":{"loss":1}}', values),
    post(
      'report: both forms',
      '/v1/studies/s/trials/0/report',
      '{"step":1,"values":{"loss":1},"reports":[{"step":1,"values":{"loss":1}}]}',
      values,
    ),
    post('report: no reports', '/v1/studies/s/trials/0/report', '{"reports":[]}', values),
    post(
      'report: 101 reports',
      '/v1/studies/s/trials/0/report',
      JSON.stringify({ reports: listOf(101).map((step) => ({ step, values: { loss: 1 } })) }),
      values,
    ),
    post('release: nothing', '/v1/studies/s/trials/0/release', '', values),
    post('retry: anything', '/v1/studies/s/trials/0/retry', '{"attempt":1}', values),
    post('confirm: 11 of the best', '/v1/studies/s/confirm', '{"top":11}', values),
    post('confirm: no repeats', '/v1/studies/s/confirm', '{"repeats":0}', values),
    post('confirm: 10 repeats', '/v1/studies/s/confirm', '{"repeats":10}', values),
    post('lint: no parameters', '/v1/spaces/lint', '{"space":{}}', values),
    post('keys: no scopes', '/v1/keys', '{"name":"k","scopes":[]}', values),
    post('keys: four scopes', '/v1/keys', '{"name":"k","scopes":["read","read","read","read"]}', values),
  ];
}

function many(count: number, valueOf: (i: number) => unknown): object {
  return Object.fromEntries(listOf(count).map((i) => [`p${i}`, valueOf(i)]));
}

function listOf(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

/** Names that reach into prototypes, at every level of every body. */
function prototypeNames(): Hostile[] {
  const names = ['__proto__', 'constructor', 'prototype', '__proto\\u005f_'];
  return bodied.flatMap(({ operation, method, path, body, fields }) => {
    const levels = fields.filter(([, kind]) => kind === 'object').map(([field]) => field);
    return [[], ...levels].flatMap((level) =>
      names.map((name) => ({
        ...post(
          `${operation}: ${[...level, name].join('.')}`,
          path,
          textWith(body, [...level, 'ZZ'], '{}').replace('"ZZ"', `"${name}"`),
          malformed,
        ),
        method,
      })),
    );
  });
}

function strangeMedia(): Hostile[] {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonp',
    'application/json-patch+json',
    'application/xml',
    'application',
    'json',
    '; charset=utf-8',
    '*/*',
    'text/plain, application/json',
  ];
  const codes = ['media_type_unsupported'] as const;
  return [
    ...types.map((type) => ({
      title: `Content-Type ${type}`,
      method: 'POST',
      path: '/v1/studies/s/ask',
      body: '{}',
      headers: { 'content-type': type },
      codes,
    })),
    { title: 'no Content-Type', method: 'POST', path: '/v1/studies/s/ask', body: '{}', codes },
    {
      title: 'an empty Content-Type',
      method: 'PATCH',
      path: '/v1/studies/s',
      body: '{}',
      headers: { 'content-type': '' },
      codes,
    },
  ];
}

function strangeHeaders(): Hostile[] {
  const ask = { method: 'POST', path: '/v1/studies/s/ask', body: '{}' };
  const withHeader = (name: string, value: string | string[], codes: readonly ProblemCode[]): Hostile => ({
    title: `${name}: ${JSON.stringify(value).slice(0, 60)}`,
    ...ask,
    headers: { ...json, [name]: value },
    codes,
  });
  const foreign = [
    'evil.example',
    'evil.example:8787',
    'localhost.evil.example',
    'localhost@evil.example',
    '127.0.0.1.nip.io',
    '127.0.0.2',
    '0.0.0.0',
    '[::]',
    '2130706433',
    '0x7f000001',
    'localhost.',
    'localhost:80:80',
    'localhost, evil.example',
    'http://localhost',
    'a'.repeat(5000),
  ];
  const origins = [
    'https://evil.example',
    'null',
    'http://localhost.evil.example',
    'file://',
    'http://localhost@evil.example',
    '',
  ];
  return [
    ...['', 'a'.repeat(129), 'a'.repeat(8000), 'schlüssel'.normalize('NFC'), 'tab\there', '\u00a0'].map((key) =>
      withHeader('idempotency-key', Buffer.from(key, 'utf8').toString('latin1'), ['value_invalid']),
    ),
    ...foreign.map((host) => withHeader('host', host, ['forbidden'])),
    ...origins.map((origin) => withHeader('origin', origin, ['forbidden'])),
  ];
}

function strangeMethods(): Hostile[] {
  const codes = ['method_not_allowed'] as const;
  const cases: [string, string][] = [
    ['PUT', '/v1/studies'],
    ['DELETE', '/v1/studies'],
    ['PATCH', '/v1/studies'],
    ['OPTIONS', '/v1/studies'],
    ['POST', '/v1/studies/s'],
    ['PUT', '/v1/studies/s'],
    ['GET', '/v1/studies/s/ask'],
    ['DELETE', '/v1/studies/s/trials'],
    ['POST', '/v1/studies/s/trials/0'],
    ['GET', '/v1/studies/s/trials/0/tell'],
    ['PUT', '/v1/studies/s/trials/0/report'],
    ['GET', '/v1/studies/s/trials/0/release'],
    ['GET', '/v1/studies/s/trials/0/cancel'],
    ['GET', '/v1/studies/s/trials/0/retry'],
    ['POST', '/v1/studies/s/best'],
    ['POST', '/v1/studies/s/export'],
    ['DELETE', '/v1/keys'],
    ['GET', '/v1/keys/k'],
    ['GET', '/v1/studies/s/confirm'],
    ['GET', '/v1/spaces/lint'],
    ['POST', '/v1/presets'],
    ['POST', '/v1/health'],
    ['DELETE', '/v1/openapi.json'],
    ['PROPFIND', '/v1/studies'],
    ['SEARCH', '/v1/studies'],
    ['M-SEARCH', '/v1/studies'],
    ['PURGE', '/v1/studies'],
    ['LINK', '/v1/studies'],
  ];
  return cases.map(([method, path]) => ({ title: `${method} ${path}`, method, path, codes }));
}

function strangePaths(): Hostile[] {
  const lost = ['route_not_found'] as const;
  const noStudy = ['study_not_found', 'route_not_found'] as const;
  const noTrial = ['trial_not_found', 'route_not_found'] as const;
  const paths: [string, readonly ProblemCode[]][] = [
    ['/', lost],
    ['//', lost],
    ['/v1', lost],
    ['/v1/', lost],
    ['/v2/studies', lost],
    ['/V1/studies', lost],
    ['/v1/Studies', lost],
    ['/v1/studies/', noStudy],
    ['//v1/studies', lost],
    ['/v1//studies', lost],
    ['/v1/studies/s/', lost],
    ['/v1/studies//trials', noStudy],
    ['/v1/studies/s/trials/0/tell/x', lost],
    ['/v1/health/', lost],
    ['/v1/openapi.json/', lost],
    ['/v1/openapi', lost],
    ['/v1/%73tudies', lost],
    ['/v1%2fstudies', lost],
    ['/v1/studies/..', lost],
    ['/v1/studies/../../etc/passwd', lost],
    ['/v1/studies/%2e%2e/%2e%2e/etc/passwd', lost],
    ['/v1/studies/..%2f..%2fetc%2fpasswd', noStudy],
    ['/v1/studies/%2e%2e%2f', noStudy],
    ['/v1/studies/..%5c..%5c', noStudy],
    ['/v1/studies/..\\..\\x', lost],
    ['/\\evil.example/x', lost],
    ['/\\', lost],
    ['/\\[', lost],
    ['/v1/studies/%', noStudy],
    ['/v1/studies/%zz', noStudy],
    ['/v1/studies/%2', noStudy],
    ['/v1/studies/%00', noStudy],
    ['/v1/studies/s%00', noStudy],
    ['/v1/studies/%ff', noStudy],
    ['/v1/studies/%c0%af', noStudy],
    ['/v1/studies/%ed%a0%80', noStudy],
    ['/v1/studies/%f0%9f%90%b9', noStudy],
    ['/v1/studies/%0d%0aSet-Cookie:x', noStudy],
    ['/v1/studies/%22', noStudy],
    ['/v1/studies/s%20', noStudy],
    ['/v1/studies/%73%2f', noStudy],
    ['/v1/studies/%2573', noStudy],
    ['/v1/studies/__proto__', noStudy],
    ['/v1/studies/constructor/trials', noStudy],
    ['/v1/studies/toString', noStudy],
    ["/v1/studies/'%20OR%201=1%20--", noStudy],
    ['/v1/studies/s;a=b', noStudy],
    ['/v1/studies/{study}', noStudy],
    [`/v1/studies/${'a'.repeat(10_000)}`, noStudy],
    [`/v1/studies/${'%41'.repeat(4_000)}`, noStudy],
    [`/${'a/'.repeat(5_000)}`, lost],
    [`/v1/studies/${'../'.repeat(3_000)}`, lost],
    ['/v1/studies/00000000000000000000000000', noStudy],
    ['/v1/studies/s/trials/1000', noTrial],
    ['/v1/studies/s/trials/99999999', noTrial],
    ['/v1/studies/s/trials/-1', noTrial],
    ['/v1/studies/s/trials/00', noTrial],
    ['/v1/studies/s/trials/0.0', noTrial],
    ['/v1/studies/s/trials/1e0', noTrial],
    ['/v1/studies/s/trials/0x0', noTrial],
    ['/v1/studies/s/trials/%30%00', noTrial],
    ['/v1/studies/s/trials/NaN', noTrial],
    ['/v1/studies/s/trials/', noTrial],
    [`/v1/studies/s/trials/${'9'.repeat(5_000)}`, noTrial],
    ['/v1/studies/s/trials/%d9%a0', noTrial],
  ];
  return [
    ...paths.map(([path, codes]) => ({ title: `GET ${path.slice(0, 60)}`, method: 'GET', path, codes })),
    { title: 'POST to no study', method: 'POST', path: '/v1/studies/gone/ask', codes: ['study_not_found'] },
    { title: 'POST to no trial', method: 'POST', path: '/v1/studies/s/trials/77/cancel', codes: ['trial_not_found'] },
    { title: 'DELETE no key', method: 'DELETE', path: '/v1/keys/00000000000000000000000000', codes: ['key_not_found'] },
    { title: 'DELETE a key that cannot be', method: 'DELETE', path: '/v1/keys/..%2f', codes: ['key_not_found'] },
    { title: 'DELETE no study', method: 'DELETE', path: '/v1/studies/gone', codes: ['study_not_found'] },
  ];
}

function strangeQueries(): Hostile[] {
  const queries = [
    '/v1/studies?limit=0',
    '/v1/studies?limit=1001',
    '/v1/studies?limit=-1',
    '/v1/studies?limit=1.5',
    '/v1/studies?limit=',
    '/v1/studies?limit=ten',
    '/v1/studies?limit=NaN',
    '/v1/studies?limit=Infinity',
    '/v1/studies?limit=1e999',
    '/v1/studies?limit=1&limit=1',
    '/v1/studies?limit=1&LIMIT=2',
    '/v1/studies?limit[]=1',
    '/v1/studies?after=',
    '/v1/studies?after=x',
    '/v1/studies?after=../..',
    '/v1/studies?after=%00',
    '/v1/studies?after=%ff',
    '/v1/studies?after=00000000000000000000000000x',
    '/v1/studies?after=0000000000000000000000000U',
    `/v1/studies?after=${'0'.repeat(5_000)}`,
    '/v1/studies?cursor=1',
    '/v1/studies?__proto__=1',
    '/v1/studies?constructor=1',
    '/v1/studies?toString=1',
    '/v1/studies?%5f%5fproto%5f%5f=1',
    '/v1/studies?=',
    '/v1/studies?x',
    `/v1/studies?${Array.from({ length: 2_000 }, (_, i) => `p${i}=1`).join('&')}`,
    `/v1/studies?${'limit=1&'.repeat(1_500)}`,
    '/v1/presets?name=x',
    '/v1/keys?limit=0',
    '/v1/keys?after=1',
    '/v1/studies/s/trials?state=done',
    '/v1/studies/s/trials?state=complete,failed',
    '/v1/studies/s/trials?after=-1',
    '/v1/studies/s/trials?after=x',
    '/v1/studies/s/trials?after=1.5',
    '/v1/studies/s/trials?after=9007199254740993',
    '/v1/studies/s/trials?limit=1001',
    '/v1/studies/s/best?top=0',
    '/v1/studies/s/best?top=101',
    '/v1/studies/s/export?format=xml',
    '/v1/studies/s/export?format=',
    '/v1/studies/s?x=1',
    '/v1/studies/s/trials/0?x=1',
    '/v1/openapi.json?x=1',
  ];
  return queries.map((path) => ({ title: `GET ${path.slice(0, 60)}`, method: 'GET', path, codes: values }));
}

function strangeBodies(): Hostile[] {
  const paths = [
    '/v1/studies',
    '/v1/studies/s',
    '/v1/studies/s/trials',
    '/v1/studies/s/trials/0',
    '/v1/studies/s/best',
  ];
  const more = ['/v1/studies/s/export', '/v1/keys', '/v1/openapi.json'];
  return [
    ...[...paths, ...more].map((path) => ({
      title: `GET ${path} with a body`,
      method: 'GET',
      path,
      body: '{}',
      headers: json,
      codes: malformed,
    })),
    {
      title: 'GET with a chunked body',
      method: 'GET',
      path: '/v1/studies',
      body: '{}',
      isChunked: true,
      headers: { 'transfer-encoding': 'chunked' },
      codes: malformed,
    },
    {
      title: 'DELETE a study with a body',
      method: 'DELETE',
      path: '/v1/studies/s',
      body: '{}',
      headers: json,
      codes: malformed,
    },
    {
      title: 'DELETE a study with a huge body',
      method: 'DELETE',
      path: '/v1/studies/s',
      body: ' '.repeat(bodyBytesMax + 1),
      headers: json,
      codes: ['too_large'],
    },
    { title: 'DELETE a key with a body', method: 'DELETE', path: '/v1/keys/k', body: 'x', codes: malformed },
    {
      title: 'createStudy with an empty body',
      method: 'POST',
      path: '/v1/studies',
      body: '',
      headers: json,
      codes: values,
    },
    { title: 'createStudy without a body', method: 'POST', path: '/v1/studies', codes: values },
    {
      title: 'a refused route with a large body',
      method: 'POST',
      path: '/v1/nowhere',
      body: ' '.repeat(bodyBytesMax),
      headers: json,
      codes: ['route_not_found'],
    },
  ];
}

/** Bytes that are no HTTP request, or one that no client library would send. */
export interface HostileBytes {
  title: string;
  pieces: readonly (string | Uint8Array)[];
  /**
   * What may come back: `parser` is an answer of Node's own parser (a bare 4xx) or a closed connection, `problem` one
   * of ours.
   */
  answer: 'parser' | 'problem' | 'either';
}

const host = 'Host: localhost\r\n';
const closing = 'Connection: close\r\n';
const head = `POST /v1/studies HTTP/1.1\r\n${host}Content-Type: application/json\r\n`;

export const hostileBytes: readonly HostileBytes[] = [
  { title: 'NUL bytes', pieces: [Buffer.alloc(100)], answer: 'parser' },
  { title: 'random bytes', pieces: [Buffer.from('9f3a00ff17c2e4810d0a0d0a', 'hex')], answer: 'parser' },
  { title: 'a TLS hello', pieces: [Buffer.from('1603010200010001fc0303', 'hex')], answer: 'parser' },
  { title: 'an HTTP/2 preface', pieces: ['PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'], answer: 'parser' },
  { title: 'a word', pieces: ['hello\r\n\r\n'], answer: 'parser' },
  { title: 'no version', pieces: ['GET /v1/studies\r\n\r\n'], answer: 'either' },
  { title: 'version 9', pieces: [`GET /v1/health HTTP/9.9\r\n${host}\r\n`], answer: 'parser' },
  { title: 'a method in lower case', pieces: [`get /v1/health HTTP/1.1\r\n${host}\r\n`], answer: 'parser' },
  { title: 'a method that does not exist', pieces: [`FETCH /v1/studies HTTP/1.1\r\n${host}\r\n`], answer: 'parser' },
  { title: 'two spaces', pieces: [`GET  /v1/nowhere HTTP/1.1\r\n${host}\r\n`], answer: 'either' },
  { title: 'a space in the target', pieces: [`GET /v1/a b HTTP/1.1\r\n${host}\r\n`], answer: 'parser' },
  { title: 'no Host', pieces: ['GET /v1/studies HTTP/1.1\r\n\r\n'], answer: 'either' },
  { title: 'no Host in HTTP/1.0', pieces: ['GET /v1/studies HTTP/1.0\r\n\r\n'], answer: 'problem' },
  {
    title: 'two Hosts',
    pieces: [`GET /v1/studies HTTP/1.1\r\n${host}Host: evil.example\r\n${closing}\r\n`],
    answer: 'either',
  },
  { title: 'a foreign Host', pieces: [`GET /v1/studies HTTP/1.1\r\nHost: evil.example\r\n\r\n`], answer: 'problem' },
  {
    title: 'an absolute target',
    pieces: [`GET http://evil.example/v1/studies HTTP/1.1\r\n${host}\r\n`],
    answer: 'problem',
  },
  {
    title: 'an absolute target of ours',
    pieces: [`GET http://localhost/v1/x HTTP/1.1\r\n${host}\r\n`],
    answer: 'problem',
  },
  { title: 'a target of another scheme', pieces: [`GET file:///etc/passwd HTTP/1.1\r\n${host}\r\n`], answer: 'either' },
  { title: 'an asterisk', pieces: [`OPTIONS * HTTP/1.1\r\n${host}\r\n`], answer: 'problem' },
  { title: 'a backslash', pieces: [`GET /\\ HTTP/1.1\r\n${host}\r\n`], answer: 'problem' },
  {
    title: 'a raw byte in the target',
    pieces: [Buffer.from(`GET /v1/\xff HTTP/1.1\r\n${host}\r\n`, 'latin1')],
    answer: 'either',
  },
  { title: 'CONNECT', pieces: [`CONNECT evil.example:443 HTTP/1.1\r\n${host}\r\n`], answer: 'parser' },
  { title: 'TRACE', pieces: [`TRACE /v1/studies HTTP/1.1\r\n${host}\r\n`], answer: 'parser' },
  {
    title: 'a header without a colon',
    pieces: [`GET /v1/studies HTTP/1.1\r\n${host}nonsense\r\n\r\n`],
    answer: 'parser',
  },
  { title: 'a space before the colon', pieces: [`GET /v1/studies HTTP/1.1\r\n${host}X : y\r\n\r\n`], answer: 'parser' },
  { title: 'a folded header', pieces: [`GET /v1/nowhere HTTP/1.1\r\n${host}X: y\r\n z\r\n\r\n`], answer: 'either' },
  { title: 'a NUL in a header', pieces: [`GET /v1/studies HTTP/1.1\r\n${host}X: a\0b\r\n\r\n`], answer: 'parser' },
  {
    title: 'a control character in Idempotency-Key',
    pieces: [`${head}Idempotency-Key: a\x01b\r\nContent-Length: 2\r\n\r\n{}`],
    answer: 'either',
  },
  { title: 'bare line feeds', pieces: [`GET /v1/nowhere HTTP/1.1\nHost: localhost\n\n`], answer: 'either' },
  {
    title: 'a header of 20 KB',
    pieces: [`GET /v1/studies HTTP/1.1\r\n${host}X: ${'a'.repeat(20_000)}\r\n\r\n`],
    answer: 'parser',
  },
  { title: 'a target of 20 KB', pieces: [`GET /${'a'.repeat(20_000)} HTTP/1.1\r\n${host}\r\n`], answer: 'parser' },
  {
    title: '3,000 headers',
    pieces: [`GET /v1/nowhere HTTP/1.1\r\n${host}${'a:b\r\n'.repeat(3_000)}\r\n`],
    answer: 'either',
  },
  {
    title: 'headers without end',
    pieces: Array.from({ length: 30 }, () => `a: ${'b'.repeat(1_000)}\r\n`),
    answer: 'parser',
  },
  { title: 'a length that is no number', pieces: [`${head}Content-Length: ten\r\n\r\n{}`], answer: 'parser' },
  { title: 'a negative length', pieces: [`${head}Content-Length: -1\r\n\r\n{}`], answer: 'parser' },
  {
    title: 'a length beyond 2^64',
    pieces: [`${head}Content-Length: 99999999999999999999\r\n\r\n{}`],
    answer: 'parser',
  },
  {
    title: 'a length beyond the limit and no body',
    pieces: [`${head}Content-Length: 999999999\r\n\r\n`],
    answer: 'problem',
  },
  { title: 'two lengths', pieces: [`${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`], answer: 'parser' },
  {
    title: 'a length and chunks',
    pieces: [`${head}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`],
    answer: 'parser',
  },
  {
    title: 'chunks that are no chunks',
    pieces: [`${head}Transfer-Encoding: chunked\r\n\r\n`, 'zz\r\n'],
    answer: 'parser',
  },
  {
    title: 'a chunk of 2^64 bytes',
    pieces: [`${head}Transfer-Encoding: chunked\r\n\r\n`, 'fffffffffffffffff\r\n'],
    answer: 'parser',
  },
  { title: 'an unknown coding', pieces: [`${head}Transfer-Encoding: gzip\r\n\r\n`], answer: 'parser' },
  { title: 'chunked twice', pieces: [`${head}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n`], answer: 'either' },
  {
    title: 'an expectation that nobody meets',
    pieces: [`GET /v1/studies HTTP/1.1\r\n${host}Expect: miracles\r\n${closing}\r\n`],
    answer: 'either',
  },
  {
    title: 'an expectation and a large body',
    pieces: [`${head}Expect: 100-continue\r\nContent-Length: 300000\r\n\r\n`, ' '.repeat(300_000)],
    answer: 'problem',
  },
  {
    title: 'a wish to upgrade',
    pieces: [`GET /v1/nowhere HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`],
    answer: 'either',
  },
  {
    title: 'a request hidden in a refused body',
    pieces: [
      `POST /v1/nowhere HTTP/1.1\r\n${host}Content-Length: 52\r\n\r\nDELETE /v1/studies/s HTTP/1.1\r\nHost: localhost\r\n\r\n..`,
    ],
    answer: 'problem',
  },
  {
    title: 'a body in small pieces, too large',
    pieces: [
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      ...Array.from({ length: 20 }, () => `4000\r\n${' '.repeat(0x4000)}\r\n`),
    ],
    answer: 'problem',
  },
  {
    title: 'a large body on a connection that closes',
    pieces: [`${head}${closing}Content-Length: 4000000\r\n\r\n`, ' '.repeat(2_000_000), ' '.repeat(2_000_000)],
    answer: 'problem',
  },
];
