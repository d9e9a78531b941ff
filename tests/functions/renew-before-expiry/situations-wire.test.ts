import { expect, test } from 'vitest';
import { realTimers, type Timers } from '../../../shared/client/transport.ts';
import { readHistory } from '../../../shared/journal/renewals/renewal.ts';
import { renewalStream } from '../../../shared/journal/renewals/renewal-record.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { Fault } from '../../../simulator/faults.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId, orders, policyText, renewalFixture } from './renewal-fixture.ts';

const renew = 'RenewAppInstanceGroup';

/** A fault on the first order, what its answer is taken for, and how often the service has executed an order in the end. */
const faults: readonly (readonly [string, Fault, 'ordered' | 'rejected' | 'not-sent' | 'unclear', number])[] = [
  ['a connection that ends before execution', { kind: 'drop', action: renew }, 'unclear', 0],
  ['a connection that ends after execution', { kind: 'lose-answer', action: renew }, 'unclear', 1],
  ['a server error before execution', { kind: 'fail', action: renew, httpStatus: 500 }, 'unclear', 0],
  ['a 503 page before execution', { kind: 'html', action: renew, httpStatus: 503 }, 'unclear', 0],
  ['a 503 page after execution', { kind: 'html', action: renew, httpStatus: 503, execute: true }, 'unclear', 1],
  ['throttling', { kind: 'throttle', action: renew, retryAfterMs: 1000 }, 'rejected', 1],
  ['a refused permission', { kind: 'deny', action: renew }, 'rejected', 1],
  ['a redirect', { kind: 'redirect', action: renew }, 'unclear', 0],
  ['an answer cut off after execution', { kind: 'cut-body', action: renew }, 'unclear', 1],
  ['an answer that is no JSON', { kind: 'malformed', action: renew }, 'unclear', 1],
  ['an empty answer', { kind: 'empty', action: renew }, 'unclear', 1],
  ['a failure code in a good answer', { kind: 'body-code', action: renew, code: 'OperationDenied.Balance' }, 'unclear', 0],
  ['a replayed nonce', { kind: 'fail', action: renew, httpStatus: 400, code: 'SignatureNonceUsed' }, 'unclear', 0],
];

test.each(faults)('%s: one transmission for each claim', async (_name, fault, outcome, executed) => {
  const group = { id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2026-11-08T00:00:00+08:00' };
  const fixture = await renewalFixture(
    { start: '2026-11-03T12:00:00+08:00', groups: [group] },
    policyText('- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}'),
    { faults: [fault] },
  );
  try {
    for (let run = 0; run < 12; run++) {
      await fixture.run();
      fixture.simulator.advance(10 * minuteMs);
    }
    fixture.simulator.advance(2 * dayMs + hourMs);
    await fixture.run();
    const history = await runStoring(fixture.store, readHistory(renewalStream(accountId, 'g')));
    expect(history[0]?.answer?.outcome).toBe(outcome);
    expect(fixture.simulator.ledger.count(renew, 'received')).toBe(history.length);
    expect(fixture.simulator.ledger.count(renew, 'executed')).toBe(executed);
    expect(orders(fixture)).toHaveLength(executed);
    expect(history).toHaveLength(outcome === 'rejected' ? 2 : 1);
  } finally {
    await fixture.close();
  }
});

test('a stalled answer: one transmission, given up after 20 seconds, and recognized when it was executed late', async () => {
  const group = { id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2026-11-08T00:00:00+08:00' };
  // The deadlines of orders, which a test passes by hand; all others are Node's.
  const deadlines: { readonly run: () => void; readonly ms: number }[] = [];
  const timers: Timers = {
    set: (run, ms) => (ms === 20_000 ? deadlines.push({ run, ms }) && undefined : realTimers.set(run, ms)),
    clear: (timer) => realTimers.clear(timer),
  };
  const fixture = await renewalFixture(
    { start: '2026-11-03T12:00:00+08:00', groups: [group] },
    policyText('- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}'),
    { faults: [{ kind: 'delay', action: renew }], timers },
  );
  try {
    const first = fixture.run();
    await fixture.simulator.ledger.reached(renew, 'received');
    expect(deadlines.length).toBeGreaterThan(0);
    for (const { run } of deadlines) run();
    expect((await first).outcomes).toMatchObject([{ outcome: 'unknown' }]);
    await fixture.simulator.ledger.reached(renew, 'executed');
    for (let run = 0; run < 10; run++) {
      fixture.simulator.advance(10 * minuteMs);
      await fixture.run();
    }
    expect(fixture.simulator.ledger.count(renew, 'received')).toBe(1);
    expect(orders(fixture)).toHaveLength(1);
    const [claim] = await runStoring(fixture.store, readHistory(renewalStream(accountId, 'g')));
    expect(claim).toMatchObject({ answer: { outcome: 'unclear', code: 'AnswerTimeout' }, end: { outcome: 'moved', by: 'run' } });
  } finally {
    await fixture.close();
  }
});
