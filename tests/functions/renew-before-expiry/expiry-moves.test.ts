import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { causeOf, ExpiryComparison, type MoveCause, moveAlert } from '../../../functions/renew-before-expiry/run/expiry-moves.ts';
import type { Subscribable } from '../../../shared/fleet/subscription.ts';
import type { SeenExpiries } from '../../../shared/journal/renewals/expiries.ts';
import type { RenewalEntry, RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import { dayMs } from '../../fixtures/times.ts';

const at = (text: string): number => Date.parse(`${text}T00:00:00+08:00`);
const november = at('2026-11-30');
const december = at('2026-12-30');
const january = at('2027-01-30');
const february = at('2027-02-28');

const seen = (expiries: Readonly<Record<string, number>>): SeenExpiries => ({
  ...{ stream: 'expiries/1', back: new Map(), end: { next: 1, prev: null }, newest: { from: 0, parts: 0 }, damaged: [] },
  seconds: new Map(Object.entries(expiries).map(([id, ms]) => [id, ms / 1000])),
});
const subscription = (id: string, expiresAtMs: number | undefined) =>
  ({ id, kind: 'delivery-group', region: 'cn-hangzhou', charge: 'subscription', expiresAtMs }) as unknown as Subscribable;
const compared = (last: SeenExpiries, ...now: readonly Subscribable[]): ExpiryComparison => {
  const comparison = new ExpiryComparison(last);
  for (const each of now) comparison.visit(each);
  return comparison;
};
const movesOf = (comparison: ExpiryComparison) =>
  comparison.moves(new Map()).map(({ subject, fromMs, toMs }) => [subject.id, fromMs, toMs]);

/** A renewal by the month for an expiry, in a state. */
function entry(n: number, expiresAtMs: number, more: Partial<RenewalEntry> & { readonly autoPay?: boolean } = {}): RenewalEntry {
  const { autoPay = true, ...rest } = more;
  const claim = {
    ...{
      expiry: expiresAtMs / 1000,
      period: { count: 1, unit: 'Month' as const },
      autoPay,
      price: { currency: 'CNY', micros: '233280000' },
    },
    ...{ reservation: `g-${n}`, month: '2026-11', token: 't', t: 0, target: 'home', operation: 'RenewAppInstanceGroup' },
  };
  return { n, atMs: 0, claim, slot: undefined, answer: undefined, end: undefined, link: '', endLink: undefined, ...rest } as RenewalEntry;
}
const moved = (n: number, fromMs: number, toMs: number, autoPay = true): RenewalEntry =>
  entry(n, fromMs, { autoPay, end: { outcome: 'moved', by: 'run', movedTo: toMs / 1000, orderId: `order-${n}` } as RenewalEntry['end'] });
const view = (more: Partial<RenewalView> = {}): RenewalView => ({
  ...{ stream: 'renewals/1/g', next: 0, prev: null, last: undefined, open: undefined, moved: undefined, voided: [] },
  ...more,
});
const cause = (fromMs: number, toMs: number, more: Partial<RenewalView> = {}, back?: number): string => {
  const found = causeOf({ fromMs, toMs, back: back === undefined ? undefined : { n: back } }, view(more));
  return found.by === 'other-payer' && found.fromMs !== fromMs ? `other-payer beyond ${found.fromMs}` : found.by;
};

describe('what has moved', () => {
  test('is what differs by an hour or more from what was last seen', () => {
    const now = (ms: number | undefined) => movesOf(compared(seen({ g: november }), subscription('g', ms))).length;
    expect([now(november), now(november + 1000), now(november - 3_599_999), now(november + 3_600_000), now(undefined)]).toEqual([
      0, 0, 0, 1, 0,
    ]);
  });

  test('is nothing on the first run, but for what the journal of renewals tells', () => {
    const comparison = compared(seen({}), subscription('g', december), subscription('h', december));
    expect(movesOf(comparison)).toEqual([]);
    expect(comparison.moves(new Map([['g', november]]))).toMatchObject([{ subject: { id: 'g' }, fromMs: november, toMs: december }]);
  });

  test('is told by the later of two readings of one run', () => {
    const last = seen({ g: november });
    expect(movesOf(compared(last, subscription('g', november), subscription('g', december)))).toEqual([['g', november, december]]);
    expect(movesOf(compared(last, subscription('g', december), subscription('g', november)))).toEqual([]);
  });
});

describe('what is written down', () => {
  const last = seen({ still: november, moved: november, gone: november });
  const now = [subscription('still', november + 1000), subscription('moved', december), subscription('new', january)] as const;

  test('is what is new, what is gone, and of what moved that alone which somebody knows of', () => {
    const told = new Map([['moved', { seconds: december / 1000 }]]);
    expect(compared(last, ...now).changes(told, ['gone'])).toEqual(
      new Map<string, unknown>([
        ['moved', { seconds: december / 1000 }],
        ['new', { seconds: january / 1000 }],
        ['gone', null],
      ]),
    );
    expect([
      ...compared(last, ...now)
        .changes(new Map(), ['gone'])
        .keys(),
    ]).toEqual(['new', 'gone']);
  });

  test('is never by itself that something is gone which was not shown: that is missing', () => {
    const comparison = compared(last, ...now);
    expect([...comparison.changes(new Map(), []).keys()]).toEqual(['new']);
    expect(comparison.missing()).toEqual([{ id: 'gone', expiresAtMs: november }]);
  });

  test('is never that something is missing whose expiry cannot be read', () => {
    const comparison = compared(seen({ g: november }), subscription('g', undefined));
    expect([comparison.missing(), comparison.changes(new Map(), [])]).toEqual([[], new Map()]);
  });
});

describe('whose doing a move is', () => {
  test.each<readonly [string, string, string]>([
    ['without any renewal of ours', cause(november, december), 'other-payer'],
    ['by the order that an open claim waits for', cause(november, december, { open: entry(0, november) }), 'ours'],
    ['by another length than an open claim ordered', cause(november, january, { open: entry(0, november) }), 'follow-up'],
    ['back, while a claim is open', cause(november, november - 30 * dayMs, { open: entry(0, november) }), 'follow-up'],
    ['to where a claim ended', cause(november, december, { moved: moved(0, november, december) }), 'ours'],
    ['to where the last of two claims ended', cause(november, january, { moved: moved(1, december, january) }), 'ours'],
    ['past where a claim ended', cause(november, january, { moved: moved(0, november, december) }), `other-payer beyond ${december}`],
    ['from where a claim ended', cause(december, january, { moved: moved(0, november, december) }), 'other-payer'],
    [
      'from where a claim ended that had waited for payment',
      cause(december, january, { moved: moved(0, november, december, false) }),
      'second-payment',
    ],
    ['by another length than that claim ordered', cause(december, february, { moved: moved(0, november, december, false) }), 'other-payer'],
    ['by the length of an order that was closed as void', cause(november, december, { voided: [entry(0, november)] }), 'void-order'],
    [
      'by the length of what was never sent',
      cause(november, december, { voided: [entry(0, november, { answer: { outcome: 'not-sent' } })] }),
      'other-payer',
    ],
    [
      'by the length of what was rejected',
      cause(november, december, { voided: [entry(0, november, { answer: { outcome: 'rejected' } })] }),
      'other-payer',
    ],
    ['back to before a claim', cause(december, november, { moved: moved(0, november, december) }), 'moved-back'],
    ['again, after it had moved back', cause(november, december, { moved: moved(0, november, december) }, 0), 'other-payer'],
    ['by a new claim, after it had moved back', cause(november, december, { moved: moved(2, november, december) }, 0), 'ours'],
  ])('%s', (_, found, expected) => {
    expect(found).toBe(expected);
  });

  test('back: it was ours only where what a renewal of ours had reached is lost', () => {
    const back = (fromMs: number, toMs: number, more: Partial<RenewalView>) =>
      causeOf({ fromMs, toMs, back: undefined }, view(more)) as Extract<MoveCause, { by: 'moved-back' }>;
    expect(back(december, november, { moved: moved(0, november, december) }).entry?.n).toBe(0);
    expect(back(january, december, { moved: moved(0, november, december) }).entry).toBeUndefined();
    expect(back(january, november, { moved: moved(0, november, december) }).entry?.n).toBe(0);
    expect(back(january, december, {}).entry).toBeUndefined();
  });

  test('nothing that moves without a claim is ever ours, and nothing that moves back is told as a payment (1,000 moves)', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400, max: 400 }), fc.boolean(), (shift, wasBack) => {
        fc.pre(shift !== 0);
        const found = causeOf({ fromMs: november, toMs: november + shift * dayMs, back: wasBack ? { n: -1 } : undefined }, view());
        expect(found.by).toBe(shift > 0 ? 'other-payer' : 'moved-back');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('what people are told', () => {
  const subject = { id: 'g', kind: 'delivery-group', expiresAtMs: december };
  const text = (ms: number): string => `<${ms}>`;
  const told = (fromMs: number, toMs: number, more: Partial<RenewalView> = {}, back?: number) => {
    const move = { subject, fromMs, toMs, back: back === undefined ? undefined : { n: back } };
    return moveAlert(move, causeOf(move, view(more)), '1', text);
  };

  test('of what is ours, or told elsewhere: nothing', () => {
    expect(told(november, december, { open: entry(0, november) })).toBeUndefined();
    expect(told(november, january, { open: entry(0, november) })).toBeUndefined();
  });

  test('of another payer: from what was not ordered here, that no budget knows of it, and that both may pay', () => {
    expect(told(november, january, { moved: moved(0, november, december) })?.text).toMatch(
      new RegExp(
        `^The expiry moved from <${december}> to <${january}> without an order of ours, so it is in no budget here.* both may pay\\.$`,
      ),
    );
  });

  test('of an order that was void: which, what it cost, and which budget does not count it', () => {
    const void0 = entry(0, november, { answer: { outcome: 'ordered', orderId: 'order-7' } });
    expect(told(november, december, { voided: [void0] })).toMatchObject({
      code: 'void-order-paid',
      severity: 'critical',
      text: expect.stringMatching(
        /the 1 Month that renewal 0 had ordered \(order order-7\).*233\.28 CNY went back to the budget of 2026-11 and is not counted/,
      ),
    });
  });

  test('of a refund: whose it was, and that the budget of an order of ours stays used', () => {
    expect(told(december, november, { moved: moved(3, november, december) })).toMatchObject({
      severity: 'critical',
      text: expect.stringMatching(
        /refund of renewal 3 \(order order-3\).*233\.28 CNY stay used in the budget of 2026-11.*resolve g --refunded/,
      ),
    });
    const other = told(december, november);
    expect(other).toMatchObject({
      severity: 'warning',
      text: expect.stringContaining('No renewal of ours led there, so no budget here changes'),
    });
    expect(other?.text).not.toContain('resolve');
  });

  test('an expiry that is reached again after a refund is told again', () => {
    expect(told(november, december)?.once).not.toBe(told(november, december, {}, -1)?.once);
  });
});
