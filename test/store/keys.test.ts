import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIdentifier } from '../../shared/domain/identifier.ts';
import { keys, lastTrialSk, openSk, reportsPk, studyPk, trialSk } from '../../shared/store/keys.ts';
import type { Key } from '../../shared/store/table.ts';

/** Few values of each kind, so that two inputs often differ in one of them only. */
const id = fc.constantFrom(
  '01jz3k8f9m2v7w5x4y6b0c1d2e',
  '01jz3k8f9m2v7w5x4y6b0c1d2f',
  '00000000000000000000000000',
  'zzzzzzzzzzzzzzzzzzzzzzzzzz',
);
const trialNumber = fc.oneof(fc.constantFrom(0, 1, 10, 11, 99_999_999), fc.nat(99_999_999));
const attempt = fc.oneof(fc.constantFrom(0, 1, 10), fc.nat(999_999));
const step = fc.oneof(fc.constantFrom(0, 1, 10, 2 ** 53 - 1), fc.maxSafeNat());
/** Texts that look like pieces of keys. */
const text = fc.oneof(
  fc.constantFrom('', 'META', 'a', 'a#S', '#', 'T#a', '#P#00000001', 'R#00000001', 'G', 'I', 'ä', '\u0000'),
  fc.string(),
);

/** What a key is made from, and the key. */
interface Made {
  of: readonly unknown[];
  tenant: string;
  key: Key;
}

const made: fc.Arbitrary<Made> = fc
  .record({ tenant: id, study: id, n: trialNumber, attempt, step, text, keyId: id })
  .chain(({ tenant, study, n, attempt, step, text, keyId }) => {
    const s = { tenant, study };
    return fc.constantFrom<Made>(
      { of: ['study', tenant, study], tenant, key: keys.study(s) },
      { of: ['counter', tenant, study], tenant, key: keys.counter(s) },
      { of: ['trial', tenant, study, n], tenant, key: keys.trial(s, n) },
      { of: ['guard', tenant, study, text], tenant, key: keys.guard(s, text) },
      { of: ['studyListing', tenant, study], tenant, key: keys.studyListing(s) },
      { of: ['studyName', tenant, text], tenant, key: keys.studyName(tenant, text) },
      { of: ['apiKeyListing', tenant, keyId], tenant, key: keys.apiKeyListing(tenant, keyId) },
      { of: ['receipt', tenant, text], tenant, key: keys.receipt(tenant, text) },
      { of: ['report', tenant, study, n, attempt, step], tenant, key: keys.report(s, n, attempt, step) },
      { of: ['supersededResult', tenant, study, n, attempt], tenant, key: keys.supersededResult(s, n, attempt) },
      { of: ['apiKey', keyId], tenant: '', key: keys.apiKey(keyId) },
    );
  });

const tenant = '01jz3k8f9m2v7w5x4y6b0c1d2e';
const study = '01jz3k8f9m2v7w5x4y6b0c1d2f';

describe('keys', () => {
  it('of different inputs are different, and of the same inputs the same', () => {
    fc.assert(
      fc.property(fc.array(made, { minLength: 2, maxLength: 60, size: 'max' }), (all) => {
        const inputs = new Set(all.map(({ of }) => JSON.stringify(of)));
        const results = new Set(all.map(({ key }) => JSON.stringify([key.table, key.pk, key.sk])));
        const pairs = new Set(all.map(({ of, key }) => JSON.stringify([of, key.table, key.pk, key.sk])));
        expect(results.size).toBe(inputs.size);
        expect(pairs.size).toBe(inputs.size);
      }),
      { numRuns: 300, seed: 1 },
    );
  });

  it('start with their tenant, except those of API keys', () => {
    fc.assert(
      fc.property(made, ({ of, tenant, key }) => {
        const pattern = of[0] === 'apiKey' ? /^K#/ : new RegExp(`^T#${tenant}(#|$)`);
        expect(key.pk).toMatch(pattern);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  it('hold no text of a user', () => {
    fc.assert(
      fc.property(made, ({ key }) => {
        expect(`${key.pk}/${key.sk}`).toMatch(/^[A-Za-z0-9#/]+$/);
      }),
      { numRuns: 500, seed: 1 },
    );
  });

  const malformed = [
    '',
    'a',
    tenant.toUpperCase(),
    tenant.slice(1),
    `${tenant}0`,
    `${tenant}\n`,
    `${tenant}#S#${study}`,
    ` ${tenant}`,
    'i'.repeat(26),
    'l'.repeat(26),
    'o'.repeat(26),
    'u'.repeat(26),
    '#'.repeat(26),
    'é'.repeat(26),
    '٠'.repeat(26),
  ];

  it.each(malformed)('are not made for the tenant %j', (tenant) => {
    expect(isIdentifier(tenant)).toBe(false);
    const s = { tenant, study };
    for (const make of [
      () => studyPk(s),
      () => reportsPk(s, 1),
      () => keys.study(s),
      () => keys.counter(s),
      () => keys.trial(s, 1),
      () => keys.guard(s, ''),
      () => keys.studyListing(s),
      () => keys.studyName(tenant, 'name'),
      () => keys.apiKeyListing(tenant, 'id'),
      () => keys.receipt(tenant, ''),
      () => keys.report(s, 1, 1, 1),
      () => keys.supersededResult(s, 1, 1),
    ]) {
      expect(make).toThrow('tenant must be a lower-case ULID');
    }
  });

  it.each(malformed)('are not made for the study %j', (study) => {
    const s = { tenant, study };
    for (const make of [
      () => studyPk(s),
      () => reportsPk(s, 1),
      () => keys.study(s),
      () => keys.counter(s),
      () => keys.trial(s, 1),
      () => keys.guard(s, ''),
      () => keys.report(s, 1, 1, 1),
      () => keys.supersededResult(s, 1, 1),
    ]) {
      expect(make).toThrow('study must be a lower-case ULID');
    }
  });
});

describe('a sort key', () => {
  const s = { tenant, study };

  it('of a trial sorts as its number does, up to the last', () => {
    fc.assert(
      fc.property(trialNumber, trialNumber, (a, b) => {
        expect(order(trialSk(a), trialSk(b))).toBe(order(a, b));
        expect(trialSk(a) <= lastTrialSk).toBe(true);
      }),
    );
  });

  it('of a report sorts by attempt, then by step', () => {
    fc.assert(
      fc.property(attempt, step, attempt, step, (attemptA, stepA, attemptB, stepB) => {
        const [a, b] = [keys.report(s, 1, attemptA, stepA).sk, keys.report(s, 1, attemptB, stepB).sk];
        expect(order(a, b)).toBe(order(attemptA, attemptB) || order(stepA, stepB));
      }),
    );
  });

  it('of a superseded result comes after those of all reports', () => {
    fc.assert(
      fc.property(attempt, step, attempt, (one, step, other) => {
        expect(keys.supersededResult(s, 1, other).sk > keys.report(s, 1, one, step).sk).toBe(true);
      }),
    );
  });

  it('of an open trial sorts by when it is due, then by number', () => {
    const due = fc.oneof(fc.constantFrom(0, 9, 10), fc.integer({ min: 0, max: 253_402_300_799_999 }));
    fc.assert(
      fc.property(due, trialNumber, due, trialNumber, (dueA, numberA, dueB, numberB) => {
        const [a, b] = [openSk(dueA, numberA), openSk(dueB, numberB)];
        expect(order(a, b)).toBe(order(dueA, dueB) || order(numberA, numberB));
      }),
    );
  });

  it('of the listing is within the range of the listing, and no other of the tenant is', () => {
    fc.assert(
      fc.property(made, ({ of, key }) => {
        if (key.table !== 'core' || key.pk !== `T#${of[1] as string}`) return;
        expect(key.sk >= 'S#' && key.sk <= 'S#~').toBe(of[0] === 'studyListing');
        expect(key.sk >= 'K#' && key.sk <= 'K#~').toBe(of[0] === 'apiKeyListing');
      }),
      { numRuns: 500 },
    );
  });
});

function order<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
