import { afterEach, describe, expect, test } from 'vitest';
import { IntentLog } from '../../../shared/journal/intents/intent-log.ts';
import { verifyJournal } from '../../../shared/journal/log/verify.ts';
import { StoreError } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import type { DeliveryGroupEntity } from '../../../simulator/world/delivery-group.ts';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import { dayMs, hourMs, minuteMs } from '../../fixtures/times.ts';
import { accounts, type DigestFixture, digestFixture, digestPolicy, partOf } from './digest-fixture.ts';

const group = (more: Partial<GroupSeed> = {}): GroupSeed => ({ id: 'g', name: 'ledger', region: 'cn-hangzhou', ...more });
const scale = '{name: r, groups: {charge: pay-as-you-go}, schedule: always, method: fixed}';
const renew = '{name: subs, groups: {charge: subscription}, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
const both = '{name: both, to: ops, days: everyday, at: "09:00", show: [held, done]}';

let fixture: DigestFixture;
afterEach(() => fixture.close());

const later = (ms: number) => fixture.simulator.advance(ms);

describe('a digest goes out', () => {
  test('once for a day, however often the function runs, and again the next day', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    for (let run = 0; run < 8 * 12; run++) {
      await fixture.run('digest');
      later(15 * minuteMs);
    }
    expect(fixture.digests().map(({ id }) => id)).toEqual(['digests/daily/home/2026-11-23', 'digests/daily/home/2026-11-24']);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('once, when many runs are at it at the same moment', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    later(31 * minuteMs);
    const reports = await Promise.all(Array.from({ length: 8 }, () => fixture.run('digest')));
    expect(reports.flatMap(({ errors }) => errors)).toEqual([]);
    expect(fixture.digests()).toHaveLength(1);
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('with all its targets, when the last of them was observed', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale, digest: both }), {
      away: { groups: [group({ status: 'DEPLOYING' })] },
    });
    await fixture.run('scale', 'home');
    await fixture.run('scale', 'away');
    later(31 * minuteMs);
    expect((await fixture.run('digest', 'home')).warnings).toMatchObject([{ code: 'digest-waits', data: { missing: ['away'] } }]);
    expect(fixture.digests()).toEqual([]);
    await fixture.run('digest', 'away');
    expect(partOf(fixture.digests()[0], 'Held')).toEqual([expect.stringContaining('! away · ledger: the group is DEPLOYING')]);
    expect(partOf(fixture.digests()[0], 'Done')).toEqual([expect.stringContaining('✓ home · ledger: nodes: fixed at 1 node')]);
  });

  test('without a target that nobody observes, after 20 minutes, and says so', async () => {
    fixture = await digestFixture({}, digestPolicy({ scale, digest: both }));
    later(31 * minuteMs);
    await fixture.run('digest', 'home');
    later(19 * minuteMs);
    await fixture.run('digest', 'home');
    expect(fixture.digests()).toEqual([]);
    later(minuteMs);
    expect((await fixture.run('digest', 'home')).warnings).toMatchObject([{ code: 'digest-incomplete' }]);
    expect(fixture.digests()[0]?.text).toContain('✗ Target away was not reached: no run observed it.');
    expect(fixture.digests()[0]?.severity).toBe('warning');
  });

  test('at the second day where runs come only once a day and one target never has any', async () => {
    fixture = await digestFixture({}, digestPolicy({ scale, digest: both }));
    later(31 * minuteMs);
    await fixture.run('digest', 'away');
    expect(fixture.digests()).toEqual([]);
    later(dayMs);
    await fixture.run('digest', 'away');
    expect(fixture.digests()[0]?.text).toContain('✗ Target home was not reached');
  });

  test('with what could be read where the service refuses, and the run fails', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListWuyingServer', times: 'always' });
    later(31 * minuteMs);
    expect(await fixture.run('digest')).toMatchObject({
      failed: true,
      errors: [{ code: 'NoPermission' }],
      totals: { observed: 1, complete: false },
    });
    expect(fixture.digests()[0]?.text).toContain('✗ Target home was not reached in full: the workstations could not be read');
  });

  test('again after ten minutes where no receiver has confirmed it', async () => {
    fixture = await digestFixture({}, digestPolicy({ scale }));
    fixture.broken.add('ops');
    later(31 * minuteMs);
    expect((await fixture.run('digest')).warnings.map(({ code }) => code)).toEqual(['channel-dead', 'digest-undelivered']);
    fixture.broken.delete('ops');
    later(9 * minuteMs);
    await fixture.run('digest');
    expect(fixture.digests()).toEqual([]);
    later(minuteMs);
    expect((await fixture.run('digest')).record).toBe('digests/daily/home/2026-11-24/00000003');
    expect(fixture.digests()).toHaveLength(1);
  });

  test('with what a later run could read, where it waited for another target meanwhile', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale, digest: both }));
    fixture.simulator.faults.add({ kind: 'deny', action: 'ListWuyingServer' });
    later(31 * minuteMs);
    await fixture.run('digest', 'home');
    await fixture.run('digest', 'home');
    await fixture.run('digest', 'away');
    expect(fixture.digests()[0]?.text).not.toContain('was not reached');
  });

  test('by reading only: one list of each kind, and one price for each type of node where costs are shown', async () => {
    const groups = Array.from({ length: 30 }, (_, index) => group({ id: `g${index}`, name: `group-${index}` }));
    fixture = await digestFixture({ groups }, digestPolicy({ scale }));
    later(31 * minuteMs);
    const first = await fixture.run('digest');
    const again = await fixture.run('digest');
    expect(first.calls.byOperation).toEqual({ GetResourcePrice: 1, ListAppInstanceGroup: 1, ListWuyingServer: 1 });
    expect(again.calls.total).toBe(0);
  });

  test('in a plan not at all: it says what is due and writes nothing', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    later(31 * minuteMs);
    const report = await fixture.run('digest', 'home', { mode: 'plan' });
    expect(report).toMatchObject({ failed: false, calls: { total: 0 }, warnings: [{ code: 'digest-due', data: { date: '2026-11-24' } }] });
    expect([fixture.messages, fixture.store.records.size]).toEqual([[], 0]);
  });
});

test('a digest tells what happened since the one before, each thing once, and since when holds stand', async () => {
  fixture = await digestFixture({ groups: [group(), group({ id: 'h', name: 'stuck', status: 'CEASED' })] }, digestPolicy({ scale }));
  await fixture.run('digest');
  await fixture.run('scale');
  later(31 * minuteMs);
  await fixture.run('digest');
  for (let hour = 0; hour < 48; hour++) {
    later(hourMs);
    await fixture.run('scale');
    await fixture.run('digest');
  }
  const told = fixture.digests().map((message) => [partOf(message, 'Done').length, partOf(message, 'Held')[0] ?? '']);
  expect(told.map(([done]) => done)).toEqual([0, 1, 0, 0]);
  expect(told.map(([, held]) => /since .*$/.exec(String(held))?.[0])).toEqual([
    undefined,
    'since Tue 2026-11-24 08:30 or before (31 minutes)',
    'since Tue 2026-11-24 08:30 or before (1 day)',
    'since Tue 2026-11-24 08:30 or before (2 days)',
  ]);
});

test('what a function that only observes would do is told, as it was planned last', async () => {
  const observing = digestPolicy({ scale }).replace('act: [scale-on-schedule, renew-before-expiry]', 'act: []');
  fixture = await digestFixture({ groups: [group(), group({ id: 'h', name: 'reports' })] }, observing);
  await fixture.run('scale');
  later(31 * minuteMs);
  await fixture.run('digest');
  (fixture.simulator.world.accounts.get(accounts.home)?.groups.get('h') as DeliveryGroupEntity).status = 'CEASED';
  await fixture.run('scale');
  later(dayMs);
  await fixture.run('digest');
  const done = fixture.digests().map((message) => partOf(message, 'Done'));
  expect(done[0]).toEqual([
    expect.stringMatching(/ledger: would be: nodes: .* → fixed at 2 nodes \(scale-on-schedule\), planned Tue 2026-11-24 08:30/),
    expect.stringMatching(/reports: would be: /),
  ]);
  expect(done[1]).toEqual([expect.stringMatching(/ledger: would be: /)]);
});

test('a change of a person is drift; a state that a function only keeps the time of is not', async () => {
  fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
  const log = await runStoring(fixture.store, IntentLog.load('scale-on-schedule', accounts.home));
  const seen = [
    { resource: 'g', setting: 'nodes', value: '7' },
    { resource: 'g', setting: 'offer', value: '7.4.2', sighted: true as const },
  ];
  const atMs = fixture.simulator.world.clock.nowMs;
  await runStoring(fixture.store, log.add({ owner: 'someone', atMs }, { kind: 'foreign', body: { target: 'home', seen, gone: [] } }));
  later(31 * minuteMs);
  await fixture.run('digest');
  expect(partOf(fixture.digests()[0], 'Drift')).toEqual([expect.stringContaining('nodes is 7 (scale-on-schedule)')]);
});

test('a stream that was cut after a digest had told its head is seen by the next one', async () => {
  fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
  await fixture.run('scale');
  later(31 * minuteMs);
  await fixture.run('digest');
  const written = [...fixture.store.records.keys()].filter((key) => key.startsWith(`written/scale-on-schedule/${accounts.home}/`)).sort();
  expect(written.length).toBeGreaterThan(1);
  fixture.store.records.delete(written.at(-1) as string);
  later(dayMs);
  await fixture.run('digest');
  const [first, second] = fixture.digests();
  expect(first?.text).toContain('Nothing was found changed or removed; no head was told before.');
  expect(second?.text).toContain(`${written.at(-1)}: It was removed: a head of the journal covers it.`);
  expect(second?.severity).toBe('warning');
});

describe('the head that a digest tells', () => {
  const hashIn = (text = '') => /verify --head ([0-9a-f]{64})/.exec(text)?.[1] ?? 'no hash';
  const told = async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    await fixture.run('scale');
    later(31 * minuteMs);
    await fixture.run('digest');
    return hashIn(fixture.digests()[0]?.text);
  };

  test('stands in each digest, whatever it shows, and proves the journal later', async () => {
    fixture = await digestFixture(
      { groups: [group()] },
      digestPolicy({ scale, digest: '{name: daily, targets: [home], to: ops, days: everyday, at: "09:00", show: [held]}' }),
    );
    await fixture.run('scale');
    later(31 * minuteMs);
    await fixture.run('digest');
    later(dayMs);
    await fixture.run('scale');
    await fixture.run('digest');
    const hashes = fixture.digests().map(({ text }) => hashIn(text));
    expect(new Set(hashes).size).toBe(2);
    for (const head of hashes) expect(await verifyJournal(fixture.store, { head })).toMatchObject({ problems: [], covered: { heads: 2 } });
  });

  test('is missed by the next digest where the heads were written anew', async () => {
    const head = await told();
    for (const key of [...fixture.store.records.keys()]) if (/^(heads|covered)\//.test(key)) fixture.store.records.delete(key);
    later(dayMs);
    await fixture.run('digest');
    expect(fixture.digests()[1]).toMatchObject({
      severity: 'warning',
      text: expect.stringContaining('heads/00000000: It is not the head'),
    });
    expect((await verifyJournal(fixture.store, { head })).problems).toMatchObject([{ code: 'UnknownHead' }]);
  });

  test('is left out where it may not be written, and the digest goes out and says so', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    await fixture.run('scale');
    later(31 * minuteMs);
    fixture.store.beforeCreate = (key) => {
      if (key.startsWith('covered/')) throw new StoreError('Denied', 'may not write heads');
    };
    const { errors } = await fixture.run('digest');
    expect(errors).toEqual([]);
    expect(fixture.digests()[0]?.text).toContain('no head covers it: may not write heads');
  });

  test('covers each record once, though many runs are at it at the same moment', async () => {
    fixture = await digestFixture({ groups: [group()] }, digestPolicy({ scale }));
    await fixture.run('scale');
    later(31 * minuteMs);
    await Promise.all(Array.from({ length: 4 }, () => fixture.run('digest')));
    const { problems, covered } = await verifyJournal(fixture.store);
    expect(problems).toEqual([]);
    expect(covered?.heads).toBe(1);
  });
});

describe('a freeze that begins is told of', () => {
  const frozen = (except = '') =>
    digestPolicy(
      { scale: '{name: r, groups: {charge: pay-as-you-go}, schedule: office, peak: {tag: size, otherwise: 4, atMost: 9}, method: fixed}' },
      `limits: {spendPerMonth: [100000 CNY], freezes: [{because: Fair, from: 2026-11-24 08:50, until: 2026-11-26${except}}]}`,
    )
      .replace('limits: {spendPerMonth: [100000 CNY]}\n', '')
      .replace('tell: {silent: oncall}', 'tell: {held: ops}');
  const told = () => fixture.messages.filter(({ title }) => title === 'A freeze has begun');
  const runs = async (count: number) => {
    for (let run = 0; run < count; run++) {
      await fixture.run('digest', run % 2 === 0 ? 'home' : 'away');
      later(10 * minuteMs);
    }
  };

  test('once, to those who hear of holds, with what it stops and until when', async () => {
    fixture = await digestFixture({}, frozen());
    await runs(2);
    expect(told()).toEqual([]);
    await runs(30);
    expect(told()).toMatchObject([{ channel: 'ops', severity: 'warning', timeMs: Date.parse('2026-11-24T08:50:00+08:00') }]);
    expect(told()[0]?.text).toMatch(
      /^While the freeze "Fair" lasts, from 2026-11-24 08:50 to 2026-11-26 00:00, scale-on-schedule lowers no nodes; it goes on to raise them/,
    );
    expect((await verifyJournal(fixture.store)).problems).toEqual([]);
  });

  test('later, where nobody could be reached, and the run says so', async () => {
    fixture = await digestFixture({}, frozen());
    fixture.broken.add('ops');
    later(20 * minuteMs);
    expect((await fixture.run('digest')).warnings.map(({ code }) => code)).toContain('channel-dead');
    fixture.broken.delete('ops');
    await runs(3);
    expect(told()).toHaveLength(1);
  });

  test('but not where it stops nothing, nor once it is over', async () => {
    fixture = await digestFixture({}, frozen(', except: [scale-on-schedule]'));
    await runs(12);
    expect(told()).toEqual([]);
    await fixture.close();
    fixture = await digestFixture({}, frozen());
    later(2 * dayMs);
    await runs(3);
    expect(told()).toEqual([]);
  });
});

describe('a function that is silent is told of', () => {
  const silent = () => fixture.messages.filter(({ channel }) => channel === 'oncall');

  test('once a day after two of its intervals, on the channels for silence, and not any more once it runs', async () => {
    fixture = await digestFixture({}, digestPolicy({ scale }));
    const runs = async (count: number, name?: 'scale') => {
      for (let run = 0; run < count; run++) {
        if (name) await fixture.run(name);
        await fixture.run('digest');
        later(15 * minuteMs);
      }
    };
    await runs(6, 'scale');
    expect(silent().filter(({ timeMs }) => timeMs > Date.parse('2026-11-24T08:31:00+08:00'))).toEqual([]);
    const before = silent().length;
    await runs(3);
    expect(silent()).toHaveLength(before + 1);
    expect(silent().at(-1)).toMatchObject({
      severity: 'warning',
      title: 'scale-on-schedule did not run on home',
      text: 'It did not run since 2026-11-24 09:45 Asia/Shanghai; it is expected every 15m. Look at the function, its timer and its log.',
    });
    await runs(20);
    expect(silent()).toHaveLength(before + 1);
    await runs(40);
    expect(silent()).toHaveLength(before + 2);
    await runs(4, 'scale');
    expect(silent()).toHaveLength(before + 2);
  });

  test('renewals that only fail count as silent, and that is critical', async () => {
    fixture = await digestFixture({}, digestPolicy({ renew }));
    for (let run = 0; run < 8; run++) {
      if (run === 4) fixture.simulator.faults.add({ kind: 'deny', action: 'ListAppInstanceGroup', times: 'always' });
      await fixture.run('renew');
      await fixture.run('digest');
      later(15 * minuteMs);
    }
    expect(silent().filter(({ title }) => title.includes('without failure'))).toMatchObject([
      { severity: 'critical', title: 'renew-before-expiry had no run without failure on home', data: { intervalMs: 15 * minuteMs } },
    ]);
  });

  test('by the interval of the rule where it names one', async () => {
    const digest = '{name: daily, to: ops, days: everyday, at: "09:00", show: [silent], runsEvery: {scale-on-schedule: 1h}}';
    fixture = await digestFixture({}, digestPolicy({ scale, digest }));
    await fixture.run('scale');
    later(2 * hourMs);
    await fixture.run('digest');
    expect(silent()).toEqual([]);
    later(minuteMs);
    await fixture.run('digest');
    expect(silent()).toHaveLength(1);
  });

  test('a journal that cannot be read hides no silence: that itself is told, once an hour', async () => {
    fixture = await digestFixture({}, digestPolicy({ renew }));
    await fixture.run('renew');
    const read = fixture.store.list;
    fixture.store.list = () => {
      throw new StoreError('Unreachable', 'The store does not answer.');
    };
    for (let run = 0; run < 5; run++) {
      expect(await fixture.run('digest')).toMatchObject({ failed: true });
      later(15 * minuteMs);
    }
    fixture.store.list = read;
    expect(silent().map(({ title, severity }) => `${severity} ${title}`)).toEqual(
      Array.from({ length: 2 }, () => 'critical Whether functions run on home cannot be told'),
    );
  });
});
