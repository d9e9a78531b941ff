import { describe, expect, test } from 'vitest';
import { composePage, isUrgent } from '../../../functions/digest/compose.ts';
import { digest } from '../../../functions/digest/digesting.ts';
import { digestText } from '../../../functions/digest/text.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { busyFacts, factsOf, fleetOf, orderOf, ruleOf, targetOf } from './facts-fixture.ts';

describe('a message', () => {
  test('begins with its time, its figures and what wants a look, and names eight of each part', () => {
    const lines = digest.compose(busyFacts()).text.split('\n');
    expect(lines.slice(0, 7)).toEqual([
      'Mon 2026-11-23 09:00 to Tue 2026-11-24 09:00 Asia/Shanghai · cn-office, cn-studio, singapore',
      '17 done, 2 failed, 15 held, 24 expiring, 1 silent',
      '',
      '✗ Target cn-studio was not reached: no run observed it.',
      '✗ Target singapore was not reached in full: the workstations could not be read: NoPermission',
      '✗ The journal has 1 problem: budget/all/CNY/2026-11/00000003: It was removed: a head of the journal covers it.',
      '✗ Not readable in the journal: the run runs/2026/11/23/x',
    ]);
    const held = lines.slice(lines.findIndex((line) => line.startsWith('Held (15)')));
    expect(held.slice(1, 10).map((line) => line.slice(0, 4))).toEqual([...Array.from({ length: 8 }, () => '  ! '), '  … ']);
    expect(held[9]).toBe('  … and 7 more');
  });

  test('lets no name begin a line of its own', () => {
    const text = digestText(composePage(busyFacts()), 100);
    expect(text).toContain('�owned');
    expect(text.split('\n').filter((line) => line !== '' && !/^( {2}[✓✗!·…] |✗ |\S.*[:.]|Mon |17 )/u.test(line))).toEqual([]);
    expect(text).not.toMatch(/\p{Bidi_C}/u);
  });

  test('of a quiet day is calm; failures, silence and missing targets are urgent', () => {
    expect(isUrgent(composePage(factsOf()))).toBe(false);
    expect(isUrgent(composePage(busyFacts()))).toBe(true);
    expect(isUrgent(composePage(factsOf({ targets: [targetOf('cn', { fleet: undefined })] })))).toBe(true);
    expect(isUrgent(composePage(factsOf({ targets: [targetOf('cn', { fleet: fleetOf('cn', { failures: ['no answer'] }) })] })))).toBe(true);
  });

  test('leaves out what the rule does not show, but never that something failed or is silent', () => {
    const { text } = digest.compose({ ...busyFacts(), rule: ruleOf({ show: ['drift'] }) });
    expect(text).toContain('✗ 2 actions or runs failed in this time.');
    expect(text).toContain('✗ cn-office · renew-before-expiry did not run since Tue 2026-11-24 04:05');
    expect(text).not.toContain('Held (');
    expect(text).toContain('Drift (1)');
  });

  test('can be read by a program too', () => {
    expect(digest.compose(busyFacts()).data).toMatchObject({
      rule: 'daily',
      figures: { done: 17, failed: 2, held: 15, expiring: 24, silent: 1 },
    });
  });
});

describe('money', () => {
  const lead = (orders: Parameters<typeof orderOf>[0][]) => {
    const page = composePage(factsOf({ rule: ruleOf({ show: ['orders'] }), spending: { orders: orders.map(orderOf), budgets: [] } }));
    return page.sections[0]?.lead;
  };
  const usd = { currency: 'USD', micros: 30_000_000n };

  test.each<[string, Parameters<typeof orderOf>[0][], string]>([
    ['adds equal currencies only', [{}, {}, { amount: usd }], '3 orders, 933.12 CNY + 30.00 USD as quoted.'],
    ['leaves out what is void, and counts it', [{}, { state: 'void', amount: usd }], '1 order, 466.56 CNY as quoted; 1 void.'],
    ['counts what is unclear', [{ state: 'unclear' }], '1 order, 466.56 CNY as quoted.'],
    ['leaves out other times', [{ atMs: shanghai('2026-11-24 09:00') }, { atMs: shanghai('2026-11-23 08:59') }], 'Nothing was ordered.'],
    ['counts the first instant of its time', [{ atMs: shanghai('2026-11-23 09:00') }], '1 order, 466.56 CNY as quoted.'],
    ['leaves out other targets', [{ target: 'elsewhere' }], 'Nothing was ordered.'],
  ])('%s', (_title, orders, says) => {
    expect(lead(orders)).toBe(says);
  });

  test('that is estimated is called so and is in no sum of orders', () => {
    const estimates = [{ per: 'per 30 days', amount: { currency: 'CNY', micros: -10_000_000n } }];
    const done = { counts: {}, lines: [], more: 0, errors: [], estimates };
    const page = composePage(factsOf({ targets: [targetOf('cn', { done })], rule: ruleOf({ show: ['orders'] }) }));
    expect(page.sections[0]).toMatchObject({
      lead: 'Nothing was ordered.',
      rows: [{ text: expect.stringContaining('-10.00 CNY per 30 days, an estimate') }],
    });
  });
});

describe('what schedules cost', () => {
  const cny = (micros: string) => ({ currency: 'CNY', micros });
  const costs = {
    all: [{ fullPeak: cny('90000000'), scheduled: cny('30000000') }],
    byTag: { department: { sales: [cny('30000000')] } },
    unpriced: 0,
  };
  const sectionsOf = (scaling: boolean) => {
    const rule = ruleOf({ show: ['saved', 'spend-by-tag:department'] });
    const page = composePage(factsOf({ rule, scaling, targets: [targetOf('cn-office', { fleet: fleetOf('cn-office', { costs }) })] }));
    return page.sections.map(({ lead, rows }) => [lead, ...rows.map(({ text, aside }) => `${text} ${aside ?? ''}`.trim())].join('\n'));
  };

  test('is told beside full peak, and nothing is called saved that nobody measured', () => {
    const [cost, spending] = sectionsOf(true);
    expect(cost).toBe('Estimates; what was saved is not measured.\n30.00 CNY by schedule; 90.00 CNY at full peak all the time');
    expect(spending).toContain('30.00 CNY for nodes by schedule, an estimate');
  });

  test('says what no sum has, by id, and what that costs where it is known', () => {
    const omitted = {
      count: 3,
      first: [
        { id: 'aig-9', name: 'lab', why: 'no rule scales it', amount: cny('12000000') },
        { id: 'ws-1', why: 'workstation' },
      ],
    };
    const rule = ruleOf({ show: ['spend-by-tag:department'] });
    const fleet = fleetOf('cn-office', { costs: { ...costs, omitted } });
    const [section] = composePage(factsOf({ rule, targets: [targetOf('cn-office', { fleet })] })).sections;
    expect(section?.lead).toContain('and 3 resources named last.');
    expect(section?.rows.slice(-2).map(({ name, text, aside }) => `${name} ${aside}: ${text}`)).toEqual([
      'lab aig-9: in no sum: no rule scales it; 12.00 CNY as it is set (estimate)',
      'ws-1 ws-1: in no sum: workstation',
    ]);
    expect(section?.more).toBe(1);
  });

  test('is neither saved nor spent where scale-on-schedule only observes', () => {
    const [cost, spending] = sectionsOf(false);
    expect(cost).toMatch(/^Nothing was saved: scale-on-schedule only observes\./);
    expect(spending).not.toContain('30.00 CNY');
    expect(spending).toContain('scale-on-schedule only observes');
  });
});
