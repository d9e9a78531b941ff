import { describe, expect, test } from 'vitest';
import { grandTotalLines } from '../../cli/render/grand-total.ts';
import { styleFor } from '../../cli/render/style.ts';
import { totalOfRuns } from '../../cli/run/grand-total.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { CostEstimate } from '../../shared/policy/money.ts';

type Bound = CostEstimate['bound'];
type Priced = { readonly cost?: CostEstimate; readonly once?: CostEstimate; readonly code?: string };

function estimate(
  yuan: number,
  { bound, currency = 'CNY', kind = 'estimate' as const }: { bound?: Bound; currency?: string; kind?: CostEstimate['kind'] } = {},
): CostEstimate {
  return { kind, amount: { currency, micros: BigInt(yuan * 1_000_000) }, per: 'per 30 days', ...(bound && { bound }) };
}

function totalOf(...changes: readonly Priced[]) {
  const decisions = changes.map(({ code = 'x', ...costs }, index) => ({
    ...{
      verdict: 'act',
      rule: 'r',
      resource: { kind: 'delivery-group', id: `g${index}`, name: `n${index}` },
      because: [{ code, text: '' }],
    },
    action: { key: `k${index}`, change: [], ...costs },
  }));
  return totalOfRuns([{ target: 'home', decisions } as unknown as RunReport]);
}

function linesOf(...changes: readonly Priced[]): readonly string[] {
  return grandTotalLines(totalOf(...changes), styleFor());
}

describe('the total of a plan', () => {
  test('adds up each currency by itself, and what lasts apart from what is one-off', () => {
    const changes = [
      { cost: estimate(10), once: estimate(-3) },
      { cost: estimate(5, { currency: 'USD' }) },
      { cost: estimate(-12) },
      { once: estimate(-1) },
    ];
    expect(linesOf(...changes)).toEqual([
      'Total, estimated: -2.00 CNY per 30 days and -4.00 CNY one-off in the next 30 days, 4 changes',
      'Total, estimated: +5.00 USD per 30 days, 4 changes',
    ]);
  });

  test('names changes without a price and adds no quote of an order', () => {
    expect(linesOf({ cost: estimate(10) }, { code: 'price-unknown' }, { cost: estimate(99, { kind: 'quote' }) })).toEqual([
      'Total, estimated: +10.00 CNY per 30 days, 1 change',
      '1 change without a price, in no total: n1 (g1)',
    ]);
  });

  test.each<[string, readonly CostEstimate[], Bound | 'about']>([
    ['more at most', [estimate(10), estimate(5, { bound: 'at most' })], 'at most'],
    ['saved at most', [estimate(-10), estimate(-5, { bound: 'at most' })], 'at most'],
    [
      'a saving that is at least that, beside more that is at most',
      [estimate(9, { bound: 'at most' }), estimate(-5, { bound: 'at least' })],
      'at most',
    ],
    ['more that is at most, where the sum is a saving', [estimate(-10), estimate(5, { bound: 'at most' })], 'at least'],
    ['in both directions', [estimate(9, { bound: 'at most' }), estimate(-5, { bound: 'at most' })], 'about'],
    ['nowhere', [estimate(9)], undefined],
  ])('says in which direction use can move it: %s', (_is, costs, bound) => {
    expect(totalOf(...costs.map((cost) => ({ cost }))).currencies[0]?.lasting?.bound).toBe(bound);
  });

  test('is nothing where nothing has a price', () => {
    expect(linesOf({})).toEqual([]);
  });
});
