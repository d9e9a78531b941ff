import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { ledger, openDrill, price, reads } from './scene.ts';
import * as say from './wording.ts';

test('asked and approved: question, list, page, approval, order and what came of it say the same', async () => {
  const drill = await openDrill();
  const why = 'it costs 233.28 CNY, more than 100.00 CNY';
  reads(await drill.run(), say.asked(why));
  reads(await drill.as('li.wei', 'approvals'), say.listed({ state: 'pending approval by finance', why }));
  reads(await drill.open(drill.link('aig-ledger')), say.page('Renew this subscription?', 'Nobody has answered yet.'));
  reads(
    await drill.as('li.wei', 'approve', 'home/aig-ledger', '--yes'),
    say.answering('li.wei', 'pending approval by finance', ledger),
    say.approved('li.wei', ledger),
  );
  reads(
    await drill.as('tan.mei', 'approvals'),
    say.listed({ state: 'approved up to 233.28 CNY by li.wei', why: 'expires 2026-11-15 00:00; 1 Month costs 233.28 CNY' }),
  );
  reads(await drill.open(drill.link('aig-ledger')), say.page('This renewal is approved', say.counts('li.wei')));
  expect(drill.orders()).toEqual([]);

  reads(await drill.run(), say.ordered());
  expect(drill.orders()).toHaveLength(1);
  reads(
    await drill.open(drill.link('aig-ledger')),
    say.page(
      'This renewal was ordered',
      'The order was sent on 2026-11-09 09:00 Asia/Shanghai (order 000001000000001), so no answer changes anything any more.',
      { closed: true },
    ),
  );
  reads(
    await drill.as('tan.mei', 'refuse', 'home/aig-ledger'),
    `streamwarden: No answer is possible about 'home/aig-ledger' now: nobody is asked about it, or its order was sent. 'streamwarden approvals' lists what can be answered, and 'streamwarden explain' tells what became of the rest.`,
  );
  const placed = '2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, approved by li.wei, ordered (order 000001000000001)';
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      renewal: 'ordered',
      why: ['order 000001000000001 was placed at 2026-11-09 09:00, and the expiry has not moved yet [order-under-way]'],
      journal: [`${placed}, not in effect yet`],
    }),
  );

  drill.advance(30 * minuteMs);
  reads(await drill.run(), ``);
  expect(drill.expiry('aig-ledger')).toBe('2026-12-15 00:00');
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      verdict: 'kept as it is',
      renewal: 'not due',
      why: ['expires 2026-12-15 00:00 [not-due]'],
      expires: '2026-12-15 00:00',
      journal: [`${placed}, renewed until 2026-12-15`],
    }),
  );
  reads(
    await drill.as('li.wei', 'spend', '--all'),
    say.spent(
      { ordered: '233.28', free: '266.72' },
      '2026-11 CNY, ordered',
      say.order(0, '2026-11-09 09:00', 'renewed, order 000001000000001'),
    ),
  );
  reads(
    await drill.as('li.wei', 'digest'),
    say.digest({
      from: 'Sun 2026-11-08 09:30',
      to: 'Mon 2026-11-09 09:30',
      counts: '1 done, 0 failed, 0 held, 0 expiring, 0 silent',
      done: ['Done (1): 1 done.', '  ✓ ledger: expiry: 2026-11-15 00:00 → 2026-12-15 00:00 (renew-before-expiry), Mon 2026-11-09 09:00'],
      orders: [
        'Orders (1): 1 order, 233.28 CNY as quoted.',
        '  ✓ ledger: 1 Month, 233.28 CNY, renewed, order 000001000000001, approved by li.wei, Mon 2026-11-09 09:00',
        '  · Budget 2026-11: 233.28 CNY of 500.00 CNY used, all targets together',
      ],
    }),
  );
});

test('taken back each: an approval by a refusal with the link, that by an approval at the command line', async () => {
  const drill = await openDrill();
  await drill.run();
  await drill.as('li.wei', 'approve', 'home/aig-ledger', '--yes');
  reads(
    await drill.press(drill.link('aig-ledger'), 'refuse', 'Tan Mei: wrong cost center'),
    say.page(
      'You refused this renewal',
      'What counts now: refused by finance (link), because: Tan Mei: wrong cost center. It is not renewed unless finance approves it.',
    ),
  );
  reads(
    await drill.run(),
    say.held(
      ledger,
      'Refused by finance (link): Tan Mei: wrong cost center. It expires unless finance approves it after all, or somebody renews it by hand.',
    ),
  );
  expect(drill.orders()).toEqual([]);
  reads(await drill.as('li.wei', 'approvals'), say.listed({ state: 'refused by finance (link)', why: 'Tan Mei: wrong cost center' }));
  reads(
    await drill.as('tan.mei', 'approve', 'home/aig-ledger', '--yes'),
    say.answering('tan.mei', 'refused by finance (link)', ledger),
    say.approved('tan.mei', ledger),
  );
  reads(
    await drill.press(drill.link('aig-ledger'), 'approve', 'Tan Mei: cost center put right'),
    say.page('You approved this renewal', say.counts('tan.mei')),
  );
  reads(await drill.run(), say.ordered());
  expect(drill.orders()).toHaveLength(1);
});

test('refused: the plan, the digest and every alarm say by whom, and what becomes of it', async () => {
  const drill = await openDrill();
  await drill.run();
  reads(
    await drill.as('tan.mei', 'refuse', 'ledger', '--because', 'not needed'),
    say.answering('tan.mei', 'pending approval by finance', ledger),
    `tan.mei refused aig-ledger (ledger) on home, 1 Month, at ${price}. It is not ordered unless somebody approves it.`,
  );
  const refused = 'Refused by tan.mei: not needed. It expires unless finance approves it after all, or somebody renews it by hand.';
  reads(await drill.run(), say.held(ledger, refused));
  reads(
    await drill.as('bo.chen', 'plan'),
    `
    renew-before-expiry · home  1 resource, act
      ‖  ledger  aig-ledger  groups  held: tan.mei refused it: not needed
      renewals
        ledger  expires 2026-11-15 00:00  refused by tan.mei
      budget
        2026-11  0.00 CNY used  0.00 CNY with this  of 500.00 CNY
      0 to change · 1 held · 0 as wanted · 0 not covered · 4 API calls
  `,
  );
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({ renewal: 'refused by tan.mei', why: ['tan.mei refused it: not needed [refused]'] }),
  );
  reads(
    await drill.as('li.wei', 'digest'),
    say.digest({
      from: 'Sun 2026-11-08 09:00',
      to: 'Mon 2026-11-09 09:00',
      counts: '0 done, 0 failed, 1 held, 1 expiring, 0 silent',
      held: [
        'Held (1): 1 by renew-before-expiry. A hold lasts until what holds it is put right.',
        '  ! ledger: tan.mei refused it: not needed [refused] (renew-before-expiry, groups), since Mon 2026-11-09 09:00 (0 minutes)',
      ],
      orders: ['Orders (0): Nothing was ordered.', '  · Budget 2026-11: 0.00 CNY of 500.00 CNY used, all targets together'],
      expiring: [
        'Expiring in 30 days (1): 1 subscription; 1 of those named will not be renewed as things stand.',
        '  ! ledger: is held, so not renewed as things stand (rule groups); refused by tan.mei, Sun 2026-11-15 00:00 (5 days)',
      ],
    }),
  );
  const alarm = `It expires 2026-11-15 00:00 Asia/Shanghai. ${refused}`;
  drill.advance(3 * dayMs);
  reads(await drill.run(), say.told('money', 'warning: ledger (aig-ledger) expires in 63 h: refused by tan.mei', alarm));
  drill.advance(2 * dayMs);
  reads(await drill.run(), say.told(['money', 'oncall'], 'critical: ledger (aig-ledger) expires in 15 h: refused by tan.mei', alarm));
  drill.advance(15 * hourMs);
  expect([drill.expiry('aig-ledger'), drill.orders()]).toEqual(['2026-11-15 00:00', []]);
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      renewal: 'lapsed',
      why: ['it expired 2026-11-15 00:00; whether it can still be renewed is for you to see in the console [expired]'],
      status: 'EXPIRED',
    }),
  );
});
