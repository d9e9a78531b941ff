import { afterEach, expect, test } from 'vitest';
import { days, hours } from '../renewals-bench.ts';
import { type Drill, openDrill, reads } from './scene.ts';

let drill: Drill;
afterEach(() => drill.close());

const start = '2026-11-09T09:00:00+08:00';
const ledger = { id: 'aig-ledger', name: 'ledger', expiresAt: '2026-11-15T00:00:00+08:00' };
const atlas = { id: 'aig-atlas', name: 'atlas', expiresAt: '2026-11-16T00:00:00+08:00' };
const asking =
  '- {name: groups, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true, ask: {above: [100 CNY], who: finance, links: true}}';

test('a price that rises above the approval asks again, and says who approved how much', async () => {
  drill = await openDrill({ start, groups: [ledger], rules: asking });
  await drill.run();
  await drill.as('li.wei', 'approve', 'ledger', '--yes');
  const old = drill.link('aig-ledger');
  drill.rise.percent = 120n;
  reads(
    await drill.run(),
    `
    money | Streamwarden · warning: finance is asked to approve 279.93 CNY for ledger (aig-ledger)
    1 Month: li.wei approved up to 233.28 CNY, and it costs 279.93 CNY now. It expires 2026-11-15 00:00 Asia/Shanghai; without an answer it is not renewed. Answer with 'streamwarden approve ID' or 'streamwarden refuse ID'.
    Decide here: <link>
    money | Streamwarden · warning: 1 renewal is held on home
    ledger (aig-ledger): Pending approval by finance: li.wei approved up to 233.28 CNY, and it costs 279.93 CNY now. Ask finance to answer, or renew it by hand.
  `,
  );
  expect(drill.orders()).toEqual([]);
  reads(
    await drill.as('li.wei', 'approvals'),
    `
    home  ledger  aig-ledger  1 Month from 2026-11-15  279.93 CNY  pending approval by finance  li.wei approved up to 233.28 CNY, and it costs 279.93 CNY now

    Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.
  `,
  );
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    `
    ledger (aig-ledger)
      renew-before-expiry on home: held, rule groups

      Renewal: pending approval by finance

      Why
        li.wei approved up to 233.28 CNY, and it costs 279.93 CNY now. finance has to answer: run 'streamwarden approve home/aig-ledger' or 'streamwarden refuse home/aig-ledger' [approval-too-low]
      Observed
        region cn-hangzhou, status PUBLISHED, subscription, expires 2026-11-15 00:00
        tags none
      Journal
        no write by this function is recorded
  `,
  );
  reads(
    await drill.open(old),
    `
    This renewal is approved
    What counts now: approved up to 233.28 CNY by li.wei. The next run orders it if it costs no more than 233.28 CNY then, and the limits of the policy allow it.
    Resource: ledger (aig-ledger)
    Target: home, account 1000000000000001
    Expires: 2026-11-15 00:00 Asia/Shanghai
    Order: 1 Month
    Price: 233.28 CNY at most
    Asked: finance
    Your name and a word on why, for the journal. Nobody checks it.
    [Approve 1 Month for up to 233.28 CNY]
    [Refuse]
    Opening this page decides nothing. Either answer can be changed, here or at the command line, until the order is sent. An approval counts for this expiry, this period and a price of no more than 233.28 CNY, until 2026-11-15 00:00 Asia/Shanghai; if it costs more by then, nothing is ordered and you are asked again.
  `,
  );
  reads(
    await drill.open(drill.link('aig-ledger')),
    `
    Renew this subscription?
    What counts now: pending approval by finance (li.wei approved up to 233.28 CNY, and it costs 279.93 CNY now).
    Resource: ledger (aig-ledger)
    Target: home, account 1000000000000001
    Expires: 2026-11-15 00:00 Asia/Shanghai
    Order: 1 Month
    Price: 279.93 CNY at most
    Asked: finance
    Your name and a word on why, for the journal. Nobody checks it.
    [Approve 1 Month for up to 279.93 CNY]
    [Refuse]
    Opening this page decides nothing. Either answer can be changed, here or at the command line, until the order is sent. An approval counts for this expiry, this period and a price of no more than 279.93 CNY, until 2026-11-15 00:00 Asia/Shanghai; if it costs more by then, nothing is ordered and you are asked again.
  `,
  );
  reads(
    await drill.press(drill.link('aig-ledger'), 'approve', 'Li Wei'),
    `
    You approved this renewal
    What counts now: approved up to 279.93 CNY by finance (link). The next run orders it if it costs no more than 279.93 CNY then, and the limits of the policy allow it.
    Resource: ledger (aig-ledger)
    Target: home, account 1000000000000001
    Expires: 2026-11-15 00:00 Asia/Shanghai
    Order: 1 Month
    Price: 279.93 CNY at most
    Asked: finance
    Your name and a word on why, for the journal. Nobody checks it.
    [Approve 1 Month for up to 279.93 CNY]
    [Refuse]
    Opening this page decides nothing. Either answer can be changed, here or at the command line, until the order is sent. An approval counts for this expiry, this period and a price of no more than 279.93 CNY, until 2026-11-15 00:00 Asia/Shanghai; if it costs more by then, nothing is ordered and you are asked again.
  `,
  );
  reads(
    await drill.run(),
    `
    money | Streamwarden · info: Ordered a renewal of ledger (aig-ledger) for 279.93 CNY
    Order 000001000000001: 1 Month from 2026-11-15 00:00 Asia/Shanghai, with automatic payment, not in effect yet.
  `,
  );
  expect(drill.orders()).toHaveLength(1);
});

test('a budget that is short for the second of two is told in the amounts that spend shows', async () => {
  drill = await openDrill({ start, groups: [ledger, atlas], rules: asking, limit: '300 CNY' });
  await drill.run();
  reads(
    await drill.as('li.wei', 'approve', '--all', '--yes', '--up-to', '233.28 CNY'),
    `
    You: li.wei of account 1000000000000001

    Resource  aig-ledger (ledger)
    Target  home, account 1000000000000001
    Expires  2026-11-15 00:00 Asia/Shanghai
    Order  1 Month
    Price now  233.28 CNY; finance was last asked about 233.28 CNY
    State  pending approval by finance

    Resource  aig-atlas (atlas)
    Target  home, account 1000000000000001
    Expires  2026-11-16 00:00 Asia/Shanghai
    Order  1 Month
    Price now  233.28 CNY; finance was last asked about 233.28 CNY
    State  pending approval by finance

    li.wei approved aig-ledger (ledger) on home, 1 Month, up to 233.28 CNY, until 2026-11-15 00:00 Asia/Shanghai.
    It counts at that price or less. If it costs more when it is ordered, nothing is ordered and finance is asked again.
    li.wei approved aig-atlas (atlas) on home, 1 Month, up to 233.28 CNY, until 2026-11-16 00:00 Asia/Shanghai.
    It counts at that price or less. If it costs more when it is ordered, nothing is ordered and finance is asked again.
  `,
  );
  reads(
    await drill.as('li.wei', 'approvals'),
    `
    home  ledger  aig-ledger  1 Month from 2026-11-15  233.28 CNY  approved up to 233.28 CNY by li.wei  expires 2026-11-15 00:00; 1 Month costs 233.28 CNY
    home  atlas  aig-atlas  1 Month from 2026-11-16  233.28 CNY  approved up to 233.28 CNY by li.wei  233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free after the orders before it. Raise limits.spendPerMonth, or renew it by hand.

    Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.
  `,
  );
  reads(
    await drill.run(),
    `
    money | Streamwarden · info: Ordered a renewal of ledger (aig-ledger) for 233.28 CNY
    Order 000001000000001: 1 Month from 2026-11-15 00:00 Asia/Shanghai, with automatic payment, not in effect yet.
    money | Streamwarden · warning: 1 renewal is held on home
    atlas (aig-atlas): Blocked by budget: 233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free after the orders before it. Raise limits.spendPerMonth, or renew it by hand.
  `,
  );
  expect(drill.orders().map(({ resourceIds }) => resourceIds)).toEqual([['aig-ledger']]);
  reads(
    await drill.as('li.wei', 'approvals'),
    `
    home  atlas  aig-atlas  1 Month from 2026-11-16  233.28 CNY  approved up to 233.28 CNY by li.wei  233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free. Raise limits.spendPerMonth, or renew it by hand.

    Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.
  `,
  );
  reads(
    await drill.as('li.wei', 'spend'),
    `
    month  currency  limit  ordered  reserved  free
    2026-11  CNY  300.00 CNY  233.28 CNY  0.00 CNY  66.72 CNY
  `,
  );
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
    `
    atlas (aig-atlas)
      renew-before-expiry on home: held, rule groups

      Renewal: blocked by budget

      Why
        233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free. Raise limits.spendPerMonth, or renew it by hand. [budget-short]
        expires 2026-11-16 00:00; 1 Month costs 233.28 CNY [due]
        approved by li.wei up to 233.28 CNY [approved]
      What
        expiry: 2026-11-16 00:00 → 2026-12-16 00:00
        by RenewAppInstanceGroup, effect purchase
        +233.28 CNY for 1 Month
      Observed
        region cn-hangzhou, status PUBLISHED, subscription, expires 2026-11-16 00:00
        tags none
      Journal
        no write by this function is recorded
  `,
  );
  drill.advance(4 * days);
  reads(
    await drill.run(),
    `
    money | Streamwarden · warning: atlas (aig-atlas) expires in 63 h: blocked by budget
    It expires 2026-11-16 00:00 Asia/Shanghai. Blocked by budget: 233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free. Raise limits.spendPerMonth, or renew it by hand.
  `,
  );
  reads(
    await drill.as('li.wei', 'digest', '--days', '5'),
    `
    Streamwarden present digest
    Sun 2026-11-08 09:00 to Fri 2026-11-13 09:00 Asia/Shanghai · home
    1 done, 0 failed, 1 held, 1 expiring, 0 silent

    Done (1): 1 done.
      ✓ ledger: expiry: 2026-11-15 00:00 → 2026-12-15 00:00 (renew-before-expiry), Mon 2026-11-09 09:00

    Held (1): 1 by renew-before-expiry. A hold lasts until what holds it is put right.
      ! atlas: 233.28 CNY do not fit: of 300.00 CNY for 2026-11, 66.72 CNY are free after the orders before it. Raise limits.spendPerMonth, or renew it by hand. [budget-short] (renew-before-expiry, groups), since Mon 2026-11-09 09:00 (4 days)

    Orders (1): 1 order, 233.28 CNY as quoted.
      ✓ ledger: 1 Month, 233.28 CNY, renewed, order 000001000000001, approved by li.wei, Mon 2026-11-09 09:00
      · Budget 2026-11: 233.28 CNY of 300.00 CNY used, all targets together

    Expiring in 30 days (1): 1 subscription; 1 of those named will not be renewed as things stand.
      ! atlas: is held, so not renewed as things stand (rule groups); approved up to 233.28 CNY by li.wei; people were told at 72h, Mon 2026-11-16 00:00 (2 days)

    Not covered (0): Every resource is covered by some rule.

    Drift (0): No change of a person stands against the policy.

    Exceptions ending (0): No exception ends within a week.

    Silent (0): All functions run now, but not all did the whole time:
      ! renew-before-expiry: did not run from Mon 2026-11-09 09:00 to Fri 2026-11-13 09:00 (expected every 12h, which is assumed), 4 days

    Cost by schedule (estimate): Nothing can be estimated.

    Written Fri 2026-11-13 09:00 Asia/Shanghai. Amounts are quoted unless they are called estimates. Holds, expiries and drift are as of then.
  `,
  );
});

test('a channel that is dead is told of on the other, and what waited for it arrives once it is repaired', async () => {
  drill = await openDrill({ start, groups: [ledger], rules: asking });
  drill.bench.broken.add('money');
  reads(
    await drill.run(),
    `
    oncall | Streamwarden · warning: The channel money does not deliver
    1 message waits for it: "finance is asked to approve 233.28 CNY for ledger (aig-ledger)". money: it is broken. Repair it, and try 'streamwarden notify test'.
  `,
  );
  drill.advance(hours);
  reads(await drill.run(), ``);
  drill.bench.broken.delete('money');
  reads(
    await drill.run(),
    `
    money | Streamwarden · warning: finance is asked to approve 233.28 CNY for ledger (aig-ledger)
    1 Month: it costs 233.28 CNY, more than 100.00 CNY. It expires 2026-11-15 00:00 Asia/Shanghai; without an answer it is not renewed. Answer with 'streamwarden approve ID' or 'streamwarden refuse ID'.
    Decide here: <link>
    money | Streamwarden · warning: 1 renewal is held on home
    ledger (aig-ledger): Pending approval by finance: it costs 233.28 CNY, more than 100.00 CNY. Ask finance to answer, or renew it by hand.
  `,
  );
  await drill.as('li.wei', 'approve', 'ledger', '--yes');
  drill.bench.broken.add('money');
  reads(await drill.run(), ``);
  expect(drill.orders()).toHaveLength(1);
  drill.advance(hours);
  drill.bench.broken.delete('money');
  reads(
    await drill.run(),
    `
    money | Streamwarden · info: Ordered a renewal of ledger (aig-ledger) for 233.28 CNY
    Order 000001000000001: 1 Month from 2026-11-15 00:00 Asia/Shanghai, with automatic payment, not in effect yet.
    Late: no channel took this at 2026-11-09 10:00 Asia/Shanghai.
  `,
  );
});
