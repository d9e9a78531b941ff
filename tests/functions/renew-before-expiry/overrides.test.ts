import { expect, test } from 'vitest';
import { addException, type ExceptionBody, exceptionId } from '../../../shared/journal/people/exceptions.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { orders, policyText, type RenewalFixture, renewalFixture, verdicts } from './renewal-fixture.ts';

const start = '2026-11-24T12:00:00+08:00';
const startMs = Date.parse(start);
const untilMs = startMs + 86_400_000;
const rule = '- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

/** One group that runs out in two days, so that an alarm is due as well. */
async function withFixture(work: (fixture: RenewalFixture) => Promise<void>): Promise<void> {
  const group = { id: 'g', name: 'ledger', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: '2026-11-26T12:00:00+08:00' } as const;
  const fixture = await renewalFixture({ start, groups: [group] }, policyText(rule));
  try {
    await work(fixture);
  } finally {
    await fixture.close();
  }
}

const forbid = (fixture: RenewalFixture, never: string) =>
  runStoring(
    fixture.store,
    addException(exceptionId('moving-away', untilMs), { owner: 'one', atMs: startMs }, {
      ...{ because: 'Moving away', by: 'li.wei', from: new Date(startMs).toISOString(), until: new Date(untilMs).toISOString() },
      ...{ groups: { ids: ['g'] }, never: [never] },
    } as ExceptionBody),
  );

test('an exception of the journal keeps a renewal from being ordered until it ends', async () => {
  await withFixture(async (fixture) => {
    await forbid(fixture, 'renew');
    expect(verdicts(await fixture.run())).toEqual(['g hold exception-never']);
    expect(orders(fixture)).toHaveLength(0);
    fixture.simulator.advance(86_400_000);
    await fixture.run();
    expect(orders(fixture)).toHaveLength(1);
  });
});

test('an exception that cannot be read keeps everything from being ordered until its end, while the alarm goes out and the record is named', async () => {
  await withFixture(async (fixture) => {
    await forbid(fixture, 'anything');
    const report = await fixture.run();
    const named = report.warnings.filter(({ code }) => code === 'journal-damaged');
    expect([report.failed, named.map(({ data }) => data?.['key'])]).toEqual([false, [expect.stringContaining('exceptions/')]]);
    expect(verdicts(report)).toEqual(['g hold exception-never']);
    expect(orders(fixture)).toHaveLength(0);
    expect(fixture.messages.some(({ channel, title }) => channel === 'money' && title.includes('ledger'))).toBe(true);
  });
});
