import { describe, expect, test } from 'vitest';
import type { Candidate, DueSubscription } from '../../../functions/renew-before-expiry/purchase/purchase-pass.ts';
import { endedSince } from '../../../functions/renew-before-expiry/run/order-due.ts';
import type { IntentLog } from '../../../shared/journal/intents/intent-log.ts';
import type { RenewalView } from '../../../shared/journal/renewals/renewal.ts';
import { minuteMs } from '../../fixtures/times.ts';

/** When the intent was written down. */
const intendedMs = Date.UTC(2026, 10, 24, 4);

/** What became of an intent about `g`, by what the stream of `g` says at a time. */
function ended(view: Partial<RenewalView> | undefined, nowMs: number) {
  const log = { openIntents: () => [{ resource: 'g', of: 7, atMs: intendedMs }] } as unknown as IntentLog;
  const due = { account: '1', target: 'home', resource: { kind: 'delivery-group', id: 'g' }, expiresAtMs: intendedMs };
  const candidates = view ? [{ due, view } as unknown as Candidate<DueSubscription>] : [];
  return endedSince(log, candidates, nowMs).map(({ of, outcome }) => [of, outcome]);
}
const claim = (atMs: number, outcome: 'moved' | 'void') => ({ last: { n: 0, atMs, end: { outcome } } }) as unknown as Partial<RenewalView>;

describe('an intent to renew', () => {
  test.each([
    ['moved', 'done'],
    ['void', 'not-sent'],
  ] as const)('whose claim has ended as %s is %s', (outcome, expected) => {
    expect(ended(claim(intendedMs + 1, outcome), intendedMs + minuteMs)).toEqual([[7, expected]]);
    expect(ended(claim(intendedMs, outcome), intendedMs + minuteMs)).toEqual([[7, expected]]);
  });

  test('stays open while its claim is open, and where nothing was seen of the resource', () => {
    const open = { ...claim(intendedMs + 1, 'moved'), open: { n: 0 } } as unknown as Partial<RenewalView>;
    for (const view of [open, undefined]) expect(ended(view, intendedMs + 600 * minuteMs)).toEqual([]);
  });

  test('is not closed by the claim before it, and is given up an hour later: its run has ended without one', () => {
    for (const view of [claim(intendedMs - 1, 'moved'), {}]) {
      expect(ended(view, intendedMs + 60 * minuteMs - 1)).toEqual([]);
      expect(ended(view, intendedMs + 60 * minuteMs)).toEqual([[7, 'not-sent']]);
    }
  });
});
