import { afterEach, describe, expect, test } from 'vitest';
import { installationOf, linksBelow } from '../../../shared/journal/people/approval-link.ts';
import { notifierOf, Pace } from '../../../shared/notify/notifier.ts';
import { robotText } from '../../../shared/notify/robot-text.ts';
import { passingClock } from '../../fixtures/clocks.ts';
import { minuteMs } from '../../fixtures/times.ts';
import { type LimitedRobot, limitedRobot } from '../../notify/robot-limits.ts';
import { linkSecret, policyText, type RenewalFixture, renewalFixture } from './renewal-fixture.ts';

let fixture: RenewalFixture | undefined;
afterEach(() => fixture?.close());

const start = '2026-11-24T12:00:00+08:00';
const groupsOf = (names: readonly string[], expiresAt: string) =>
  names.map((name) => ({ id: name, name, region: 'cn-hangzhou', charge: 'PrePaid' as const, expiresAt }));
const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => `g${String(index).padStart(3, '0')}`);

/** The fixture's policy with channels of a kind, so that texts are made for it. */
const withKinds = (text: string, kinds: Readonly<Record<string, string>>): string =>
  Object.entries(kinds).reduce((so, [name, kind]) => {
    const secret = kind === 'wecom' ? '' : ', secret: "env:ROBOT_SECRET"';
    return so.replace(new RegExp(`${name}: \\{kind: webhook, url: ("env:[A-Z_]+")\\}`), `${name}: {kind: ${kind}, url: $1${secret}}`);
  }, text);

/** Robots at their published limits, on the world's clock, and how a run tells them; a fresh process each time. */
function robotsOf(b: RenewalFixture, kinds: { readonly money: LimitedRobot['kind']; readonly oncall: LimitedRobot['kind'] }) {
  const clock = passingClock(b.simulator);
  const robot = (kind: string) => limitedRobot(kind as 'dingtalk' | 'wecom' | 'feishu', clock);
  const [money, oncall] = [robot(kinds.money), robot(kinds.oncall)];
  const channels = new Map([
    ['money', money],
    ['oncall', oncall],
  ]);
  return { money, oncall, notifier: () => notifierOf(channels, undefined, new Pace(clock)) };
}

/** Names of groups that the texts mention. */
const namedIn = (robots: readonly LimitedRobot[]): Set<string> =>
  new Set(
    robots.flatMap(({ taken }) => taken.flatMap(({ title, text }) => [...`${title}\n${text}`.matchAll(/g\d{3}/g)].map(([id]) => id))),
  );

describe('80 questions and one unclear order, at the limits of the robots', () => {
  const ask = (links: boolean): string =>
    `- {name: asks, groups: {name: "g*"}, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {above: 1 CNY, who: finance, links: ${links}}}`;
  const plain = '- {name: orders, groups: {name: "z*"}, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';

  test.each([
    ['dingtalk', 'dingtalk', 'without', 3, 0],
    ['feishu', 'feishu', 'without', 3, 0],
    ['wecom', 'feishu', 'without', 6, 0],
    ['dingtalk', 'feishu', 'with', 6, 0],
    // Five a second: what is held is told by the next run.
    ['feishu', 'dingtalk', 'with', 5, 1],
  ] as const)(
    'on %s and %s, %s links: what is critical arrives first, every question in the first run too, and no robot refuses; %d messages',
    async (money, oncall, links, messages, later) => {
      const b = await renewalFixture(
        { start, groups: [...groupsOf(numbered(80), '2026-11-30T00:00:00+08:00'), ...groupsOf(['z'], '2026-11-30T12:00:00+08:00')] },
        withKinds(policyText(`${ask(links === 'with')}\n${plain}`), { money, oncall }),
      );
      fixture = b;
      b.simulator.faults.add({ kind: 'fail', action: 'RenewAppInstanceGroup', times: 1, httpStatus: 503, code: 'ServiceUnavailable' });
      b.broken.add('money').add('oncall');
      await b.run();
      b.simulator.advance(20 * minuteMs);

      const robots = robotsOf(b, { money, oncall });
      const approvalLink = linksBelow('https://approve.example.com/decide', linkSecret, installationOf(b.store.name));
      await b.run('apply', { notifier: robots.notifier(), approvalLink });
      expect(robots.money.taken[0]).toMatchObject({
        severity: 'critical',
        title: expect.stringContaining('Order unclear'),
      });
      expect(robots.oncall.taken[0]?.severity).toBe('critical');
      expect([...namedIn([robots.money])].sort()).toEqual(numbered(80));
      expect(robots.money.taken.flatMap(({ text }) => text.match(/^Decide here: /gm) ?? [])).toHaveLength(links === 'with' ? 80 : 0);
      expect([robots.money.refused, robots.oncall.refused]).toEqual([0, 0]);
      expect(robots.money.taken).toHaveLength(messages);

      for (const _ of [1, 2]) {
        b.simulator.advance(15 * minuteMs);
        await b.run('apply', { notifier: robots.notifier(), approvalLink });
        expect(robots.money.taken).toHaveLength(messages + later);
      }
    },
  );
});

test('500 subscriptions of one day are a handful of messages, each resource with a line of its own, and no text is cut', async () => {
  const rule = '- {name: never-here, groups: {name: "nothing-*"}, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
  const b = await renewalFixture(
    { start, groups: groupsOf(numbered(500), '2026-11-26T12:00:00+08:00') },
    withKinds(policyText(rule), { money: 'dingtalk', oncall: 'dingtalk' }),
  );
  fixture = b;
  const robots = robotsOf(b, { money: 'dingtalk', oncall: 'dingtalk' });
  const report = await b.run('apply', { notifier: robots.notifier() });
  expect(report.purchases?.alerts.map(({ told }) => told)).toEqual(numbered(500).map(() => 'now'));
  expect(robots.money.taken.length).toBeLessThan(8);
  expect([...namedIn([robots.money])].sort()).toEqual(numbered(500));
  for (const message of robots.money.taken) expect(robotText(message)).not.toContain('(cut)');
  b.simulator.advance(15 * minuteMs);
  await b.run('apply', { notifier: robots.notifier() });
  expect(robots.money.taken.length).toBeLessThan(8);
});

test('each of many questions carries its own link, and the log line for nobody carries none', async () => {
  const rule =
    '- {name: asks, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {above: 1 CNY, who: finance, links: true}}';
  const b = await renewalFixture({ start, groups: groupsOf(numbered(6), '2026-11-30T00:00:00+08:00') }, policyText(rule));
  fixture = b;
  await b.run('apply', { approvalLink: ({ resource }) => `https://links.example.com/?token=${resource}` });
  const [only, ...more] = b.messages.filter(({ title }) => title.includes('asked to approve'));
  expect(more).toEqual([]);
  expect(only?.title).toMatch(/g000 .*, and 5 more alike$/);
  const lines = only?.text.split('\n') ?? [];
  for (const id of numbered(6)) {
    const at = lines.findIndex((line) => line.startsWith('•') && line.includes(id));
    expect(lines[at + 1]).toBe(`Decide here: https://links.example.com/?token=${id}`);
  }
});
