import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  itemBytesMax,
  transactionWriteMax,
  type Attributes,
  type Condition,
  type Cursor,
  type Item,
  type Key,
  type Query,
  type Table,
  type TransactWrite,
} from '../../shared/store/table.ts';

const always: Condition = { kind: 'always' };
const itemExists: Condition = { kind: 'itemExists' };
const itemAbsent: Condition = { kind: 'itemAbsent' };
const holds: Condition = { kind: '=', attribute: 'n', value: 1 };
const fails: Condition = { kind: '=', attribute: 'n', value: -1 };

/** What every table does, whatever engine is behind it. `open` may return a table with other items in it. */
export function tableContract(name: string, open: () => Promise<Table>): void {
  describe(`${name} keeps the contract of tables:`, () => {
    let table: Table;
    beforeAll(async () => {
      table = await open();
    });
    afterAll(() => table.close());

    const putOpen = (key: Key, openPk: string, openSk: string): Promise<unknown> => table.put(key, { openPk, openSk });
    const findOpen = async (openPk: string, query: Partial<Query> = {}): Promise<string[]> => {
      const items = await all(table, { table: 'core', by: 'openPk', partition: openPk, ...query });
      return items.map(({ key }) => key.sk);
    };

    describe('an item', () => {
      it('is undefined when it was never written', async () => {
        expect(await table.get(newKey())).toBeUndefined();
      });

      it.each<[string, Attributes]>([
        ['no attributes', {}],
        ['strings', { text: 'some text', empty: '', umlauts: 'äöü', emoji: '😀', controls: 'a\u0000b\n\t"\\' }],
        ['booleans', { yes: true, no: false }],
        ['null', { nothing: null }],
        ['numbers', { zero: 0, one: 1, below: -1, max: 2 ** 53 - 1, min: -(2 ** 53) + 1 }],
        ['lists', { empty: [], mixed: [1, 'two', true, null, [3, []], { four: 4 }] }],
        ['maps', { empty: {}, deep: { a: { b: { c: [{ d: null }] } }, 'a.b': 1, '#x': 2 } }],
        ['names that DynamoDB reserves', { name: 1, state: 2, size: 3, values: 4, 'with space': 5, 'with-dash': 6 }],
      ])('comes back as it was put: %s', async (_, attributes) => {
        const key = newKey();
        expect(await table.put(key, attributes)).toEqual({ ok: true, item: { key, attributes } });
        expect(await table.get(key)).toEqual({ key, attributes });
      });

      it.each(['core', 'aux'] as const)('is told apart by both parts of its key in %s', async (of) => {
        const { pk } = newKey();
        const keys: Key[] = [
          { table: of, pk, sk: 'a' },
          { table: of, pk, sk: 'b' },
          { table: of, pk: `${pk}#b`, sk: 'a' },
          { table: of, pk, sk: 'A' },
          { table: of, pk, sk: 'a ' },
        ];
        for (const [n, key] of keys.entries()) await table.put(key, { n });
        const found = await Promise.all(keys.map((key) => table.get(key)));
        expect(found.map((item) => item?.attributes.n)).toEqual([0, 1, 2, 3, 4]);
      });

      it('is another one in core than in aux', async () => {
        const { pk, sk } = newKey();
        await table.put({ table: 'core', pk, sk }, { n: 1 });
        expect(await table.get({ table: 'aux', pk, sk })).toBeUndefined();
      });

      it('may have every character of a key', async () => {
        const id = '01jz0000000000000000000000';
        const guard = `T#${id}#S#${id}#G#9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08#${newKey().pk}`;
        for (const sk of ['META', 'R#00000001', '000001#0000000000000003', 'late#000001', 'S#~', `S#${id}!`]) {
          const key: Key = { table: 'core', pk: guard, sk };
          await table.put(key, { at: sk });
          expect(await table.get(key)).toEqual({ key, attributes: { at: sk } });
        }
      });

      it('does not change when the object it was written from does', async () => {
        const [put, updated, transacted] = [newKey(), newKey(), newKey()];
        const list: number[] = [1];
        const attributes = { list, map: { list } };
        await table.put(put, attributes);
        await table.update(updated, { set: attributes }, always);
        await table.transact([{ kind: 'put', key: transacted, attributes }]);
        list.push(2);
        for (const key of [put, updated, transacted]) {
          expect((await table.get(key))?.attributes).toEqual({ list: [1], map: { list: [1] } });
        }
      });

      it('does not change when a read of it does', async () => {
        const key = newKey();
        await table.put(key, { list: [1] });
        const read = await table.get(key);
        (read!.attributes.list as number[]).push(2);
        expect((await table.get(key))?.attributes).toEqual({ list: [1] });
      });

      it.each<[string, string, number]>([
        ['letters', 'x', 1],
        ['letters of two bytes', 'é', 2],
        ['quotes', '"', 1],
      ])('may have just under 400 KB and not a byte more than them, in %s', async (_, letter, bytes) => {
        const below = letter.repeat((itemBytesMax - 300) / bytes);
        const above = letter.repeat(itemBytesMax / bytes);
        const key = newKey();
        await table.put(key, { below });
        expect((await table.get(key))?.attributes.below === below).toBe(true);
        await expect(table.put(key, { above })).rejects.toThrow(Error);
        await expect(table.update(key, { set: { more: 'x'.repeat(300) } }, always)).rejects.toThrow(Error);
        await expect(
          table.transact([
            { kind: 'put', key: newKey(), attributes: {} },
            { kind: 'put', key, attributes: { above } },
          ]),
        ).rejects.toThrow(Error);
        expect(Object.keys((await table.get(key))!.attributes)).toEqual(['below']);
      });

      it.each([Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('may not have the number %d', async (n) => {
        const key = newKey();
        await expect(table.put(key, { n })).rejects.toThrow(Error);
        expect(await table.get(key)).toBeUndefined();
      });
    });

    describe('a put', () => {
      it('replaces the whole item', async () => {
        const key = newKey();
        await table.put(key, { a: 1, b: 2 });
        await table.put(key, { b: 3 });
        expect((await table.get(key))?.attributes).toEqual({ b: 3 });
      });
    });

    describe('an update', () => {
      it('sets, adds and removes at once, keeps the rest and answers the whole item', async () => {
        const key = newKey();
        await table.put(key, { kept: 'k', set: 'old', added: 5, removed: true });
        const attributes = { kept: 'k', set: ['new'], added: 3, fresh: { a: null } };
        expect(
          await table.update(
            key,
            { set: { set: ['new'], fresh: { a: null } }, add: { added: -2 }, remove: ['removed', 'never there'] },
            itemExists,
          ),
        ).toEqual({ ok: true, item: { key, attributes } });
        expect(await table.get(key)).toEqual({ key, attributes });
      });

      it.each<[string, Attributes]>([
        ['an empty string', { v: '' }],
        ['null', { v: null }],
        ['a boolean', { v: false }],
        ['an empty list', { v: [] }],
        ['an empty map', { v: {} }],
        ['another type', { v: 7 }],
      ])('sets an attribute to %s', async (_, set) => {
        const key = newKey();
        await table.put(key, { v: 'before' });
        await table.update(key, { set }, always);
        expect((await table.get(key))?.attributes).toEqual(set);
      });

      it.each<[string, Condition]>([
        ['always', always],
        ['itemAbsent', itemAbsent],
        ['absent', { kind: 'absent', attribute: 'n' }],
      ])('creates an absent item under the condition %s', async (_, condition) => {
        const key = newKey();
        expect(await table.update(key, { set: { n: 1 } }, condition)).toEqual({
          ok: true,
          item: { key, attributes: { n: 1 } },
        });
        expect(await table.get(key)).toEqual({ key, attributes: { n: 1 } });
      });

      it('creates no item under a condition that an absent item fails', async () => {
        const key = newKey();
        expect(await table.update(key, { set: { n: 1 } }, itemExists)).toEqual({ ok: false, found: undefined });
        expect(await table.get(key)).toBeUndefined();
      });

      it('adds exactly up to 2^53 - 1', async () => {
        const key = newKey();
        await table.put(key, { n: 2 ** 53 - 3 });
        const written = await table.update(key, { add: { n: 2 } }, itemExists);
        expect(written).toMatchObject({ ok: true, item: { attributes: { n: 9007199254740991 } } });
      });

      it.each<[string, Attributes]>([
        ['an absent attribute', {}],
        ['a string', { n: '1' }],
      ])('does not add to %s', async (_, attributes) => {
        const key = newKey();
        await table.put(key, attributes);
        await expect(table.update(key, { add: { n: 1 } }, itemExists)).rejects.toThrow(Error);
        expect((await table.get(key))?.attributes).toEqual(attributes);
      });

      it('adds up when many come at once', async () => {
        const key = newKey();
        await table.put(key, { n: 0 });
        const written = await Promise.all(
          Array.from({ length: 20 }, () => table.update(key, { add: { n: 1 } }, itemExists)),
        );
        const answers = written.map((one) => one.ok && (one.item.attributes.n as number)).sort((a, b) => +a - +b);
        expect(answers).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
      });
    });

    describe('a delete', () => {
      it('removes the item', async () => {
        const key = newKey();
        await table.put(key, { n: 1 });
        await table.delete(key);
        expect(await table.get(key)).toBeUndefined();
      });

      it('does nothing to an absent item', async () => {
        const key = newKey();
        await table.delete(key);
        expect(await table.get(key)).toBeUndefined();
      });
    });

    describe('a condition', () => {
      it.each(conditionFacts)('$name: $onAbsent on an absent item, $onPresent on a present one', async (fact) => {
        for (const kind of writeKinds) {
          const onAbsent = await outcome(table, kind, fact.condition, undefined);
          const onPresent = await outcome(table, kind, fact.condition, present);
          expect({ kind, onAbsent, onPresent }).toEqual({ kind, onAbsent: fact.onAbsent, onPresent: fact.onPresent });
        }
      });

      it('that an item fails leaves it as it was and answers it', async () => {
        const key = newKey();
        const attributes = { n: 1, list: [{ a: '' }], nothing: null };
        await table.put(key, attributes);
        const refused = { ok: false, found: { key, attributes } };
        expect(await table.put(key, { n: 2 }, fails)).toEqual(refused);
        expect(await table.update(key, { set: { n: 2 } }, fails)).toEqual(refused);
        expect(await table.get(key)).toEqual(refused.found);
      });

      it('lets one of many writers through', async () => {
        const key = newKey();
        const written = await Promise.all(
          Array.from({ length: 10 }, (_, writer) => table.put(key, { writer }, itemAbsent)),
        );
        expect(written.filter(({ ok }) => ok)).toHaveLength(1);
        const winner = written.findIndex(({ ok }) => ok);
        expect((await table.get(key))?.attributes).toEqual({ writer: winner });
        expect(written.every((one) => one.ok || one.found?.attributes.writer === winner)).toBe(true);
      });
    });

    describe('a transaction', () => {
      it('does all its writes', async () => {
        const [put, updated, created, deleted, checked, absent] = Array.from({ length: 6 }, newKey);
        for (const key of [put, updated, deleted, checked]) await table.put(key, { n: 1 });
        expect(
          await table.transact([
            { kind: 'put', key: put, attributes: { a: [1] } },
            { kind: 'update', key: updated, changes: { set: { a: 1 }, add: { n: 4 } }, condition: holds },
            { kind: 'update', key: created, changes: { set: { b: '' } }, condition: itemAbsent },
            { kind: 'delete', key: deleted, condition: itemExists },
            { kind: 'check', key: checked, condition: holds },
            { kind: 'delete', key: absent },
          ]),
        ).toEqual({ ok: true });
        const found = await Promise.all([put, updated, created, deleted, checked, absent].map((key) => table.get(key)));
        expect(found.map((item) => item?.attributes)).toEqual([
          { a: [1] },
          { n: 5, a: 1 },
          { b: '' },
          undefined,
          { n: 1 },
          undefined,
        ]);
      });

      it('reaches over both tables, also with the same key in each', async () => {
        const { pk, sk } = newKey();
        await table.transact([
          { kind: 'put', key: { table: 'core', pk, sk }, attributes: { of: 'core' } },
          { kind: 'put', key: { table: 'aux', pk, sk }, attributes: { of: 'aux' } },
        ]);
        expect((await table.get({ table: 'core', pk, sk }))?.attributes).toEqual({ of: 'core' });
        expect((await table.get({ table: 'aux', pk, sk }))?.attributes).toEqual({ of: 'aux' });
      });

      it('does none of its writes when one is refused, and says for each what was there, in order', async () => {
        const [a, b, c, d, e, f] = Array.from({ length: 6 }, newKey);
        for (const [n, key] of [a, b, d, e].entries()) await table.put(key, { n, more: [{ n }] });
        expect(
          await table.transact([
            { kind: 'put', key: a, attributes: { changed: true } },
            { kind: 'put', key: b, attributes: { changed: true }, condition: itemAbsent },
            { kind: 'update', key: c, changes: { set: { changed: true } }, condition: itemExists },
            { kind: 'check', key: d, condition: fails },
            { kind: 'delete', key: e, condition: fails },
            { kind: 'update', key: f, changes: { set: { changed: true } }, condition: itemAbsent },
          ]),
        ).toEqual({
          ok: false,
          refusals: [
            undefined,
            { found: { key: b, attributes: { n: 1, more: [{ n: 1 }] } } },
            { found: undefined },
            { found: { key: d, attributes: { n: 2, more: [{ n: 2 }] } } },
            { found: { key: e, attributes: { n: 3, more: [{ n: 3 }] } } },
            undefined,
          ],
        });
        const found = await Promise.all([a, b, c, d, e, f].map((key) => table.get(key)));
        expect(found.map((item) => item?.attributes.n)).toEqual([0, 1, undefined, 2, 3, undefined]);
        expect(found.some((item) => item?.attributes.changed)).toBe(false);
      });

      it('does none of its writes when one cannot be done', async () => {
        const [a, b] = [newKey(), newKey()];
        await expect(
          table.transact([
            { kind: 'put', key: a, attributes: {} },
            { kind: 'update', key: b, changes: { add: { n: 1 } }, condition: always },
          ]),
        ).rejects.toThrow(Error);
        expect(await table.get(a)).toBeUndefined();
      });

      it(`has up to ${transactionWriteMax} writes`, async () => {
        const { pk } = newKey();
        const writes = Array.from({ length: transactionWriteMax + 1 }, (_, n) =>
          putOf({ table: 'core', pk, sk: `${n}` }),
        );
        await expect(table.transact(writes)).rejects.toThrow('got 101');
        expect(await all(table, { table: 'core', by: 'pk', partition: pk })).toEqual([]);
        expect(await table.transact(writes.slice(1))).toEqual({ ok: true });
        expect(await all(table, { table: 'core', by: 'pk', partition: pk })).toHaveLength(transactionWriteMax);
      });

      it('has at least one write', async () => {
        await expect(table.transact([])).rejects.toThrow('got 0');
      });

      it('may not touch an item twice', async () => {
        const key = newKey();
        await expect(
          table.transact([putOf(key), { kind: 'check', key: { ...key }, condition: always }]),
        ).rejects.toThrow('the same item twice');
        expect(await table.get(key)).toBeUndefined();
      });

      it('may touch two items whose keys read the same when they are joined', async () => {
        const { pk } = newKey();
        const writes = [putOf({ table: 'core', pk, sk: 'a b' }), putOf({ table: 'core', pk: `${pk} a`, sk: 'b' })];
        expect(await table.transact(writes)).toEqual({ ok: true });
      });
    });

    describe('a query by partition', () => {
      const sortKeys = ['A', 'R#00000001', 'R#00000002', 'R#00000010', 'R#1', 'S', 'a', 'é', '\u{FFFD}', '\u{1F600}'];

      it.each(['core', 'aux'] as const)('finds the items of one partition of %s in the order of UTF-8', async (of) => {
        const { pk } = newKey();
        for (const sk of [...sortKeys].reverse()) await table.put({ table: of, pk, sk }, { is: sk });
        await table.put({ table: of, pk: `${pk}0`, sk: 'A' }, {});
        await table.put({ table: of === 'core' ? 'aux' : 'core', pk, sk: 'A' }, {});
        const found = await all(table, { table: of, by: 'pk', partition: pk });
        expect(found).toEqual(sortKeys.map((sk) => ({ key: { table: of, pk, sk }, attributes: { is: sk } })));
        const descending = await all(table, { table: of, by: 'pk', partition: pk, descending: true });
        expect(descending.map(({ key }) => key.sk)).toEqual([...sortKeys].reverse());
      });

      it.each<[Pick<Query, 'from' | 'to'>, string]>([
        [{}, 'abcde'],
        [{ from: 'b' }, 'bcde'],
        [{ to: 'd' }, 'abcd'],
        [{ from: 'b', to: 'd' }, 'bcd'],
        [{ from: 'c', to: 'c' }, 'c'],
        [{ from: 'a!', to: 'cc' }, 'bc'],
        [{ from: 'bb', to: 'bc' }, ''],
        [{ from: 'd', to: 'b' }, ''],
        [{ from: 'z' }, ''],
      ])('finds within the bounds %j, which are included, %s', async (bounds, expected) => {
        const { pk } = newKey();
        for (const sk of 'abcde') await table.put({ table: 'core', pk, sk }, {});
        for (const descending of [false, true]) {
          const found = await all(table, { table: 'core', by: 'pk', partition: pk, descending, ...bounds });
          const letters = found.map(({ key }) => key.sk);
          expect((descending ? letters.reverse() : letters).join('')).toBe(expected);
        }
      });

      it('finds nothing in an empty partition', async () => {
        expect((await table.query({ table: 'aux', by: 'pk', partition: newKey().pk })).items).toEqual([]);
      });

      it.each([1, 2, 3, 7, 8])('visits everything exactly once in pages of at most %d', async (limit) => {
        const { pk } = newKey();
        for (const sk of 'abcdefg') await table.put({ table: 'core', pk, sk }, {});
        for (const descending of [false, true]) {
          const pages = await pagesOf(table, { table: 'core', by: 'pk', partition: pk, limit, descending });
          expect(Math.max(...pages.map((page) => page.length))).toBe(Math.min(limit, 7));
          const letters = pages.flat().map(({ key }) => key.sk);
          expect((descending ? letters.reverse() : letters).join('')).toBe('abcdefg');
        }
      });

      it('goes on after an item that was deleted meanwhile', async () => {
        const { pk } = newKey();
        for (const sk of 'abc') await table.put({ table: 'core', pk, sk }, {});
        const query: Query = { table: 'core', by: 'pk', partition: pk, limit: 1 };
        const { next } = await table.query(query);
        await table.delete({ table: 'core', pk, sk: 'a' });
        const rest = await all(table, { ...query, after: next! });
        expect(rest.map(({ key }) => key.sk)).toEqual(['b', 'c']);
      });

      it('stays within its bounds after a page', async () => {
        const { pk } = newKey();
        for (const sk of 'abcdef') await table.put({ table: 'core', pk, sk }, {});
        const pages = await pagesOf(table, { table: 'core', by: 'pk', partition: pk, from: 'b', to: 'e', limit: 2 });
        expect(pages.flat().map(({ key }) => key.sk)).toEqual(['b', 'c', 'd', 'e']);
      });

      it('reads more than 1 MB in several pages', async () => {
        const { pk } = newKey();
        const body = 'x'.repeat(300_000);
        for (const sk of 'abcdefgh') await table.put({ table: 'core', pk, sk }, { body });
        for (const descending of [false, true]) {
          const pages = await pagesOf(table, { table: 'core', by: 'pk', partition: pk, descending });
          expect(pages.length).toBeGreaterThan(1);
          const found = pages.flat();
          const letters = found.map(({ key }) => key.sk);
          expect((descending ? letters.reverse() : letters).join('')).toBe('abcdefgh');
          expect(found.every(({ attributes }) => attributes.body === body)).toBe(true);
        }
      });

      it('sees a write at once', async () => {
        const { pk } = newKey();
        for (let n = 1; n <= 20; n++) {
          await table.put({ table: 'core', pk, sk: `${n}` }, {});
          expect(await all(table, { table: 'core', by: 'pk', partition: pk })).toHaveLength(n);
        }
        await table.delete({ table: 'core', pk, sk: '7' });
        expect(await all(table, { table: 'core', by: 'pk', partition: pk })).toHaveLength(19);
      });
    });

    describe('a query by the index of open trials', () => {
      it('finds whole items of any partition in the order of openSk', async () => {
        const [a, b, c] = [newKey(), newKey(), newKey()];
        const openPk = newKey().pk;
        await table.put(a, { openPk, openSk: '2', more: [1] });
        await table.put(b, { openPk, openSk: '3' });
        await table.put(c, { openPk, openSk: '1' });
        const items = await all(table, { table: 'core', by: 'openPk', partition: openPk });
        expect(items).toEqual([
          { key: c, attributes: { openPk, openSk: '1' } },
          { key: a, attributes: { openPk, openSk: '2', more: [1] } },
          { key: b, attributes: { openPk, openSk: '3' } },
        ]);
        expect(await findOpen(openPk, { descending: true })).toEqual([b.sk, a.sk, c.sk]);
      });

      it('includes its bounds', async () => {
        const { pk } = newKey();
        for (const sk of 'abcde') await putOpen({ table: 'core', pk, sk }, pk, sk.toUpperCase());
        expect((await findOpen(pk, { from: 'B', to: 'D' })).join('')).toBe('bcd');
        expect((await findOpen(pk, { to: 'C' })).join('')).toBe('abc');
        expect((await findOpen(pk, { from: 'C', descending: true })).join('')).toBe('edc');
        expect(await findOpen(pk, { from: 'D', to: 'B' })).toEqual([]);
      });

      it.each<[string, (key: Key) => Promise<unknown>]>([
        ['loses openPk and openSk', (key) => table.update(key, { remove: ['openPk', 'openSk'] }, itemExists)],
        ['loses openSk', (key) => table.update(key, { remove: ['openSk'] }, itemExists)],
        ['loses openPk', (key) => table.update(key, { remove: ['openPk'] }, itemExists)],
        ['is replaced by one without them', (key) => table.put(key, { n: 1 })],
        ['is deleted', (key) => table.delete(key)],
        ['is deleted in a transaction', (key) => table.transact([{ kind: 'delete', key }])],
      ])('no longer finds an item that %s', async (_, leave) => {
        const [stays, leaves] = [newKey(), newKey()];
        const openPk = newKey().pk;
        await putOpen(stays, openPk, '1');
        await putOpen(leaves, openPk, '2');
        await leave(leaves);
        expect(await findOpen(openPk)).toEqual([stays.sk]);
      });

      it('never had an item without openPk and openSk', async () => {
        const key = newKey();
        await table.put(key, { n: 1 });
        expect(await findOpen(key.pk)).toEqual([]);
      });

      it('finds an item where it moved', async () => {
        const [moves, stays] = [newKey(), newKey()];
        const [openPk, other] = [newKey().pk, newKey().pk];
        await putOpen(moves, openPk, '1');
        await putOpen(stays, openPk, '2');
        await table.update(moves, { set: { openSk: '3' } }, itemExists);
        expect(await findOpen(openPk)).toEqual([stays.sk, moves.sk]);
        await table.transact([
          { kind: 'update', key: moves, changes: { set: { openPk: other } }, condition: itemExists },
        ]);
        expect(await findOpen(openPk)).toEqual([stays.sk]);
        expect(await findOpen(other)).toEqual([moves.sk]);
      });

      it.each([1, 2, 3])('tells items with equal sort keys apart in pages of %d', async (limit) => {
        const keys = Array.from({ length: 7 }, newKey);
        const openPk = newKey().pk;
        for (const [i, key] of keys.entries()) await putOpen(key, openPk, i < 5 ? 'same' : 'zlater');
        for (const descending of [false, true]) {
          const pages = await pagesOf(table, { table: 'core', by: 'openPk', partition: openPk, limit, descending });
          expect(pages.every((page) => page.length <= limit)).toBe(true);
          const items = pages.flat();
          expect(items.map(({ key }) => key.sk).sort()).toEqual(keys.map(({ sk }) => sk).sort());
          const order = items.map(({ attributes }) => attributes.openSk as string);
          expect(order).toEqual(descending ? [...order].sort().reverse() : [...order].sort());
        }
      });

      it('reads more than 1 MB in several pages', async () => {
        const { pk } = newKey();
        for (const sk of 'abcdef') {
          await table.put({ table: 'core', pk, sk }, { openPk: pk, openSk: sk, body: 'x'.repeat(300_000) });
        }
        const pages = await pagesOf(table, { table: 'core', by: 'openPk', partition: pk });
        expect(pages.length).toBeGreaterThan(1);
        expect(
          pages
            .flat()
            .map(({ key }) => key.sk)
            .join(''),
        ).toBe('abcdef');
      });
    });
  });
}

/** The item that the conditions below are tried on. */
const present: Attributes = {
  n: 5,
  zero: 0,
  text: 'middle',
  empty: '',
  emoji: '\u{1F600}',
  yes: true,
  no: false,
  nothing: null,
  list: [1],
  map: { n: 5 },
};

interface ConditionFact {
  name: string;
  condition: Condition;
  onAbsent: boolean;
  onPresent: boolean;
}

const conditionFacts: ConditionFact[] = [
  fact('always', always, true, true),
  fact('itemExists', itemExists, false, true),
  fact('itemAbsent', itemAbsent, true, false),
  ...['n', 'zero', 'empty', 'no', 'nothing', 'list', 'map'].flatMap((attribute) => [
    fact(`exists ${attribute}`, { kind: 'exists', attribute }, false, true),
    fact(`absent ${attribute}`, { kind: 'absent', attribute }, true, false),
  ]),
  fact('exists missing', { kind: 'exists', attribute: 'missing' }, false, false),
  fact('absent missing', { kind: 'absent', attribute: 'missing' }, true, true),
  ...compared('=', [
    ['n', 5, true],
    ['n', 6, false],
    ['n', '5', false],
    ['zero', 0, true],
    ['zero', '', false],
    ['zero', false, false],
    ['text', 'middle', true],
    ['text', 'Middle', false],
    ['empty', '', true],
    ['empty', 0, false],
    ['yes', true, true],
    ['yes', false, false],
    ['yes', 'true', false],
    ['no', false, true],
    ['no', 0, false],
    ['nothing', '', false],
    ['nothing', 0, false],
    ['nothing', false, false],
    ['list', 1, false],
    ['map', 5, false],
    ['missing', '', false],
    ['missing', 0, false],
    ['missing', false, false],
  ]),
  ...compared('<', [
    ['n', 6, true],
    ['n', 5, false],
    ['n', 4, false],
    ['n', 10, true],
    ['n', '6', false],
    ['text', 'middlf', true],
    ['text', 'middle ', true],
    ['text', 'middle', false],
    ['text', 'Z', false],
    ['text', 9, false],
    ['empty', 'a', true],
    ['emoji', '\u{FFFD}', false],
    ['nothing', 'z', false],
    ['nothing', 1, false],
    ['yes', 'z', false],
    ['missing', 1, false],
    ['missing', 'z', false],
  ]),
  ...compared('<=', [
    ['n', 5, true],
    ['n', 4, false],
    ['n', 6, true],
    ['n', '5', false],
    ['text', 'middle', true],
    ['text', 'middl', false],
    ['nothing', 0, false],
    ['missing', 0, false],
  ]),
  ...compared('>', [
    ['n', 4, true],
    ['n', 5, false],
    ['n', -10, true],
    ['n', '4', false],
    ['text', 'middl', true],
    ['text', 'middle', false],
    ['text', '', true],
    ['text', 1, false],
    ['emoji', '\u{FFFD}', true],
    ['nothing', -1, false],
    ['missing', -1, false],
    ['missing', '', false],
  ]),
  ...compared('>=', [
    ['n', 5, true],
    ['n', 6, false],
    ['n', 4, true],
    ['n', '5', false],
    ['text', 'middle', true],
    ['text', 'middlf', false],
    ['nothing', 0, false],
    ['missing', 0, false],
  ]),
  fact('in with the value', { kind: 'in', attribute: 'text', values: ['left', 'middle'] }, false, true),
  fact('in with the number', { kind: 'in', attribute: 'n', values: ['5', 5] }, false, true),
  fact('in without the value', { kind: 'in', attribute: 'text', values: ['left', 'right'] }, false, false),
  fact('in with another type', { kind: 'in', attribute: 'n', values: ['5'] }, false, false),
  fact('in on missing', { kind: 'in', attribute: 'missing', values: ['', 0] }, false, false),
  fact('in on null', { kind: 'in', attribute: 'nothing', values: ['', 0] }, false, false),
  fact('in nothing', { kind: 'in', attribute: 'n', values: [] }, false, false),
  fact('all of none', { kind: 'all', of: [] }, true, true),
  fact('any of none', { kind: 'any', of: [] }, false, false),
  fact('all of one', { kind: 'all', of: [itemExists] }, false, true),
  fact('any of always', { kind: 'any', of: [always] }, true, true),
  fact(
    'all of one of one',
    { kind: 'all', of: [{ kind: 'any', of: [{ kind: 'all', of: [itemExists] }] }] },
    false,
    true,
  ),
  fact('all of both', { kind: 'all', of: [itemExists, number('=', 5), always] }, false, true),
  fact('all with one that fails', { kind: 'all', of: [itemExists, number('=', 6)] }, false, false),
  fact('any with one that holds', { kind: 'any', of: [itemAbsent, number('=', 5)] }, true, true),
  fact('any without one that holds', { kind: 'any', of: [number('<', 5), number('>', 5)] }, false, false),
  fact(
    'any of all',
    {
      kind: 'any',
      of: [
        { kind: 'all', of: [itemAbsent, { kind: 'absent', attribute: 'n' }] },
        {
          kind: 'all',
          of: [number('>=', 5), { kind: 'any', of: [number('<', 0), { kind: 'exists', attribute: 'map' }] }],
        },
      ],
    },
    true,
    true,
  ),
  fact(
    'all of any',
    {
      kind: 'all',
      of: [
        { kind: 'any', of: [itemAbsent, number('=', 5)] },
        { kind: 'any', of: [{ kind: 'absent', attribute: 'n' }, number('>', 5)] },
      ],
    },
    true,
    false,
  ),
];

function fact(name: string, condition: Condition, onAbsent: boolean, onPresent: boolean): ConditionFact {
  return { name, condition, onAbsent, onPresent };
}

/** An absent item has no attribute to compare. */
function compared(
  kind: '=' | '<' | '<=' | '>' | '>=',
  facts: [attribute: string, value: string | number | boolean, onPresent: boolean][],
): ConditionFact[] {
  return facts.map(([attribute, value, onPresent]) =>
    fact(`${attribute} ${kind} ${JSON.stringify(value)}`, { kind, attribute, value }, false, onPresent),
  );
}

function number(kind: '=' | '<' | '<=' | '>' | '>=', value: number): Condition {
  return { kind, attribute: 'n', value };
}

const writeKinds = ['put', 'update', 'check', 'delete', 'transacted put', 'transacted update'] as const;

/**
 * Whether one write goes through under a condition, once it is sure that the item shows it and a refusal carries it.
 */
async function outcome(
  table: Table,
  kind: (typeof writeKinds)[number],
  condition: Condition,
  attributes: Attributes | undefined,
): Promise<boolean> {
  const key = newKey();
  if (attributes) await table.put(key, attributes);
  const found = attributes && { key, attributes };
  const changes = { set: { written: true } };
  const single = kind === 'put' || kind === 'update';
  const write: TransactWrite =
    kind === 'put' || kind === 'transacted put'
      ? { kind: 'put', key, attributes: { written: true }, condition }
      : kind === 'update' || kind === 'transacted update'
        ? { kind: 'update', key, changes, condition }
        : { kind, key, condition };
  const answer =
    kind === 'put'
      ? await table.put(key, { written: true }, condition)
      : kind === 'update'
        ? await table.update(key, changes, condition)
        : await table.transact([write]);
  const after = {
    put: { written: true },
    update: { ...attributes, written: true },
    check: attributes,
    delete: undefined,
  }[write.kind];
  const afterItem = after && { key, attributes: after };
  const [done, refused] = single ? [{ item: afterItem }, { found }] : [{}, { refusals: [{ found }] }];
  expect(answer).toEqual(answer.ok ? { ok: true, ...done } : { ok: false, ...refused });
  expect(await table.get(key)).toEqual(answer.ok ? afterItem : found);
  return answer.ok;
}

let keyCount = 0;

/** A partition and a sort key that no other test has. */
function newKey(): Key {
  keyCount++;
  return { table: 'core', pk: `T#${keyCount}`, sk: `R#${String(keyCount).padStart(8, '0')}` };
}

function putOf(key: Key): TransactWrite {
  return { kind: 'put', key, attributes: {} };
}

async function all(table: Table, query: Query): Promise<Item[]> {
  return (await pagesOf(table, query)).flat();
}

async function pagesOf(table: Table, query: Query): Promise<Item[][]> {
  const pages: Item[][] = [];
  let after: Cursor | undefined;
  do {
    const page = await table.query(after ? { ...query, after } : query);
    pages.push(page.items);
    after = page.next;
    if (pages.length > 100) throw new Error('the pages do not end');
  } while (after);
  return pages;
}
