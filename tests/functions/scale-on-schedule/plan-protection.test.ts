import { describe, expect, it } from 'vitest';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import { withoutDate } from '../../../functions/scale-on-schedule/strategy-value.ts';
import type { DeliveryGroup, NodePool } from '../../../shared/fleet/delivery-group.ts';
import type { IntentView } from '../../../shared/journal/intents/intent-view.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { byTag, contextOf, fixed, groupOf, policyOf, scheduled, serviceOffice, usage, writtenView } from './plan-fixture.ts';

const week = scheduled({ 12345: { '08:00-21:00': 4 } });
/** The weekly schedule in its period: four elastic nodes, and none of its own. */
const running: Partial<NodePool> = { strategy: week, nodeAmount: 0, scalingNodeAmount: 4, scalingNodeUsed: 0 };
const workdays = (day: string) => `schedule ${[1, 2, 3, 4, 5].map((each) => `${each}:${day}`).join(' ')}`;
const closing = (from: string, until: string, never = '[cut-sessions]', groups = '{tags: {department: finance}}') =>
  `exceptions: [{because: Closing, groups: ${groups}, from: ${from}, until: ${until}, never: ${never}}]`;
const owner = 'protect: {ownerTag: {key: keep-until, atMost: 7d}}';
const tagged = (value: string): Partial<DeliveryGroup> => ({ tags: { department: 'finance', 'peak-nodes': '4', 'keep-until': value } });

/** A journal that knows since when a value of the owner's tag stands. */
const seenSince = (value: string, at: string): IntentView => ({
  values: () => [],
  external: (_id, setting) => (setting === 'tag:keep-until' ? { value, sinceMs: shanghai(at) } : undefined),
});

interface Situation {
  readonly is: string;
  readonly rules?: string;
  readonly sections: string;
  readonly group?: Partial<DeliveryGroup>;
  readonly pool?: Partial<NodePool>;
  /** By the clock of Shanghai. Default Wednesday 2026-11-25 12:00, in the period. */
  readonly now?: string;
  readonly written?: IntentView;
  readonly verdict: 'act' | 'keep' | 'hold';
  readonly codes?: readonly string[];
  readonly to?: string;
}

/** A group of which nobody can tell whether an exception protects its sessions, for a month. */
const maybeProtected = {
  sections: closing('2026-11-20 00:00', '2026-12-20 00:00', '[cut-sessions]', '{name: "fin-*"}'),
  group: { name: undefined as never },
};

const situations: readonly Situation[] = [
  // Exceptions
  {
    is: 'an exception lets no session be cut now',
    sections: closing('2026-11-20 00:00', '2026-12-20 00:00'),
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
    to: 'fixed 4',
  },
  {
    is: 'such an exception begins tomorrow evening',
    sections: closing('2026-11-26 20:00', '2026-11-27 09:00'),
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
    to: 'fixed 4',
  },
  {
    is: 'such an exception begins the day after tomorrow',
    sections: closing('2026-11-27 00:00', '2026-11-28 00:00'),
    pool: running,
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'such an exception was over this morning',
    sections: closing('2026-11-20 00:00', '2026-11-25 09:00'),
    pool: running,
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'such an exception is about other groups',
    sections: closing('2026-11-20 00:00', '2026-12-20 00:00', '[cut-sessions]', '{tags: {department: hr}}'),
    pool: running,
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: 'whether such an exception applies is unknown',
    ...maybeProtected,
    pool: running,
    verdict: 'hold',
    codes: ['exception-unknown'],
  },
  {
    is: 'whether such an exception applies is unknown, and the rule sets counts',
    rules: serviceOffice.replace('service-schedule', 'fixed'),
    ...maybeProtected,
    pool: { strategy: fixed(2) },
    verdict: 'act',
    to: 'fixed 4',
  },
  {
    is: 'such an exception holds at night, when none are wanted',
    sections: closing('2026-11-20 00:00', '2026-12-20 00:00'),
    now: '2026-11-25 23:00',
    pool: { ...running, scalingNodeAmount: 0 },
    verdict: 'act',
    codes: ['protected-no-edge', 'one-node-stays'],
    to: 'fixed 1',
  },
  // The owner's tag
  {
    is: 'the owner has set a date',
    sections: owner,
    group: tagged('2026-11-27'),
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
    to: 'fixed 4',
  },
  {
    is: "the owner's date is today, which counts to its end",
    sections: owner,
    group: tagged('2026-11-25'),
    now: '2026-11-25 20:55',
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
  },
  {
    is: "the owner's tag is spelled nearly as the policy has it",
    sections: owner,
    group: { tags: { department: 'finance', 'peak-nodes': '4', 'Keep Until': '2026-11-27' } },
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
    to: 'fixed 4',
  },
  { is: "the owner's date is over", sections: owner, group: tagged('2026-11-24'), pool: running, verdict: 'keep', codes: ['as-wanted'] },
  {
    is: "the owner's instant is five minutes ahead",
    sections: owner,
    group: tagged('2026-11-25T04:05:00Z'),
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
  },
  {
    is: "the owner's instant is now, and so over",
    sections: owner,
    group: tagged('2026-11-25T04:00:00Z'),
    pool: running,
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: "the owner's tag cannot be read",
    sections: owner,
    group: tagged('please'),
    pool: running,
    verdict: 'act',
    codes: ['protected-no-edge'],
  },
  {
    is: "the owner's tag cannot be read and has stood for six days",
    sections: owner,
    group: tagged('please'),
    pool: running,
    written: seenSince('please', '2026-11-19 12:00'),
    verdict: 'act',
    codes: ['protected-no-edge'],
  },
  {
    is: "the owner's tag has stood for as long as the policy allows",
    sections: owner,
    group: tagged('2027-06-01'),
    pool: running,
    written: seenSince('2027-06-01', '2026-11-18 12:00'),
    verdict: 'keep',
    codes: ['as-wanted'],
  },
  {
    is: "another value of the owner's tag has stood for that long",
    sections: owner,
    group: tagged('2027-06-01'),
    pool: running,
    written: seenSince('2026-11-20', '2026-11-18 12:00'),
    verdict: 'act',
    codes: ['protected-no-edge'],
  },
  {
    is: 'the tags are unknown and owners may protect',
    rules: serviceOffice.replace(`${byTag}, `, '').replace('schedule: office', 'schedule: late'),
    sections: owner,
    group: { tags: undefined },
    pool: running,
    verdict: 'act',
    codes: ['raised-only', 'protection-unknown'],
    to: workdays('08:00-23:59=4'),
  },
  {
    is: 'whether such an exception applies is unknown, and the group has the count of its night',
    ...maybeProtected,
    pool: { strategy: fixed(1) },
    verdict: 'act',
    codes: ['raised-only', 'exception-unknown'],
    to: 'fixed 4',
  },
  {
    is: 'whether such an exception applies is unknown, and nodes are wanted through midnight',
    rules: serviceOffice.replace('schedule: office', 'schedule: service'),
    ...maybeProtected,
    pool: { strategy: fixed(1) },
    verdict: 'act',
    codes: ['exception-unknown', 'not-expressible'],
    to: 'fixed 4',
  },
  {
    is: 'whether such an exception applies is unknown, and somebody is on the nodes that are too many',
    ...maybeProtected,
    pool: { strategy: fixed(9), nodeUsed: 1 },
    verdict: 'hold',
    codes: ['exception-unknown'],
  },
  {
    is: 'whether such an exception applies is unknown, and the weekly schedule has too few',
    ...maybeProtected,
    pool: { ...running, strategy: scheduled({ 12345: { '08:00-21:00': 1 } }), scalingNodeAmount: 1 },
    verdict: 'act',
    codes: ['exception-unknown'],
    to: workdays('08:00-21:00=4'),
  },
  {
    is: 'whether such an exception applies is unknown, and the weekly schedule has fewer by day and more in the evening than is wanted',
    ...maybeProtected,
    pool: { ...running, strategy: scheduled({ 12345: { '08:00-21:00': 1, '22:00-23:00': 2 } }), scalingNodeAmount: 1 },
    verdict: 'act',
    codes: ['raised-only', 'exception-unknown'],
    to: workdays('08:00-21:00=4,22:00-23:00=2'),
  },
  {
    is: 'whether such an exception applies is unknown, and the weekly schedule has more than is wanted',
    ...maybeProtected,
    pool: { ...running, strategy: scheduled({ 12345: { '08:00-21:00': 4, '22:00-23:00': 4 } }) },
    verdict: 'hold',
    codes: ['exception-unknown'],
  },
  // The first count that replaces a weekly schedule
  {
    is: 'the weekly schedule gives more than is wanted, and somebody is on it',
    sections: owner,
    group: tagged('2026-11-27'),
    now: '2026-11-25 19:00',
    pool: { ...running, scalingNodeUsed: 1 },
    verdict: 'act',
    codes: ['lowered-later'],
    to: 'fixed 4',
  },
  {
    is: 'the same without anybody on it',
    sections: owner,
    group: tagged('2026-11-27'),
    now: '2026-11-25 19:00',
    pool: running,
    verdict: 'act',
    to: 'fixed 2',
  },
  {
    is: 'the same where nobody knows who is on it',
    sections: owner,
    group: tagged('2026-11-27'),
    now: '2026-11-25 19:00',
    pool: { ...running, scalingNodeUsed: undefined },
    verdict: 'act',
    codes: ['nodes-in-use-unknown'],
    to: 'fixed 4',
  },
  {
    is: 'the same while an exception forbids lowering as well',
    sections: closing('2026-11-25 18:50', '2026-11-26 09:00', '[cut-sessions, scale-down]'),
    now: '2026-11-25 19:00',
    pool: running,
    verdict: 'act',
    codes: ['lowered-later'],
    to: 'fixed 4',
  },
  {
    is: 'that count stands, and somebody is on it',
    sections: owner,
    group: tagged('2026-11-27'),
    now: '2026-11-25 19:00',
    pool: { strategy: fixed(4), nodeUsed: 1 },
    verdict: 'hold',
    codes: ['protected'],
  },
  {
    is: 'that count stands, and nobody is on it any more',
    sections: owner,
    group: tagged('2026-11-27'),
    now: '2026-11-25 19:00',
    pool: { strategy: fixed(4) },
    verdict: 'act',
    to: 'fixed 2',
  },
  {
    is: 'the exception begins only tomorrow, so nodes not in use are lowered as ever',
    sections: closing('2026-11-26 09:00', '2026-11-27 09:00'),
    now: '2026-11-25 19:00',
    pool: { ...running, scalingNodeUsed: 3 },
    verdict: 'act',
    codes: ['nodes-in-use'],
    to: 'fixed 3',
  },
  // Where nothing falls unwatched
  {
    is: 'the pool scales by usage, which waits for idle nodes',
    rules: serviceOffice.replace('service-schedule', 'usage'),
    sections: owner,
    group: tagged('2026-11-27'),
    pool: { strategy: usage(1, 3), nodeAmount: 1 },
    verdict: 'keep',
    codes: ['as-wanted'],
  },
];

describe('where sessions are protected from cuts', () => {
  it.each(situations)('$verdict when $is', ({ rules = serviceOffice, sections, group, pool, now = '2026-11-25 12:00', ...wanted }) => {
    const context = contextOf(policyOf(rules, sections), now, wanted.written ?? writtenView());
    const decision = planner.decide(groupOf(group, pool), context);
    const codes = decision.because.map(({ code }) => code);
    expect({ verdict: decision.verdict, codes }).toEqual({
      verdict: wanted.verdict,
      codes: expect.arrayContaining([...(wanted.codes ?? [])]),
    });
    if (decision.verdict === 'act' && wanted.to !== undefined) expect(withoutDate(decision.action.writes.value)).toBe(wanted.to);
    if (wanted.codes?.includes('protected-no-edge') !== true)
      expect(codes.includes('as-wanted') && codes.includes('protected-no-edge')).toBe(false);
  });

  it('names who protects until when, and carries the value of the tag for the journal', () => {
    const decide = (sections: string, group: Partial<DeliveryGroup> = {}) =>
      planner
        .decide(groupOf(group, running), contextOf(policyOf(serviceOffice, sections), '2026-11-25 12:00'))
        .because.find(({ code }) => code === 'protected-no-edge');
    expect(decide(closing('2026-11-26 20:00', '2026-11-27 09:00'))).toMatchObject({
      text: expect.stringMatching(
        /^an exception lets no session be cut from 2026-11-26 20:00 until 2026-11-27 09:00 \(Closing\): no weekly/,
      ),
      data: { by: 'exception', because: 'Closing' },
    });
    expect(decide(owner, tagged('2026-11-27'))).toMatchObject({
      text: expect.stringMatching(/^the owner protects the group until 2026-11-28 00:00 \(tag keep-until\): no weekly/),
      data: { by: 'owner', setting: 'tag:keep-until', value: '2026-11-27', untilMs: shanghai('2026-11-28 00:00'), readable: true },
    });
    expect(decide(owner, tagged('please'))?.text).toMatch(
      /keep-until cannot be read as a date and protects the group until 2026-12-02 12:00/,
    );
    expect(decide('protect: {groups: {tags: {department: finance}}}')?.data).toEqual({ by: 'group' });
  });

  it('replaces a weekly schedule of ours by a count two days before the exception, and takes it back afterwards', () => {
    const policy = policyOf(serviceOffice, closing('2026-11-26 20:00', '2026-11-27 09:00'));
    const lived: string[] = [];
    let pool = running;
    for (let ms = shanghai('2026-11-24 06:00'); ms < shanghai('2026-11-28 00:00'); ms += 3_600_000) {
      const now = new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
      const decision = planner.decide(groupOf({}, pool), contextOf(policy, now));
      if (decision.verdict !== 'act') continue;
      const value = withoutDate(decision.action.writes.value);
      lived.push(`${now.slice(5)} ${value.split(' ', 2).join(' ')}`);
      pool = value.startsWith('fixed') ? { strategy: fixed(Number(value.slice(6))) } : running;
    }
    expect(lived).toEqual([
      '11-25 00:00 fixed 1',
      '11-25 08:00 fixed 2',
      '11-25 09:00 fixed 4',
      '11-25 19:00 fixed 2',
      '11-25 21:00 fixed 1',
      '11-26 08:00 fixed 2',
      '11-26 09:00 fixed 4',
      '11-26 19:00 fixed 2',
      '11-26 21:00 fixed 1',
      '11-27 08:00 fixed 2',
      '11-27 09:00 schedule 1:08:00-21:00=4',
    ]);
  });
});
