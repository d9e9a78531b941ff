import { afterEach, expect, test } from 'vitest';
import { days, hours, minutes } from '../renewals-bench.ts';
import { type Drill, openDrill, reads } from './scene.ts';

let drill: Drill;
afterEach(() => drill.close());

const start = '2026-11-09T09:00:00+08:00';
const ledger = { id: 'aig-ledger', name: 'ledger', expiresAt: '2026-11-15T00:00:00+08:00' };
const asking =
  '- {name: groups, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true, ask: {above: [100 CNY], who: finance, links: true}}';

const open = async (): Promise<void> => {
  drill = await openDrill({ start, groups: [ledger], rules: asking });
};

test('asked and approved: question, list, page, approval, order and what came of it say the same', async () => {
  await open();
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
  reads(
    await drill.as('li.wei', 'approvals'),
    `
    home  ledger  aig-ledger  1 Month from 2026-11-15  233.28 CNY  pending approval by finance  it costs 233.28 CNY, more than 100.00 CNY

    Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.
  `,
  );
  reads(
    await drill.open(drill.link('aig-ledger')),
    `
    Renew this subscription?
    Nobody has answered yet.
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
    await drill.as('li.wei', 'approve', 'home/aig-ledger', '--yes'),
    `
    You: li.wei of account 1000000000000001

    Resource  aig-ledger (ledger)
    Target  home, account 1000000000000001
    Expires  2026-11-15 00:00 Asia/Shanghai
    Order  1 Month
    Price now  233.28 CNY; finance was last asked about 233.28 CNY
    State  pending approval by finance

    li.wei approved aig-ledger (ledger) on home, 1 Month, up to 233.28 CNY, until 2026-11-15 00:00 Asia/Shanghai.
    It counts at that price or less. If it costs more when it is ordered, nothing is ordered and finance is asked again.
  `,
  );
  reads(
    await drill.as('tan.mei', 'approvals'),
    `
    home  ledger  aig-ledger  1 Month from 2026-11-15  233.28 CNY  approved up to 233.28 CNY by li.wei  expires 2026-11-15 00:00; 1 Month costs 233.28 CNY

    Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.
  `,
  );
  reads(
    await drill.open(drill.link('aig-ledger')),
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
  expect(drill.orders()).toEqual([]);

  reads(
    await drill.run(),
    `
    money | Streamwarden · info: Ordered a renewal of ledger (aig-ledger) for 233.28 CNY
    Order 000001000000001: 1 Month from 2026-11-15 00:00 Asia/Shanghai, with automatic payment, not in effect yet.
  `,
  );
  expect(drill.orders()).toHaveLength(1);
  reads(
    await drill.open(drill.link('aig-ledger')),
    `
    This renewal was ordered
    The order was sent on 2026-11-09 09:00 Asia/Shanghai (order 000001000000001), so no answer changes anything any more.
    Resource: ledger (aig-ledger)
    Target: home, account 1000000000000001
    Expires: 2026-11-15 00:00 Asia/Shanghai
    Order: 1 Month
    Price: 233.28 CNY at most
    Asked: finance
  `,
  );
  reads(
    await drill.as('tan.mei', 'refuse', 'home/aig-ledger'),
    `streamwarden: No answer is possible about 'home/aig-ledger' now: nobody is asked about it, or its order was sent. 'streamwarden approvals' lists what can be answered, and 'streamwarden explain' tells what became of the rest.`,
  );
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    `
    ledger (aig-ledger)
      renew-before-expiry on home: held, rule groups

      Renewal: ordered

      Why
        order 000001000000001 was placed at 2026-11-09 09:00, and the expiry has not moved yet [order-under-way]
      Observed
        region cn-hangzhou, status PUBLISHED, subscription, expires 2026-11-15 00:00
        tags none
      Journal
        2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, approved by li.wei, ordered (order 000001000000001), not in effect yet
  `,
  );

  drill.advance(30 * minutes);
  reads(await drill.run(), ``);
  expect(drill.expiry('aig-ledger')).toBe('2026-12-15 00:00');
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    `
    ledger (aig-ledger)
      renew-before-expiry on home: kept as it is, rule groups

      Renewal: not due

      Why
        expires 2026-12-15 00:00 [not-due]
      Observed
        region cn-hangzhou, status PUBLISHED, subscription, expires 2026-12-15 00:00
        tags none
      Journal
        2026-11-09 09:00  renewal 0: 1 Month from 2026-11-15 for 233.28 CNY, approved by li.wei, ordered (order 000001000000001), renewed until 2026-12-15
  `,
  );
  reads(
    await drill.as('li.wei', 'spend', '--all'),
    `
    month  currency  limit  ordered  reserved  free
    2026-11  CNY  500.00 CNY  233.28 CNY  0.00 CNY  266.72 CNY

    2026-11 CNY, ordered
      aig-ledger, renewal 0  target home, account 1000000000000001  233.28 CNY  since 2026-11-09 09:00  renewed, order 000001000000001
  `,
  );
  reads(
    await drill.as('li.wei', 'digest'),
    `
    Streamwarden present digest
    Sun 2026-11-08 09:30 to Mon 2026-11-09 09:30 Asia/Shanghai · home
    1 done, 0 failed, 0 held, 0 expiring, 0 silent

    Done (1): 1 done.
      ✓ ledger: expiry: 2026-11-15 00:00 → 2026-12-15 00:00 (renew-before-expiry), Mon 2026-11-09 09:00

    Held (0): Nothing is held.

    Orders (1): 1 order, 233.28 CNY as quoted.
      ✓ ledger: 1 Month, 233.28 CNY, renewed, order 000001000000001, approved by li.wei, Mon 2026-11-09 09:00
      · Budget 2026-11: 233.28 CNY of 500.00 CNY used, all targets together

    Expiring in 30 days (0): No subscription ends in the next 30 days.

    Not covered (0): Every resource is covered by some rule.

    Drift (0): No change of a person stands against the policy.

    Exceptions ending (0): No exception ends within a week.

    Silent (0): All functions run as they should.

    Cost by schedule (estimate): Nothing can be estimated.

    Written Mon 2026-11-09 09:30 Asia/Shanghai. Amounts are quoted unless they are called estimates. Holds, expiries and drift are as of then.
  `,
  );
});

test('taken back each: an approval by a refusal with the link, that by an approval at the command line', async () => {
  await open();
  await drill.run();
  await drill.as('li.wei', 'approve', 'home/aig-ledger', '--yes');
  reads(
    await drill.press(drill.link('aig-ledger'), 'refuse', 'Tan Mei: wrong cost center'),
    `
    You refused this renewal
    What counts now: refused by finance (link), because: Tan Mei: wrong cost center. It is not renewed unless finance approves it.
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
    await drill.run(),
    `
    money | Streamwarden · warning: 1 renewal is held on home
    ledger (aig-ledger): Refused by finance (link): Tan Mei: wrong cost center. It expires unless finance approves it after all, or somebody renews it by hand.
  `,
  );
  expect(drill.orders()).toEqual([]);
  reads(
    await drill.as('li.wei', 'approvals'),
    `
    home  ledger  aig-ledger  1 Month from 2026-11-15  233.28 CNY  refused by finance (link)  Tan Mei: wrong cost center

    Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.
  `,
  );
  reads(
    await drill.as('tan.mei', 'approve', 'home/aig-ledger', '--yes'),
    `
    You: tan.mei of account 1000000000000001

    Resource  aig-ledger (ledger)
    Target  home, account 1000000000000001
    Expires  2026-11-15 00:00 Asia/Shanghai
    Order  1 Month
    Price now  233.28 CNY; finance was last asked about 233.28 CNY
    State  refused by finance (link)

    tan.mei approved aig-ledger (ledger) on home, 1 Month, up to 233.28 CNY, until 2026-11-15 00:00 Asia/Shanghai.
    It counts at that price or less. If it costs more when it is ordered, nothing is ordered and finance is asked again.
  `,
  );
  reads(
    await drill.press(drill.link('aig-ledger'), 'approve', 'Tan Mei: cost center put right'),
    `
    You approved this renewal
    What counts now: approved up to 233.28 CNY by tan.mei. The next run orders it if it costs no more than 233.28 CNY then, and the limits of the policy allow it.
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
    await drill.run(),
    `
    money | Streamwarden · info: Ordered a renewal of ledger (aig-ledger) for 233.28 CNY
    Order 000001000000001: 1 Month from 2026-11-15 00:00 Asia/Shanghai, with automatic payment, not in effect yet.
  `,
  );
  expect(drill.orders()).toHaveLength(1);
});

test('refused: the plan, the digest and every alarm say by whom, and what becomes of it', async () => {
  await open();
  await drill.run();
  reads(
    await drill.as('tan.mei', 'refuse', 'ledger', '--because', 'not needed'),
    `
    You: tan.mei of account 1000000000000001

    Resource  aig-ledger (ledger)
    Target  home, account 1000000000000001
    Expires  2026-11-15 00:00 Asia/Shanghai
    Order  1 Month
    Price now  233.28 CNY; finance was last asked about 233.28 CNY
    State  pending approval by finance

    tan.mei refused aig-ledger (ledger) on home, 1 Month, at 233.28 CNY. It is not ordered unless somebody approves it.
  `,
  );
  reads(
    await drill.run(),
    `
    money | Streamwarden · warning: 1 renewal is held on home
    ledger (aig-ledger): Refused by tan.mei: not needed. It expires unless finance approves it after all, or somebody renews it by hand.
  `,
  );
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
    `
    ledger (aig-ledger)
      renew-before-expiry on home: held, rule groups

      Renewal: refused by tan.mei

      Why
        tan.mei refused it: not needed [refused]
      Observed
        region cn-hangzhou, status PUBLISHED, subscription, expires 2026-11-15 00:00
        tags none
      Journal
        no write by this function is recorded
  `,
  );
  reads(
    await drill.as('li.wei', 'digest'),
    `
    Streamwarden present digest
    Sun 2026-11-08 09:00 to Mon 2026-11-09 09:00 Asia/Shanghai · home
    0 done, 0 failed, 1 held, 1 expiring, 0 silent

    Done (0): Nothing was changed.

    Held (1): 1 by renew-before-expiry. A hold lasts until what holds it is put right.
      ! ledger: tan.mei refused it: not needed [refused] (renew-before-expiry, groups), since Mon 2026-11-09 09:00 (0 minutes)

    Orders (0): Nothing was ordered.
      · Budget 2026-11: 0.00 CNY of 500.00 CNY used, all targets together

    Expiring in 30 days (1): 1 subscription; 1 of those named will not be renewed as things stand.
      ! ledger: is held, so not renewed as things stand (rule groups); refused by tan.mei, Sun 2026-11-15 00:00 (5 days)

    Not covered (0): Every resource is covered by some rule.

    Drift (0): No change of a person stands against the policy.

    Exceptions ending (0): No exception ends within a week.

    Silent (0): All functions run as they should.

    Cost by schedule (estimate): Nothing can be estimated.

    Written Mon 2026-11-09 09:00 Asia/Shanghai. Amounts are quoted unless they are called estimates. Holds, expiries and drift are as of then.
  `,
  );
  drill.advance(3 * days);
  reads(
    await drill.run(),
    `
    money | Streamwarden · warning: ledger (aig-ledger) expires in 63 h: refused by tan.mei
    It expires 2026-11-15 00:00 Asia/Shanghai. Refused by tan.mei: not needed. It expires unless finance approves it after all, or somebody renews it by hand.
  `,
  );
  drill.advance(2 * days);
  reads(
    await drill.run(),
    `
    money | Streamwarden · critical: ledger (aig-ledger) expires in 15 h: refused by tan.mei
    It expires 2026-11-15 00:00 Asia/Shanghai. Refused by tan.mei: not needed. It expires unless finance approves it after all, or somebody renews it by hand.
    oncall | Streamwarden · critical: ledger (aig-ledger) expires in 15 h: refused by tan.mei
    It expires 2026-11-15 00:00 Asia/Shanghai. Refused by tan.mei: not needed. It expires unless finance approves it after all, or somebody renews it by hand.
  `,
  );
  drill.advance(15 * hours);
  expect([drill.expiry('aig-ledger'), drill.orders()]).toEqual(['2026-11-15 00:00', []]);
  reads(
    await drill.as('bo.chen', 'explain', 'ledger'),
    `
    ledger (aig-ledger)
      renew-before-expiry on home: held, rule groups

      Renewal: lapsed

      Why
        it expired 2026-11-15 00:00; whether it can still be renewed is for you to see in the console [expired]
      Observed
        region cn-hangzhou, status EXPIRED, subscription, expires 2026-11-15 00:00
        tags none
      Journal
        no write by this function is recorded
  `,
  );
});
