import { describe, expect, it } from 'vitest';
import { printedResult, resultExample } from '../../shared/api/printed-result.ts';

describe('a printed result', () => {
  it.each<[string, object]>([
    ['0.5', { values: { loss: 0.5 } }],
    [' -1.5e-3 ', { values: { loss: -0.0015 } }],
    ['nan', { values: { loss: 'NaN' } }],
    ['-inf', { values: { loss: '-Infinity' } }],
    ['1e999', { values: { loss: 'Infinity' } }],
    ['{"values": {"loss": 0.5}}', { values: { loss: 0.5 } }],
    ['{"values": {"loss": NaN}}', { values: { loss: 'NaN' } }],
    ['{"values": {"loss": -Infinity, "note": 1}}', { values: { loss: '-Infinity', note: 1 } }],
    ['{"state": "infeasible", "message": "NaN"}', { state: 'infeasible', message: 'NaN' }],
  ])('is %s', (text, result) => {
    expect(printedResult(text, ['loss'])).toEqual(result);
  });

  it.each(['{"loss": 0.5}', '[1]', 'null', '"0.5"', 'done', 'epoch 3: 0.5', '0.5 %', '0x10', ''])(
    'is not %s',
    (text) => {
      expect(printedResult(text, ['loss'])).toBeUndefined();
    },
  );

  it('has an example for every study', () => {
    expect(resultExample(['loss'])).toBe('0.4 or {"values": {"loss": 0.4}}');
    expect(resultExample(['a', 'b'])).toBe('{"values": {"a": 0.4, "b": 0.3}}');
    const most = resultExample(['a', 'b', 'c', 'd']);
    expect(printedResult(most, ['a', 'b', 'c', 'd'])).toEqual({ values: { a: 0.4, b: 0.3, c: 0.2, d: 0.1 } });
  });

  it('is a number for one metric only', () => {
    expect(printedResult('0.5', ['loss', 'seconds'])).toBeUndefined();
  });
});
