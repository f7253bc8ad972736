import * as fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { holds, nodeCount, parseConstraint, type Constraint } from '../../shared/domain/constraint/constraint.ts';

type Values = Record<string, number>;

describe('parseConstraint', () => {
  it.each([
    // Precedence and associativity.
    ['a + b * c == 7', { a: 1, b: 2, c: 3 }],
    ['(a + b) * c == 9', { a: 1, b: 2, c: 3 }],
    ['a - b - c == -4', { a: 1, b: 2, c: 3 }],
    ['a / b / c == 2', { a: 12, b: 2, c: 3 }],
    ['a % b * c == 3', { a: 7, b: 2, c: 3 }],
    ['-a ** 2 == -9', { a: 3 }],
    ['(-a) ** 2 == 9', { a: 3 }],
    ['a * b ** 3 == 16', { a: 2, b: 2 }],
    ['- - a == 3', { a: 3 }],
    ['a - -b == 5', { a: 3, b: 2 }],
    ['a > 1 || a > 5 && b > 5', { a: 2, b: 0 }],
    ['!a > 5', { a: 2 }],
    ['!!(a > 1)', { a: 2 }],
    ['!(a > 5) && b == 1', { a: 2, b: 1 }],
    // Operators.
    ['a <= 1 && a >= 1 && a == 1 && a < 2 && a > 0 && a != 2', { a: 1 }],
    ['a ** 0 == 1', { a: 0 }],
    ['a ** 8 == 256', { a: 2 }],
    ['a % 3 == 1', { a: 7 }],
    ['a % 3 == -1', { a: -7 }],
    // Functions.
    ['min(a, b, 3) == 1', { a: 1, b: 2 }],
    ['max(a, b, 3) == 3', { a: 1, b: 2 }],
    ['abs(a) == 2', { a: -2 }],
    ['floor(a) == -3', { a: -2.5 }],
    ['ceil(a) == -2', { a: -2.5 }],
    ['sqrt(a) == 3', { a: 9 }],
    ['max(min(a, 2), min(b, 3)) + 1 == 4', { a: 1, b: 7 }],
    // Numbers.
    ['a == 1.5e3', { a: 1500 }],
    ['a == .5', { a: 0.5 }],
    ['a == 2.', { a: 2 }],
    ['a == 1E-2', { a: 0.01 }],
    // Names.
    ['`learning-rate` <= 1', { 'learning-rate': 1 }],
    ['layer.0 <= 1', { 'layer.0': 1 }],
    ['`a`+a == 2', { a: 1 }],
    ['min <= 1', { min: 1 }],
    ['a-b == 1', { a: 2, b: 1 }],
    // White space.
    ['a\t<=\r\n1', { a: 1 }],
    [' a<=1 ', { a: 1 }],
    // What IEEE 754 says.
    ['a / b > 1e300', { a: 1, b: 0 }],
    ['-a / b < -1e300', { a: 1, b: 0 }],
    ['a / b != a / b', { a: 0, b: 0 }],
    ['!(a / b <= 0 || a / b >= 0)', { a: 0, b: 0 }],
    ['!(sqrt(a) >= 0)', { a: -1 }],
    ['a % b != 0', { a: 1, b: 0 }],
  ] as [string, Values][])('reads %j so that it holds for %j', (text, values) => {
    expect(holds(parsed(text), (name) => values[name])).toBe(true);
    expect(holds(parsed(`!(${text})`), (name) => values[name])).toBe(false);
  });

  it('lists every parameter once, in order of appearance', () => {
    expect(parsed('b + a <= b * `c-d`').names).toEqual(['b', 'a', 'c-d']);
  });

  it.each([
    ['', 'must have a number, a parameter or "(" at character 1; it has the end'],
    ['a <', 'must have a number, a parameter or "(" at character 4; it has the end'],
    ['a <= * 2', 'must have a number, a parameter or "(" at character 6; it has "*"'],
    ['a <= !b', 'must have a number, a parameter or "(" at character 6; it has "!"'],
    ['(a <= 1', 'must have ")" at character 8; it has the end'],
    ['a <= 1)', 'must have an operator or the end at character 7; it has ")"'],
    ['a <= 1 2', 'must have an operator or the end at character 8; it has "2"'],
    ['a <= 1a', 'must have an operator or the end at character 7; it has "a"'],
    ['a <= 1 and b <= 2', 'must have an operator or the end at character 8; it has "and"'],
    ['a <= 1 `x-y`', 'must have an operator or the end at character 8; it has "`x-y`"'],
    ['min(a, 2 <= 1', 'must have a number as what min() is given at character 8; it has "2 <= 1"'],
    ['min(a 2) <= 1', 'must have ")" at character 7; it has "2"'],
    ['min(a,) <= 1', 'must have a number, a parameter or "(" at character 7; it has ")"'],
    ['min() <= 1', 'must have a number, a parameter or "(" at character 5; it has ")"'],
    ['a = 1', 'must have "==" at character 3; it has "="'],
    ['a =< 1', 'must have "==" at character 3; it has "="'],
    ['a < 1 & b < 1', 'must have "&&" at character 7; it has "&"'],
    ['a < 1 | b < 1', 'must have "||" at character 7; it has "|"'],
    [
      'a <= "1"',
      `must be about numbers, but has a text at character 6: that a parameter depends on a choice is said by its "when"`,
    ],
    [
      "kind == 'adam'",
      `must be about numbers, but has a text at character 9: that a parameter depends on a choice is said by its "when"`,
    ],
    ['a <= 😀', 'has "😀" at character 6, which no constraint may contain'],
    ['`a <= 1', 'has "`" at character 1, which no constraint may contain'],
    ['``<= 1', 'has "`" at character 1, which no constraint may contain'],
    ['a[0] <= 1', 'has "[" at character 2, which no constraint may contain'],
    ['a < b < c', 'must not chain comparisons at character 7: write a < b && b < c for a < b < c'],
    ['a == b == c', 'must not chain comparisons at character 8: write a < b && b < c for a < b < c'],
    ['a + b', 'must be a comparison such as a <= b'],
    [' -a', 'must be a comparison such as a <= b'],
    ['min(a, 1)', 'must be a comparison such as a <= b'],
    ['!a', 'must have a comparison such as a <= b as what ! negates at character 2; it has "a"'],
    ['a && b < 1', 'must have a comparison such as a <= b as the left side of && at character 1; it has "a"'],
    ['a < 1 || b', 'must have a comparison such as a <= b as the right side of || at character 10; it has "b"'],
    ['(a < 1) + 1 < 2', 'must have a number as the left side of + at character 1; it has "(a < 1)"'],
    ['2 * (a < 1) < 2', 'must have a number as the right side of * at character 5; it has "(a < 1)"'],
    ['1 + a + (b < 1) < 2', 'must have a number as the right side of + at character 9; it has "(b < 1)"'],
    ['-(a < 1) < 2', 'must have a number as what - negates at character 2; it has "(a < 1)"'],
    ['(a < 1) == (b < 1)', 'must have a number as the left side of == at character 1; it has "(a < 1)"'],
    ['a == (b < 1)', 'must have a number as the right side of == at character 6; it has "(b < 1)"'],
    ['(a < 1) ** 2 < 1', 'must have a number as the left side of ** at character 1; it has "(a < 1)"'],
    ['abs(a < 1) < 1', 'must have a number as what abs() is given at character 5; it has "a < 1"'],
    ['a ** 9 < 1', 'must have a whole number from 0 to 8 as the exponent at character 6; it has "9"'],
    ['a ** 0.5 < 1', 'must have a whole number from 0 to 8 as the exponent at character 6; it has "0.5"'],
    ['a ** -1 < 1', 'must have a whole number from 0 to 8 as the exponent at character 6; it has "-"'],
    ['a ** b < 1', 'must have a whole number from 0 to 8 as the exponent at character 6; it has "b"'],
    ['a ** 2 ** 3 < 1', 'must have an operator or the end at character 8; it has "**"'],
    ['a < 1e400', 'must have a finite number at character 5; it has "1e400"'],
    ['log(a) < 1', 'must have one of the functions min, max, abs, floor, ceil, sqrt at character 1; it has "log"'],
    [
      `a < 1 || a${' + a'.repeat(20)}`,
      `must have a comparison such as a <= b as the right side of || at character 10; it has "a${' + a'.repeat(14)} +…"`,
    ],
    ['1 < 2', 'must name at least one parameter'],
  ])('refuses %j with the part that is wrong and its place', (text, refusal) => {
    expect(parseConstraint(text)).toEqual({ refusal });
  });

  it('accepts 500 characters and refuses 501', () => {
    expect(parsed('a <= 1'.padEnd(500)).names).toEqual(['a']);
    expect(parseConstraint('a <= 1'.padEnd(501))).toEqual({ refusal: 'must have at most 500 characters; it has 501' });
  });

  it('accepts 16 operands of min', () => {
    expect(holds(parsed(`min(a${',1'.repeat(15)}) < 1`), () => 0)).toBe(true);
  });

  it.each([
    ['parentheses', (n: number) => `${'('.repeat(n)}a < 1${')'.repeat(n)}`],
    ['negations', (n: number) => `${'!'.repeat(n)}(a < 1)`],
    ['signs', (n: number) => `${'-'.repeat(n)}a < 1`],
    ['calls', (n: number) => `${'abs('.repeat(n)}a${')'.repeat(n)} < 1`],
  ])('accepts 30 nested %s, and refuses what a stack could not hold', (_, text) => {
    expect(parsed(text(30)).names).toEqual(['a']);
    const refusal = { refusal: 'must nest at most 32 deep' };
    expect(parseConstraint(text(33))).toEqual(refusal);
    expect(parseConstraint(text(500).slice(0, 500))).toEqual(refusal);
  });

  it('accepts a sum and a conjunction of as many terms as fit', () => {
    expect(holds(parsed(`${'a+'.repeat(247)}a<=1`), () => 0)).toBe(true);
    expect(holds(parsed(`${'a<1&&'.repeat(99)}a<1`), () => 0)).toBe(true);
  });
});

describe('holds', () => {
  it('is true when a named parameter is inactive', () => {
    expect(holds(parsed('a < 0 && b < 0'), (name) => (name === 'a' ? 1 : undefined))).toBe(true);
    expect(holds(parsed('a < 0 && b < 0'), () => 1)).toBe(false);
  });

  it('tells a value of 0 from an inactive parameter', () => {
    expect(holds(parsed('a > 0'), () => 0)).toBe(false);
  });
});

describe('nodeCount', () => {
  it.each([
    ['a <= 1', 3],
    ['!(a + b ** 2 <= -1) || c > 0', 13],
    ['max(a, min(b, 2), 3) == sqrt(c)', 9],
  ])('of %s is %i: its numbers, names, operators and functions', (text, count) => {
    expect(nodeCount(parsed(text))).toBe(count);
  });
});

describe('any text', () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  const token = fc.constantFrom(
    ...'( ) ! - + * / % ** < <= == != && || , `'.split(' '),
    ' ',
    '.',
    '\n',
    'a',
    'b1',
    'min',
    'max(',
    'abs(',
    '`x-y`',
    '0',
    '1',
    '2.5',
    '1e9',
    '1e999',
    '9'.repeat(40),
    '&',
    '=',
    '\u{1f600}',
  );
  const soup = fc.array(token, { maxLength: 400, size: 'max' }).map((tokens) => tokens.join('').slice(0, 500));
  const characters = fc.string({ unit: 'binary', maxLength: 500, size: 'max' });
  const runs = fc.array(fc.tuple(token, fc.integer({ min: 1, max: 200 })), { maxLength: 6, size: 'max' }).map((parts) =>
    parts
      .map(([text, count]) => text.repeat(count))
      .join('')
      .slice(0, 500),
  );

  it('is parsed or refused with a sentence, in a number of steps that the length bounds', () => {
    // Every symbol that the grammar asks for is looked up in a list, every token is one match.
    const lookups = vi.spyOn(Array.prototype, 'includes');
    const matches = vi.spyOn(RegExp.prototype, 'exec');
    const outcomes = new Set<string>();
    const texts = fc.sample(
      fc.oneof(
        soup,
        characters,
        runs,
        constraintText().map(({ text }) => text),
      ),
      {
        seed: 4,
        numRuns: 3000,
      },
    );
    for (const text of texts) {
      lookups.mockClear();
      matches.mockClear();
      const outcome = parseConstraint(text);
      const [lookupCount, matchCount] = [lookups.mock.calls.length, matches.mock.calls.length];
      if (lookupCount > 20 * (text.length + 1) || matchCount > text.length + 1) throw new Error(`slow: ${text}`);
      outcomes.add('refusal' in outcome ? outcome.refusal.replace(/".*"|\d+/g, '').slice(0, 20) : 'parsed');
      if ('refusal' in outcome && !/^(must|has) /.test(outcome.refusal)) throw new Error(outcome.refusal);
      if (!('refusal' in outcome)) holds(outcome, () => 1);
    }
    expect(outcomes).toContain('parsed');
    expect(outcomes.size).toBeGreaterThan(8);
  });
});

describe('a well-formed constraint', () => {
  it('agrees with the same expression run as JavaScript', () => {
    const value = fc.constantFrom(-3, -1.5, -1, 0, 0.5, 1, 2, 3, 10, 1e200);
    const values = fc.record({ a: value, 'b-c': value, 'd.e': value, max: value });
    let heldCount = 0;
    fc.assert(
      fc.property(constraintText(), values, ({ text, script }, given) => {
        const outcome = parseConstraint(text);
        if ('refusal' in outcome) throw new Error(`${text}: ${outcome.refusal}`);
        // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- the independent evaluator
        const run = new Function('p', 'power', `return ${script}`) as (p: Values, power: typeof productOf) => boolean;
        const expected = run(given, productOf);
        if (expected) heldCount++;
        expect(holds(outcome, (name) => given[name as keyof typeof given])).toBe(expected);
      }),
      { seed: 5, numRuns: 3000 },
    );
    expect(heldCount).toBeGreaterThan(500);
    expect(heldCount).toBeLessThan(2500);
  });
});

function productOf(base: number, count: number): number {
  return Array.from({ length: count }, () => base).reduce((product, factor) => product * factor, 1);
}

interface Written {
  text: string;
  script: string;
}

/** Texts of the grammar, each with a JavaScript expression in which every operation has its parentheses. */
function constraintText(): fc.Arbitrary<Written> {
  const space = fc.constantFrom('', ' ');
  const chain = (operand: fc.Arbitrary<Written>, operators: string[], maxLength: number): fc.Arbitrary<Written> =>
    fc
      .tuple(operand, fc.array(fc.tuple(fc.constantFrom(...operators), operand, space), { maxLength }))
      .map(([first, rest]) =>
        rest.reduce(
          (left, [operator, right, gap]) => ({
            text: `${left.text}${gap}${operator}${gap}${right.text}`,
            script: `(${left.script} ${operator} ${right.script})`,
          }),
          first,
        ),
      );
  const leaf = fc.oneof(
    fc.constantFrom('0', '1', '2.5', '.5', '3.', '1e2', '7').map((text) => ({ text, script: `(${text})` })),
    fc.constantFrom(
      nameOf('a', 'a'),
      nameOf('`b-c`', 'b-c'),
      nameOf('d.e', 'd.e'),
      nameOf('max', 'max'),
      nameOf('`a`', 'a'),
    ),
  );
  const sum = (depth: number): fc.Arbitrary<Written> => chain(chain(sign(depth), ['*', '/', '%'], 1), ['+', '-'], 2);
  const sign = (depth: number): fc.Arbitrary<Written> =>
    fc
      .tuple(fc.constantFrom('', '', '', '-', '- -'), power(depth))
      .map(([sign, { text, script }]) => ({ text: `${sign}${text}`, script: sign === '-' ? `(-${script})` : script }));
  const power = (depth: number): fc.Arbitrary<Written> =>
    fc
      .tuple(atom(depth), fc.option(fc.nat(8), { freq: 1 }))
      .map(([base, exponent]) =>
        exponent === null
          ? base
          : { text: `${base.text} ** ${exponent}`, script: `power(${base.script}, ${exponent})` },
      );
  const atom = (depth: number): fc.Arbitrary<Written> => (depth === 0 ? leaf : fc.oneof(leaf, nestedAtom(depth - 1)));
  const nestedAtom = (depth: number): fc.Arbitrary<Written> =>
    fc.oneof(
      sum(depth).map(({ text, script }) => ({ text: `(${text})`, script })),
      fc
        .tuple(fc.constantFrom('min', 'max'), sum(depth), sum(depth))
        .map(([f, a, b]) => ({ text: `${f}(${a.text}, ${b.text})`, script: `Math.${f}(${a.script}, ${b.script})` })),
      fc
        .tuple(fc.constantFrom('abs', 'floor', 'ceil', 'sqrt'), sum(depth))
        .map(([f, a]) => ({ text: `${f}(${a.text})`, script: `Math.${f}(${a.script})` })),
    );
  const comparison = fc
    .tuple(sum(2), fc.constantFrom('<=', '<', '>=', '>', '==', '!='), sum(1), space)
    .map(([left, operator, right, gap]) => ({
      text: `${left.text}${gap}${operator}${gap}${right.text}`,
      script: `(${left.script} ${operator} ${right.script})`,
    }));
  const negation = (depth: number): fc.Arbitrary<Written> =>
    depth === 0
      ? comparison
      : fc.oneof(
          comparison,
          negation(depth - 1).map(({ text, script }) => ({ text: `!${text}`, script: `(!${script})` })),
          condition(depth - 1).map(({ text, script }) => ({ text: `(${text})`, script })),
        );
  const condition = (depth: number): fc.Arbitrary<Written> => chain(chain(negation(depth), ['&&'], 1), ['||'], 1);
  return condition(2).filter(({ text, script }) => text.length <= 500 && script.includes('p['));
}

function parsed(text: string): Constraint {
  const constraint = parseConstraint(text);
  if ('refusal' in constraint) throw new Error(`${text}: ${constraint.refusal}`);
  return constraint;
}

function nameOf(text: string, key: string): Written {
  return { text, script: `p[${JSON.stringify(key)}]` };
}
