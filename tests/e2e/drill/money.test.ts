import { expect, test } from 'vitest';
import { dayMs, hourMs } from '../../fixtures/times.ts';
import { atlas, ledger, openDrill, price, reads } from './scene.ts';
import * as say from './wording.ts';

test('a price that rises above the approval asks again, and says who approved how much', async () => {
  const drill = await openDrill();
  await drill.run();
  await drill.as('li.wei', 'approve', 'ledger', '--yes');
  const old = drill.link('aig-ledger');
  drill.rise.percent = 120n;
  const dearer = '279.93 CNY';
  const why = 'li.wei approved up to 233.28 CNY, and it costs 279.93 CNY now';
  reads(await drill.run(), say.asked(why, dearer));
  expect(drill.orders()).toEqual([]);
  reads(await drill.as('li.wei', 'approvals'), say.listed({ cost: dearer, state: 'pending approval by finance', why }));
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      renewal: 'pending approval by finance',
      why: [
        `${why}. finance has to answer: run 'streamwarden approve home/aig-ledger' or 'streamwarden refuse home/aig-ledger' [approval-too-low]`,
      ],
    }),
  );
  reads(await drill.open(old), say.page('This renewal is approved', say.counts('li.wei')));
  reads(
    await drill.open(drill.link('aig-ledger')),
    say.page('Renew this subscription?', `What counts now: pending approval by finance (${why}).`, { cost: dearer }),
  );
  reads(
    await drill.press(drill.link('aig-ledger'), 'approve', 'Li Wei'),
    say.page('You approved this renewal', say.counts('finance (link)', dearer), { cost: dearer }),
  );
  reads(await drill.run(), say.ordered({ cost: dearer }));
  expect(drill.orders()).toHaveLength(1);
});

test('a budget that is short for the second of two is told in the amounts that spend shows', async () => {
  const drill = await openDrill({ groups: [ledger, atlas], limit: '300 CNY' });
  await drill.run();
  reads(
    await drill.as('li.wei', 'approve', '--all', '--yes', '--up-to', price),
    say.answering('li.wei', 'pending approval by finance', ledger, atlas),
    say.approved('li.wei', ledger),
    say.approved('li.wei', atlas),
  );
  const state = 'approved up to 233.28 CNY by li.wei';
  const afterOthers =
    '233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free after the orders before it. Raise limits.spendPerMonth, or renew it by hand.';
  const short = '233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free. Raise limits.spendPerMonth, or renew it by hand.';
  reads(
    await drill.as('li.wei', 'approvals'),
    say.listed({ state, why: 'expires 2026-11-15 00:00; 1 Month costs 233.28 CNY' }, { of: atlas, state, why: afterOthers }),
  );
  reads(await drill.run(), say.ordered(), say.held(atlas, `Blocked by budget: ${afterOthers}`));
  expect(drill.orders().map(({ resourceIds }) => resourceIds)).toEqual([['aig-ledger']]);
  reads(await drill.as('li.wei', 'approvals'), say.listed({ of: atlas, state, why: short }));
  reads(await drill.as('li.wei', 'spend'), say.spent({ limit: '300.00', ordered: '233.28', free: '66.72' }));
  reads(
    await drill.as('bo.chen', 'plan'),
    `
    renew-before-expiry · home  2 resources, act
      ‖  ledger  aig-ledger  groups  held: order 000001000000001 was placed at 2026-11-09 09:00, and the expiry has not moved yet
      ‖  atlas  aig-atlas  groups  held: 233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free. Raise limits.spendPerMonth, or renew it by hand; expires 2026-11-16 00:00; 1 Month costs 233.28 CNY; approved by li.wei up to 233.28 CNY
      renewals
        ledger  expires 2026-11-15 00:00  ordered
        atlas  expires 2026-11-16 00:00  blocked by budget
      budget
        2026-11  233.28 CNY used  233.28 CNY with this  of 300.00 CNY
          233.28 CNY  for aig-ledger (account 1000000000000001)  since 2026-11-09 09:00  ordered, not in effect yet
      0 to change · 2 held · 0 as wanted · 0 not covered · 4 API calls
  `,
  );
  reads(
    await drill.as('bo.chen', 'explain', 'atlas'),
    say.explained({
      of: atlas,
      renewal: 'blocked by budget',
      why: [
        `${short} [budget-short]`,
        'expires 2026-11-16 00:00; 1 Month costs 233.28 CNY [due]',
        'approved by li.wei up to 233.28 CNY [approved]',
      ],
      what: ['expiry: 2026-11-16 00:00 → 2026-12-16 00:00', 'by RenewAppInstanceGroup, effect purchase', '+233.28 CNY for 1 Month'],
    }),
  );
  drill.advance(4 * dayMs);
  reads(
    await drill.run(),
    say.told(
      'money',
      'warning: atlas (aig-atlas) expires in 63 h: blocked by budget',
      `It expires 2026-11-16 00:00 Asia/Shanghai. Blocked by budget: ${short}`,
    ),
  );
  reads(
    await drill.as('li.wei', 'digest', '--days', '5'),
    say.digest({
      from: 'Sun 2026-11-08 09:00',
      to: 'Fri 2026-11-13 09:00',
      counts: '1 done, 0 failed, 1 held, 1 expiring, 0 silent',
      done: ['Done (1): 1 done.', '  ✓ ledger: expiry: 2026-11-15 00:00 → 2026-12-15 00:00 (renew-before-expiry), Mon 2026-11-09 09:00'],
      held: [
        'Held (1): 1 by renew-before-expiry. A hold lasts until what holds it is put right.',
        `  ! atlas: ${afterOthers} [budget-short] (renew-before-expiry, groups), since Mon 2026-11-09 09:00 (4 days)`,
      ],
      orders: [
        'Orders (1): 1 order, 233.28 CNY as quoted.',
        '  ✓ ledger: 1 Month, 233.28 CNY, renewed, order 000001000000001, approved by li.wei, Mon 2026-11-09 09:00',
        '  · Budget 2026-11: 233.28 CNY of 300.00 CNY used, all targets together',
      ],
      expiring: [
        'Expiring in 30 days (1): 1 subscription; 1 of those named will not be renewed as things stand.',
        '  ! atlas: is held, so not renewed as things stand (rule groups); approved up to 233.28 CNY by li.wei; people were told at 72h, Mon 2026-11-16 00:00 (2 days)',
      ],
      silent: [
        'Silent (0): All functions run now, but not all did the whole time:',
        '  ! renew-before-expiry: did not run from Mon 2026-11-09 09:00 to Fri 2026-11-13 09:00 (expected every 12h, which is assumed), 4 days',
      ],
    }),
  );
});

test('a channel that is dead is told of on the other, and what waited for it arrives once it is repaired', async () => {
  const drill = await openDrill();
  drill.fixture.broken.add('money');
  reads(
    await drill.run(),
    say.told(
      'oncall',
      'warning: The channel money does not deliver',
      `1 message waits for it: "finance is asked to approve 233.28 CNY for ledger (aig-ledger)". money: it is broken. Repair it, and try 'streamwarden notify test'.`,
    ),
  );
  drill.advance(hourMs);
  reads(await drill.run(), ``);
  drill.fixture.broken.delete('money');
  reads(await drill.run(), say.asked('it costs 233.28 CNY, more than 100.00 CNY'));
  await drill.as('li.wei', 'approve', 'ledger', '--yes');
  drill.fixture.broken.add('money');
  reads(await drill.run(), ``);
  expect(drill.orders()).toHaveLength(1);
  drill.advance(hourMs);
  drill.fixture.broken.delete('money');
  reads(await drill.run(), say.ordered(), `Late: no channel took this at 2026-11-09 10:00 Asia/Shanghai.`);
});
