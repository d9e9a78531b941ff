import { describe, expect, test } from 'vitest';
import { composePage, isUrgent } from '../../../functions/digest/compose.ts';
import { digest } from '../../../functions/digest/digesting.ts';
import type { FleetFacts } from '../../../functions/digest/facts/fleet-facts.ts';
import { digestText } from '../../../functions/digest/text.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { busyFacts, costOf, factsOf, fleetOf, orderOf, ruleOf, targetOf } from './facts-fixture.ts';

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
});

describe('what was measured', () => {
  const sectionsOf = (costs: FleetFacts['costs']) => {
    const rule = ruleOf({ show: ['saved', 'spend-by-tag:department'] });
    const page = composePage(factsOf({ rule, targets: [targetOf('cn-office', { fleet: fleetOf('cn-office', { costs }) })] }));
    return page.sections.map(({ lead, rows }) => [lead, ...rows.map(({ name, text }) => `${name}: ${text}`)].join('\n'));
  };
  const all = { byTag: {}, unknown: [] };

  test('is saved against what was found, with its sign', () => {
    expect(sectionsOf({ ...all, all: [costOf({ measured: 30, counterfactual: 90 })] })[0]).toBe(
      '60.00 CNY, measured against what the groups were found with, or the baseline of their rule.\nCNY: 60.00 CNY: 30.00 CNY by the hour instead of 90.00 CNY',
    );
    expect(sectionsOf({ ...all, all: [costOf({ measured: 90, counterfactual: 30 })] })[0]).toContain('CNY: -60.00 CNY: 90.00 CNY');
  });

  test('is called potential, and not saved, where rules are in dry run', () => {
    const [saved] = sectionsOf({ ...all, all: [costOf({ measured: 90, potential: 60 })] });
    expect(saved).toContain('0.00 CNY: 90.00 CNY by the hour instead of 90.00 CNY; potential 60.00 CNY, had the rules in dry run acted');
  });

  test('has shares by a tag that add up, those without the tag included', () => {
    const byTag = { department: { sales: [costOf({ measured: 20, amortized: 10 })], '': [costOf({ amortized: 60 })] } };
    expect(sectionsOf({ ...all, all: [], byTag })[1]).toBe(
      '90.00 CNY as measured, subscriptions spread over their days.\n' +
        '(no tag department): 60.00 CNY, 66.67 %: 60.00 CNY for subscriptions\n' +
        'sales: 30.00 CNY, 33.33 %: 20.00 CNY by the hour, 10.00 CNY for subscriptions',
    );
  });

  test('leaves nothing out without a line of its own', () => {
    const unknown = [{ because: 'unmeasured', ms: 90 * 60_000, count: 7, first: [{ id: 'aig-9', name: 'lab' }, { id: 'aig-8' }] }];
    const [, spending] = sectionsOf({ ...all, all: [], unknown });
    expect(spending).toContain('What is not known is named last and is in no amount.');
    expect(spending).toContain('Unknown: not measured, since no run looked for more than 15 minutes, 1.5 hours: lab, aig-8 and 2 more');
  });

  test('is nothing where no run looked, and then no savings are claimed', () => {
    expect(sectionsOf({ ...all, all: [] })[0]).toBe('No nodes by the hour were measured, so nothing is known of savings.');
  });
});
