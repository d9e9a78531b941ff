import { afterEach, describe, expect, test } from 'vitest';
import { addException, type ExceptionBody, exceptionId } from '../../../shared/journal/people/exceptions.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { handlers as groupHandlers } from '../../../simulator/operations/delivery-groups.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs, minuteMs } from '../../fixtures/times.ts';
import { dearer, orders, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

const start = '2026-11-10T12:00:00+08:00';
const expiresAt = '2026-11-14T00:00:00+08:00';
const expiresAtMs = Date.parse(expiresAt);
const rule = (more = '', autoPay = true): string =>
  `- {name: month, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: ${autoPay}${more}}`;
const asking = rule(', ask: {above: 1 CNY, who: finance}');
const enough = { currency: 'CNY', micros: 300_000_000n };

/** One cause for which a subscription is not renewed, and what the alarms say of it. */
interface Cause {
  readonly name: string;
  readonly policy: string;
  readonly more?: Parameters<typeof renewalFixture>[2];
  readonly options?: (fixture: RenewalFixture) => Parameters<RenewalFixture['run']>[1];
  readonly prepare?: (fixture: RenewalFixture) => Promise<void> | void;
  readonly title: RegExp;
  readonly text: RegExp;
  /** What the run of the last hour does to the account; default: nothing. */
  readonly orders?: number;
}

const listGroups = groupHandlers['ListAppInstanceGroup'];

const causes: readonly Cause[] = [
  {
    name: 'nobody has answered',
    policy: policyText(asking),
    title: /pending approval by finance$/,
    text: /Pending approval by finance: it costs 233\.28 CNY, more than 1\.00 CNY\. Ask finance to answer, or renew it by hand\.$/,
  },
  {
    name: 'an approver refused it',
    policy: policyText(asking),
    prepare: (fixture) =>
      fixture.say({ resource: 'g', expiresAtMs, highest: enough, verdict: 'refuse', by: 'tan.mei', because: 'wrong cost center' }),
    title: /refused by /,
    text: /Refused by tan\.mei: wrong cost center\. It expires unless finance approves it after all/,
  },
  {
    name: 'the budget of the month is too short',
    policy: policyText(rule(), 'limits: {spendPerMonth: 10 CNY}'),
    title: /blocked by budget$/,
    text: /Blocked by budget: 233\.28 CNY do not fit: of 10\.00 CNY for 2026-11, 10\.00 CNY are free\. Raise limits\.spendPerMonth, or renew it by hand\.$/,
  },
  {
    name: 'no limit is set in its currency',
    policy: policyText(rule(), 'limits: {spendPerMonth: 1000 USD}'),
    title: /blocked by budget$/,
    text: /no amount in CNY/,
  },
  {
    name: 'it costs more than the rule ever allows',
    policy: policyText(rule(', maxPrice: 100 CNY')),
    title: /blocked by price$/,
    text: /233\.28 CNY and maxPrice of rule month is 100\.00 CNY/,
  },
  {
    name: 'the function only observes',
    policy: policyText(rule()).replace('act: [renew-before-expiry]', 'act: []'),
    title: /nothing is done \(dry run\)$/,
    text: /only observes \(dry run\), so nothing will be done about it.*If it acted, the state would be: due\.$/,
  },
  {
    name: 'a rule says never to renew',
    policy: policyText('- {name: gone, groups: all, renew: never}'),
    title: /lapses$/,
    text: /Lapses: rule gone says never to renew/,
  },
  {
    name: 'no rule covers it',
    policy: policyText('- {name: others, groups: {name: "x*"}, consoleAutoRenew: disabled, period: 1 Month}'),
    title: /not renewed by rule$/,
    text: /no rule covers it. Renew it by hand/,
  },
  {
    name: 'an exception forbids it',
    policy: policyText(
      rule(),
      'limits: {spendPerMonth: 1000 CNY}\nexceptions: [{because: Being moved, groups: all, from: 2026-11-01, until: 2026-12-01, never: [renew]}]',
    ),
    title: /blocked by exception$/,
    text: /Being moved/,
  },
  {
    name: 'the service refuses every order',
    policy: policyText(rule()),
    prepare: (fixture) => void fixture.simulator.faults.add({ kind: 'throttle', action: 'RenewAppInstanceGroup', times: 'always' }),
    title: /blocked by a refused order$/,
    text: /The service refused the order \(Throttling/,
  },
  {
    name: 'its price cannot be read',
    policy: policyText(rule()),
    prepare: (fixture) =>
      void fixture.simulator.faults.add({
        kind: 'fail',
        action: 'GetResourceRenewPrice',
        times: 'always',
        httpStatus: 500,
        code: 'InternalError',
      }),
    title: /blocked by price$/,
    text: /gave no price/,
  },
  {
    name: 'every run has too little time',
    policy: policyText(rule()),
    options: (fixture) => ({ deadlineMs: fixture.simulator.world.clock.nowMs + 59_000 }),
    title: /not decided$/,
    text: /Not decided: the run could not decide about it/,
  },
  {
    name: 'the journal is down',
    policy: policyText(rule()),
    prepare: ({ store }) => {
      const fail = async (): Promise<never> => {
        throw new StoreError('Unreachable', 'the journal is down');
      };
      Object.assign(store, { create: fail, read: fail, list: () => ({ [Symbol.asyncIterator]: () => ({ next: fail }) }) });
    },
    title: /not decided$/,
    text: /Not decided/,
  },
  {
    name: 'its order waits for payment',
    policy: policyText(rule('', false)),
    title: /unpaid$/,
    text: /has not moved the expiry\. Pay it in the console; or cancel it there, then run 'streamwarden resolve g --void --order \d+'\.$/,
    orders: 1,
  },
  {
    name: 'nobody knows what became of its order',
    policy: policyText(rule()),
    prepare: (fixture) => void fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' }),
    title: /unclear$/,
    text: /Look for it in the bill; if none is there, run 'streamwarden resolve g --void'\. It is never sent again by itself\.$/,
  },
  {
    name: 'the list of the service is shorter than it says, and the budget is short',
    policy: policyText(rule(), 'limits: {spendPerMonth: 10 CNY}'),
    more: {
      handlers: {
        ListAppInstanceGroup: (input, context) => {
          const answer = listGroups?.(input, context) as { readonly TotalCount?: number };
          return { ...answer, TotalCount: (answer.TotalCount ?? 0) + 1 };
        },
      },
    },
    title: /blocked by budget$/,
    text: /Blocked by budget/,
  },
];

let fixture: RenewalFixture | undefined;
afterEach(async () => {
  await fixture?.close();
  fixture = undefined;
});

describe('an alarm says what the run decided', () => {
  test.each(causes.map((cause) => [cause.name, cause] as const))('%s', async (_, cause) => {
    const at = await renewalFixture(
      { start, groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
      cause.policy,
      cause.more,
    );
    fixture = at;
    await cause.prepare?.(at);
    for (let run = 0; run < 43; run++) {
      await at.run('apply', cause.options?.(at));
      at.simulator.advance(2 * hourMs);
    }
    const alarms = at.messages.filter(({ title, channel }) => channel === 'money' && / expires in \d+ h/.test(title));
    expect(alarms.map(({ data }) => data?.['step']).filter((step, at, all) => all.indexOf(step) === at)).toEqual(['72h', '24h', '6h']);
    for (const { title, text } of alarms.slice(1)) {
      expect(title).toMatch(cause.title);
      expect(text).toMatch(cause.text);
    }
    // The last day goes to the people on call too.
    expect(
      at.messages.filter(({ title, channel }) => channel === 'oncall' && / expires in \d+ h/.test(title)).length,
    ).toBeGreaterThanOrEqual(2);
    expect(orders(at)).toHaveLength(cause.orders ?? 0);
  });

  test('in the last hour too, and with an answer that came meanwhile', async () => {
    const at = await renewalFixture(
      { start: '2026-11-13T22:30:00+08:00', groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
      policyText(asking),
    );
    fixture = at;
    await at.run();
    await at.say({ resource: 'g', expiresAtMs, highest: { currency: 'CNY', micros: 100_000_000n } });
    at.simulator.advanceTo(shanghai('2026-11-13 23:05'));
    await at.run();
    const last = at.messages.filter(({ title }) => title.includes('expires in 1 h')).at(-1);
    expect([last?.data?.['step'], last?.text]).toEqual([
      '1h',
      expect.stringContaining('approved up to 100.00 CNY, and it costs 233.28 CNY now'),
    ]);
  });

  test('that is renewed by the very run says nothing', async () => {
    const at = await renewalFixture(
      { start, groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
      policyText(rule()),
    );
    fixture = at;
    at.simulator.advanceTo(shanghai('2026-11-13 20:00'));
    await at.run();
    expect(orders(at)).toHaveLength(1);
    expect(at.messages.filter(({ title }) => title.includes('expires in'))).toEqual([]);
  });
});

const groups = [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt }];

test('an order that was begun by a run which died is not called an order in the last hour', async () => {
  const at = await renewalFixture({ start: '2026-11-13T23:30:00+08:00', groups }, policyText(rule()));
  fixture = at;
  at.store.beforeCreate = (key) => {
    if (key.endsWith('/00000000/claim')) at.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup' });
    if (key.endsWith('/answer')) throw new Error('The process dies.');
  };
  await expect(at.run()).rejects.toThrow('The process dies.');
  at.simulator.advance(5 * minuteMs);
  await at.run();
  expect(orders(at)).toEqual([]);
  const alarms = at.messages.filter(({ title }) => title.includes('expires in'));
  expect([...new Set(alarms.map(({ title }) => title))]).toEqual(['g (g) expires in 1 h: order under way']);
  expect(alarms[0]?.text).toMatch(/whether it was placed is not known yet\. Look for the order in the bill/);
});

describe('right before an order', () => {
  /** Lets something happen right after the run has written down what it is about to order. */
  const afterIntents = (at: RenewalFixture, act: () => Promise<void> | void): void => {
    const { create } = at.store;
    let done = false;
    at.store.create = async (key, bytes) => {
      const made = await create(key, bytes);
      if (key.startsWith('written/') && !done) {
        done = true;
        await act();
      }
      return made;
    };
  };

  test('a refusal that was given after the decision counts, seconds or hours later', async () => {
    for (const wait of [5_000, 10 * hourMs]) {
      const at = await renewalFixture({ start, groups }, policyText(asking));
      await at.say({ resource: 'g', expiresAtMs, highest: enough });
      afterIntents(at, async () => {
        at.simulator.advance(wait);
        await at.say({ resource: 'g', expiresAtMs, highest: enough, verdict: 'refuse', by: 'tan.mei' });
      });
      const report = await at.run();
      expect([orders(at).length, report.outcomes[0]?.because?.text]).toEqual([0, expect.stringContaining('tan.mei refused it')]);
      await at.close();
    }
  });

  test('a freeze that began after the decision counts', async () => {
    const text = policyText(
      rule(),
      'limits: {spendPerMonth: 1000 CNY, freezes: [{from: 2026-11-11, until: 2026-11-12, because: Closing}]}',
    );
    const at = await renewalFixture({ start, groups }, text);
    fixture = at;
    afterIntents(at, () => void at.simulator.advance(14 * hourMs));
    await at.run();
    expect(orders(at)).toEqual([]);
  });

  test('a price that rose while the run slept is not ordered at the old one', async () => {
    const factor = { percent: 100n };
    const at = await renewalFixture({ start, groups }, policyText(rule()), { handlers: dearer(factor) });
    fixture = at;
    afterIntents(at, () => {
      factor.percent = 200n;
      at.simulator.advance(10 * minuteMs);
    });
    const report = await at.run();
    expect([orders(at).length, report.outcomes[0]?.because?.code]).toEqual([0, 'decision-changed']);
    at.simulator.advance(15 * minuteMs);
    await at.run();
    expect(orders(at)).toHaveLength(1);
  });

  test('a clock that was set back says nothing of how old a price is', async () => {
    const factor = { percent: 100n };
    const at = await renewalFixture({ start, groups }, policyText(rule()), { handlers: dearer(factor) });
    fixture = at;
    let setBackMs = 0;
    afterIntents(at, () => {
      factor.percent = 200n;
      setBackMs = 30_000;
    });
    const clock = { now: () => at.simulator.world.clock.nowMs - setBackMs, sleep: async (ms: number) => at.simulator.advance(ms) };
    const report = await at.run('apply', { clock });
    expect([orders(at).length, report.outcomes[0]?.because?.code]).toEqual([0, 'decision-changed']);
  });

  test('an approval that ended meanwhile orders no month, though silence would order a week', async () => {
    const at = await renewalFixture({ start, groups }, policyText(rule(', ask: {above: 1 CNY, who: finance}, unanswered: renew 1 Week')));
    fixture = at;
    await at.run();
    at.simulator.advanceTo(expiresAtMs - 23 * hourMs);
    await at.say({ resource: 'g', expiresAtMs, highest: enough, untilMs: expiresAtMs - 23 * hourMs + minuteMs });
    afterIntents(at, () => void at.simulator.advance(2 * minuteMs));
    const report = await at.run();
    expect([orders(at).length, report.outcomes[0]?.because?.code]).toEqual([0, 'decision-changed']);
    at.simulator.advance(15 * minuteMs);
    expect((await at.run()).purchases?.orders).toMatchObject([{ period: '1 Week', outcome: 'ordered' }]);
  });

  test('an exception that somebody said to the journal after the decision counts', async () => {
    const at = await renewalFixture({ start, groups }, policyText(rule()));
    fixture = at;
    const untilMs = expiresAtMs - hourMs;
    const body = {
      ...{ because: 'Moving away', by: 'li.wei', from: new Date(Date.parse(start)).toISOString(), until: new Date(untilMs).toISOString() },
      ...{ groups: { ids: ['g'] }, never: ['renew'] },
    } as ExceptionBody;
    afterIntents(at, () =>
      runStoring(at.store, addException(exceptionId('moving-away', untilMs), { owner: 'one', atMs: Date.parse(start) }, body)).then(
        () => {},
      ),
    );
    const report = await at.run();
    expect([orders(at).length, report.outcomes[0]?.because?.text]).toEqual([0, expect.stringContaining('Moving away')]);
  });

  test('an expiry that passed while the run slept is not ordered for', async () => {
    const soon = await renewalFixture({ start: '2026-11-13T22:00:00+08:00', groups }, policyText(rule()));
    fixture = soon;
    afterIntents(soon, () => void soon.simulator.advance(9 * hourMs));
    await soon.run();
    expect(orders(soon)).toEqual([]);
  });
});

test('a list that is shorter than announced fails the run, and people are told of what was seen all the same', async () => {
  const at = await renewalFixture(
    { start, groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt }] },
    policyText(rule(', maxPrice: 1 CNY')),
    causes.at(-1)?.more,
  );
  fixture = at;
  const report = await at.run();
  expect([report.failed, report.errors[0]?.code]).toEqual([true, 'IncompleteList']);
  expect(at.messages.some(({ title, channel }) => channel === 'money' && title.includes('held'))).toBe(true);
});

test('nobody is told to renew by hand what waits for the change of month only', async () => {
  const soon = [{ id: 'g', name: 'g', region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt: '2026-12-04T00:00:00+08:00' }];
  fixture = await renewalFixture({ start: '2026-11-30T23:10:00+08:00', groups: soon }, policyText(rule()));
  const report = await fixture.run();
  expect([report.decisions[0]?.because[0]?.code, fixture.messages]).toEqual(['month-change', []]);
  fixture.simulator.advanceTo(shanghai('2026-12-01 00:05'));
  await fixture.run();
  expect(fixture.messages.map(({ title, text }) => `${title}: ${text}`)).toEqual([
    expect.stringMatching(
      /^g \(g\) expires in 72 h: blocked by month change: .*in the month in which it counts\. Renew it by hand only if no later run does\.$/,
    ),
  ]);
  fixture.simulator.advanceTo(shanghai('2026-12-01 00:15'));
  await fixture.run();
  expect(orders(fixture)).toHaveLength(1);
});
