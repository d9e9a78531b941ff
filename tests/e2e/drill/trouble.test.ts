import { expect, test } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accountId } from '../../functions/renew-before-expiry/renewal-fixture.ts';
import { type Drill, ledger, openDrill, reads } from './scene.ts';
import * as say from './wording.ts';

const plain = (autoPay = true): string =>
  `- {name: groups, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: ${autoPay}}`;

/** Somebody moves an expiry elsewhere: in the console, or by a refund. */
function moveExpiry(drill: Drill, byMs: number): void {
  const group = drill.fixture.simulator.world.accounts.get(accountId)?.groups.get('aig-ledger');
  group?.renewUntil((group.expiresMs ?? 0) + byMs, drill.fixture.simulator.world.clock.nowMs);
}

test('an order whose answer was lost: unclear from the first minute, told with what to look for, and ordered after somebody has looked', async () => {
  const drill = await openDrill({ rules: plain() });
  drill.fixture.simulator.faults.add({ kind: 'drop', action: 'RenewAppInstanceGroup', times: 1 });
  reads(
    await drill.run(),
    say.told(
      'oncall',
      'critical: renew-before-expiry failed on home',
      'Failed: ledger (aig-ledger): Whether the order was placed is not known (ConnectionLost). It is not sent again; later runs look whether the expiry moves.',
      "What to do: look for the order in the bill an hour later; if none is there, run 'streamwarden resolve' with --void.",
    ),
  );
  expect(drill.orders()).toEqual([]);
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      renewal: 'unclear',
      why: [
        "whether an order of 2026-11-09 09:00 was placed is not known. Look for it in the bill; if none is there, run 'streamwarden resolve aig-ledger --void'. It is never sent again by itself [order-unclear]",
      ],
      journal: ['2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, unclear, not in effect yet'],
    }),
  );
  reads(
    await drill.as('bo.chen', 'spend'),
    say.spent(
      { ordered: '0.00', reserved: '233.28', free: '266.72' },
      '2026-11 CNY, reserved',
      say.order(0, '2026-11-09 09:00', 'unclear: whether it was ordered is not known'),
    ),
  );
  drill.advance(20 * minuteMs);
  reads(
    await drill.run(),
    say.told(
      ['money', 'oncall'],
      'critical: Order unclear: ledger (aig-ledger)',
      "An order was sent at 2026-11-09 09:00 Asia/Shanghai. Whether it was placed is not known, and the expiry is still 2026-11-15 00:00 Asia/Shanghai. Look in the bill at 2026-11-09 10:00 Asia/Shanghai or later. No order there: run 'streamwarden resolve aig-ledger --void'. An unpaid one: pay it, or cancel it and run the same. A run sees for itself when the expiry moves, and never sends the order again.",
    ),
    say.held(
      ledger,
      "Unclear: whether an order of 2026-11-09 09:00 was placed is not known. Look for it in the bill; if none is there, run 'streamwarden resolve aig-ledger --void'. It is never sent again by itself.",
    ),
  );
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--void'),
    `streamwarden: The order of renewal 0 may still be on its way. Read the bill again at 2026-11-09 10:00 Asia/Shanghai or later, and resolve it then.`,
  );
  drill.advance(hourMs);
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--moved'),
    `streamwarden: Renewal 0 has not taken effect: the expiry of aig-ledger is still 2026-11-15 00:00 Asia/Shanghai. Wait until it moves, or say --void if the bill has no order of it.`,
  );
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--void'),
    `Renewal 0 of ledger (aig-ledger) is closed as void, by bo.chen. It may be ordered again by the next run.`,
  );
  reads(await drill.as('bo.chen', 'spend'), say.spent({ ordered: '0.00', free: '500.00' }));
  reads(await drill.run(), say.ordered());
  expect(drill.orders()).toHaveLength(1);
  drill.advance(30 * minuteMs);
  await drill.run();
  expect(drill.expiry('aig-ledger')).toBe('2026-12-15 00:00');
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      verdict: 'kept as it is',
      renewal: 'not due',
      why: ['expires 2026-12-15 00:00 [not-due]'],
      expires: '2026-12-15 00:00',
      journal: [
        '2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, unclear, void, as bo.chen says',
        '2026-11-09 10:20  renewal 1: 1 Month from 2026-11-15 for 233.28 CNY, ordered (order 000001000000001), renewed until 2026-12-15',
      ],
    }),
  );
  reads(
    await drill.as('bo.chen', 'digest'),
    say.digest({
      from: 'Sun 2026-11-08 10:50',
      to: 'Mon 2026-11-09 10:50',
      counts: '1 done, 1 failed, 0 held, 0 expiring, 0 silent',
      done: [
        'Done (1): 1 of unknown outcome, 1 done.',
        '  ✗ ledger: expiry: 2026-11-15 00:00 → 2026-12-15 00:00 — of unknown outcome: Whether the order was placed is not known (ConnectionLost). It is not sent again; later runs look whether the expiry moves. (renew-before-expiry), Mon 2026-11-09 09:00',
        '  ✓ ledger: expiry: 2026-11-15 00:00 → 2026-12-15 00:00 (renew-before-expiry), Mon 2026-11-09 10:20',
      ],
      orders: [
        'Orders (1): 1 order, 233.28 CNY as quoted; 1 void.',
        '  · ledger: 1 Month, 233.28 CNY, void, Mon 2026-11-09 09:00',
        '  ✓ ledger: 1 Month, 233.28 CNY, renewed, order 000001000000001, Mon 2026-11-09 10:20',
        '  · Budget 2026-11: 233.28 CNY of 500.00 CNY used, all targets together',
      ],
    }),
  );
});

test('an order that nobody pays: unpaid everywhere, and void only once it is cancelled', async () => {
  const drill = await openDrill({ rules: plain(false) });
  reads(
    await drill.as('bo.chen', 'plan'),
    `
    renew-before-expiry · home  1 resource, act
      ~  ledger  aig-ledger  groups  expiry: 2026-11-15 00:00 → 2026-12-15 00:00  +233.28 CNY  for 1 Month
      renewals
        ledger  expires 2026-11-15 00:00  due
      orders
        +  ledger  groups  1 Month from 2026-11-15  233.28 CNY  to be paid by hand
      budget
        2026-11  0.00 CNY used  233.28 CNY with this  of 500.00 CNY
      1 to change · 0 held · 0 as wanted · 0 not covered · +233.28 CNY for 1 Month · 4 API calls
  `,
  );
  reads(
    await drill.run(),
    say.told(
      'money',
      'info: Ordered a renewal of ledger (aig-ledger) for 233.28 CNY, to be paid',
      'Order 000001000000001: 1 Month from 2026-11-15 00:00 Asia/Shanghai, unpaid: it renews nothing until somebody pays it in the console.',
    ),
  );
  const [order] = drill.orders();
  expect(order?.status).toBe('unpaid');
  drill.advance(80 * minuteMs);
  reads(
    await drill.run(),
    say.told(
      ['money', 'oncall'],
      'critical: Order unpaid: ledger (aig-ledger)',
      "Order 000001000000001 was placed at 2026-11-09 09:00 Asia/Shanghai, and the expiry is still 2026-11-15 00:00 Asia/Shanghai: it waits for payment, or for the service. Pay it in the console; or cancel it there, then run 'streamwarden resolve aig-ledger --void --order 000001000000001'. It is never placed again.",
    ),
    say.held(
      ledger,
      "Unpaid: order 000001000000001 of 2026-11-09 09:00 has not moved the expiry. Pay it in the console; or cancel it there, then run 'streamwarden resolve aig-ledger --void --order 000001000000001'.",
    ),
  );
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      renewal: 'unpaid',
      why: [
        "order 000001000000001 of 2026-11-09 09:00 has not moved the expiry. Pay it in the console; or cancel it there, then run 'streamwarden resolve aig-ledger --void --order 000001000000001' [order-unpaid]",
      ],
      journal: ['2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, ordered (order 000001000000001), not in effect yet'],
    }),
  );
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--void'),
    `streamwarden: Renewal 0 of ledger (aig-ledger) is order 000001000000001, which stays payable. Only an approver of the policy may void it, since it is ordered again then; bo.chen is not one.`,
  );
  reads(
    await drill.as('li.wei', 'resolve', 'ledger', '--void'),
    `streamwarden: Renewal 0 is order 000001000000001, which stays payable until it is cancelled. Cancel it in the console, then name it: --void --order 000001000000001.`,
  );
  reads(
    await drill.as('li.wei', 'resolve', 'ledger', '--void', '--order', order?.id ?? ''),
    `Renewal 0 of ledger (aig-ledger) is closed as void, by li.wei. It may be ordered again by the next run. If order 000001000000001 is not cancelled it stays payable: whoever pays it renews a second time.`,
  );
});

test('a refund: what moved back, what stays used, and what lets it be renewed again', async () => {
  const drill = await openDrill({ rules: plain() });
  await drill.run();
  // Sooner than two hours after an order it may be what was there before it.
  drill.advance(150 * minuteMs);
  await drill.run();
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--refunded'),
    'streamwarden: ledger (aig-ledger) expires 2026-12-15 00:00 Asia/Shanghai, so renewal 0 is still in effect. Say --refunded once the service shows an earlier expiry.',
  );
  moveExpiry(drill, -30 * dayMs);
  expect(drill.expiry('aig-ledger')).toBe('2026-11-15 00:00');
  reads(
    await drill.run(),
    say.told(
      ['money', 'oncall'],
      'critical: Expiry moved back: ledger (aig-ledger)',
      "The expiry is 2026-11-15 00:00 Asia/Shanghai, after it had been moved to 2026-12-15 00:00 Asia/Shanghai by renewal 0: a refund, perhaps. Its 233.28 CNY stay used in the budget of 2026-11. It is not renewed again by itself; if it is to be, run 'streamwarden resolve aig-ledger --refunded'.",
    ),
    say.held(
      ledger,
      "Blocked by an earlier order: the expiry lies before 2026-12-15 00:00, to which it had been renewed: a refund, perhaps. Look in the bill; if it is to be renewed again, run 'streamwarden resolve aig-ledger --refunded'.",
    ),
  );
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      renewal: 'blocked by an earlier order',
      why: [
        "the expiry lies before 2026-12-15 00:00, to which it had been renewed: a refund, perhaps. Look in the bill; if it is to be renewed again, run 'streamwarden resolve aig-ledger --refunded' [expiry-claimed]",
      ],
      journal: [
        '2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, ordered (order 000001000000001), renewed until 2026-12-15',
      ],
    }),
  );
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--refunded'),
    `ledger (aig-ledger) may be renewed again from its expiry of 2026-11-15 00:00 Asia/Shanghai, as bo.chen says. What the refunded renewal cost stays used in its budget.`,
  );
  reads(
    await drill.as('bo.chen', 'resolve', 'ledger', '--refunded'),
    `streamwarden: No renewal of ledger (aig-ledger) stands in the way of another one, so there is no refund to tell of. 'streamwarden plan' shows what it waits for.`,
  );
  reads(await drill.run(), say.ordered({ order: '000001000000002' }));
  expect(drill.orders()).toHaveLength(2);
  reads(
    await drill.as('li.wei', 'spend', '--all'),
    say.spent(
      { ordered: '466.56', free: '33.44' },
      '2026-11 CNY, ordered',
      say.order(0, '2026-11-09 09:00', 'renewed, order 000001000000001'),
      say.order(2, '2026-11-09 11:30', 'ordered, not in effect yet, order 000001000000002'),
    ),
  );
});

test('a renewal in the console: told as somebody else’s, and in no budget', async () => {
  const drill = await openDrill({ rules: plain() });
  await drill.run();
  drill.advance(30 * minuteMs);
  await drill.run();
  moveExpiry(drill, 31 * dayMs);
  reads(
    await drill.run(),
    say.told(
      'money',
      'warning: Renewed by somebody else: ledger (aig-ledger)',
      'The expiry moved from 2026-12-15 00:00 Asia/Shanghai to 2027-01-15 00:00 Asia/Shanghai without an order of ours, so it is in no budget here. If somebody renews it elsewhere (the console, its auto-renewal, a colleague), switch that off, or take it out of the policy: both may pay.',
    ),
  );
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    say.explained({
      verdict: 'kept as it is',
      renewal: 'not due',
      why: ['expires 2027-01-15 00:00 [not-due]'],
      expires: '2027-01-15 00:00',
      journal: [
        '2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, ordered (order 000001000000001), renewed until 2026-12-15',
      ],
    }),
  );
  reads(await drill.as('li.wei', 'spend'), say.spent({ ordered: '233.28', free: '266.72' }));
});
