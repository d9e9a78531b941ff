import { describe, expect, test } from 'vitest';
import { loadOverrides } from '../../shared/engine/overrides.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { encodeRecord } from '../../shared/journal/log/record.ts';
import { addException, type ExceptionBody, endException, exceptionId } from '../../shared/journal/people/exceptions.ts';
import { loadHalts, sayHalt } from '../../shared/journal/people/halts.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { exceptionsInForce } from '../../shared/policy/exception.ts';
import { hourMs } from '../fixtures/times.ts';
import { memoryStore } from '../journal/memory-store.ts';
import { noon, policyWith, target } from './dial.ts';
import { codes, fixture as runFixture } from './run-fixture.ts';

const cutting = { action: { effect: 'disruptive', sessionsAtRisk: 2 } } as const;

async function add(store: ReturnType<typeof memoryStore>, more: Partial<ExceptionBody> = {}, name = 'launch'): Promise<string> {
  const until = more.until ?? new Date(noon + hourMs).toISOString();
  const id = exceptionId(name, Date.parse(until));
  const body: ExceptionBody = {
    ...{
      because: 'Launch',
      by: 'li.wei',
      from: new Date(noon - hourMs).toISOString(),
      until,
      groups: { all: true },
      never: ['cut-sessions'],
    },
    ...more,
  };
  await runStoring(store, addException(id, { owner: name, atMs: noon - hourMs }, body));
  return id;
}

/** A group whose dial would be turned under sessions. */
function fixture() {
  const world = runFixture();
  world.service.put('a', '1', { tags: {} });
  world.wishes.set('a', { value: '2', ...cutting });
  return world;
}

const load = (store: ReturnType<typeof memoryStore>, policy = policyWith()) => loadOverrides(store, policy, target, noon);
const loadWithHalts = (store: ReturnType<typeof memoryStore>) => loadOverrides(store, policyWith(), target, noon, loadHalts);

describe('what stands', () => {
  test('is the policy itself where the journal has nothing', async () => {
    const policy = policyWith();
    expect((await load(memoryStore(), policy)).policy).toBe(policy);
  });

  test('is the exceptions of the policy, then those of the journal, at the same instants in every zone', async () => {
    const own = { because: 'own', groups: { all: true }, spans: {}, never: [] } as const;
    const utc = { transitions: [{ atMs: 0, offsetMs: 0 }] };
    const policy = policyWith({ exceptions: [own], zones: { 'Asia/Shanghai': utc, UTC: utc } });
    const store = memoryStore();
    await add(store, { keepAtLeastPercent: 80 });
    const span = { fromMs: noon - hourMs, untilMs: noon + hourMs };
    expect((await load(store, policy)).policy.exceptions).toEqual([
      own,
      {
        ...{ because: 'Launch', groups: { all: true }, never: ['cut-sessions'], keepAtLeastPercent: 80 },
        spans: { 'Asia/Shanghai': span, UTC: span },
      },
    ]);
  });

  test.each([
    ['for all targets', {}, 1],
    ['for this target', { targets: ['cn', 'other'] }, 1],
    ['for another target', { targets: ['other'] }, 0],
    ['for a target that the policy does not have', { targets: ['renamed'] }, 1],
    ['for one of which that is so', { targets: ['other', 'renamed'] }, 1],
    ['for one that is named as what every object has', { targets: ['constructor'] }, 1],
    ['that is over for less than a day', { until: new Date(noon).toISOString() }, 1],
    ['that is over for a day', { from: new Date(noon - 2 * 864e5).toISOString(), until: new Date(noon - 864e5).toISOString() }, 0],
    ['that begins later', { from: new Date(noon + 1).toISOString() }, 1],
  ])('has an exception %s or not', async (_what, more, count) => {
    const store = memoryStore();
    await add(store, more);
    const policy = policyWith({ targets: { cn: target, other: { ...target, name: 'other' } } });
    expect((await load(store, policy)).policy.exceptions).toHaveLength(count);
  });

  test('counts an exception up to the word that ends it', async () => {
    const store = memoryStore();
    const id = await add(store);
    await runStoring(store, endException(id, { owner: 'two', atMs: noon + 60_000 }, { by: 'tan.mei' }));
    const { policy } = await load(store);
    const at = (nowMs: number) => exceptionsInForce(policy, target, { id: 'a', kind: 'delivery-group' }, nowMs).never.has('cut-sessions');
    expect([at(noon), at(noon + 59_999), at(noon + 60_000)]).toEqual([true, true, false]);
  });

  test('has halts for the function that approves versions, and reads them for no other', async () => {
    const store = memoryStore();
    await runStoring(store, sayHalt('7.4.2', { owner: 'one', atMs: noon }, { kind: 'halt', by: 'li.wei', because: 'black' }));
    expect((await loadWithHalts(store)).halts.get('7.4.2')).toMatchObject({ sinceMs: noon, by: 'li.wei', because: 'black' });
    await store.create('halts/8/00000000', encodeRecord({ kind: 'halt', atMs: noon, owner: 'x', prev: null, body: {} }));
    const standing = await loadWithHalts(store);
    expect([[...standing.halts.keys()], standing.damaged]).toMatchObject([['7.4.2', '8'], [{ key: 'halts/8/00000000' }]]);
    expect((await load(store)).halts.size).toBe(0);
  });
});

describe('a run', () => {
  test('holds what an exception of the journal forbids, and does it once that is ended', async () => {
    const { store, run, service, clock } = fixture();
    const id = await add(store);
    expect(codes(await run('apply'))).toEqual(['a hold exception-never']);
    expect(service.calls).toEqual([]);
    await runStoring(store, endException(id, { owner: 'two', atMs: clock.nowMs }, { by: 'tan.mei' }));
    await run('apply');
    expect(service.valueOf('a')).toBe('2');
  });

  test('holds what an exception forbids on a target that was given another name since', async () => {
    const { store, run, service } = fixture();
    await add(store, { targets: ['home'] });
    expect(codes(await run('apply'))).toEqual(['a hold exception-never']);
    expect(service.calls).toEqual([]);
  });

  test('shows in plan what it would hold in apply', async () => {
    const { store, run } = fixture();
    await add(store);
    expect(codes(await run('plan'))).toEqual(['a hold exception-never']);
  });

  test('does not do what somebody forbade while it observed', async () => {
    const { store, run, service } = fixture();
    const report = await run('apply', { onDecision: () => void add(store) });
    expect(report.outcomes.map(({ outcome, because }) => [outcome, because?.code])).toEqual([['held', 'exception-never']]);
    expect(service.calls).toEqual([]);
  });

  test('leaves undone in its next batches what somebody forbade while it acted', async () => {
    const { store, run, service, wishes } = fixture();
    for (const id of ['b', 'c', 'd', 'e']) {
      service.put(id, '1', { tags: {} });
      wishes.set(id, { value: '2', ...cutting });
    }
    service.onSet = (id) => void (id === 'b' && add(store));
    const report = await run('apply', { rules: { batch: 2, width: 1 } });
    expect(report.outcomes.map(({ outcome, because }) => because?.code ?? outcome)).toEqual([
      ...['done', 'done'],
      ...['exception-never', 'exception-never', 'exception-never'],
    ]);
    expect(service.calls).toEqual(['SetDial a=2', 'SetDial b=2']);
  });

  test('stops where it cannot read any more what people say, and does not begin what it would have to guess about', async () => {
    const { store, run, service, wishes } = fixture();
    for (const id of ['b', 'c']) {
      service.put(id, '1', { tags: {} });
      wishes.set(id, { value: '2', ...cutting });
    }
    const list = store.list.bind(store);
    service.onSet = () => {
      store.list = (prefix) => {
        if (prefix.startsWith('exceptions')) throw new StoreError('Unreachable', 'the disk is gone');
        return list(prefix);
      };
    };
    const report = await run('apply', { rules: { batch: 1, width: 1 } });
    expect(report.outcomes.map(({ outcome, because }) => because?.code ?? outcome)).toEqual([
      ...['done', 'journal-unavailable', 'journal-unavailable'],
    ]);
    expect([report.failed, service.calls]).toEqual([true, ['SetDial a=2']]);
    const log = await runStoring(store, IntentLog.load('dials', target.account));
    expect(log.counts('cn', noon).actions).toBe(1);
  });

  test('with an exception that cannot be read does nothing that one can forbid, and names the record', async () => {
    const { store, run, service } = fixture();
    await add(store, { never: ['cut-sessions', 'dance'] as unknown as ExceptionBody['never'] & object });
    const report = await run('apply');
    const named = report.warnings.filter(({ code }) => code === 'journal-damaged').map(({ data }) => String(data?.['key']));
    expect([report.failed, codes(report), named]).toEqual([false, ['a hold exception-never'], [expect.stringContaining('exceptions/')]]);
    expect(service.calls).toEqual([]);
  });

  test('whose exceptions break while it observes does nothing that one can forbid', async () => {
    const { store, run, service } = fixture();
    const broken = { never: ['dance'] } as unknown as Partial<ExceptionBody>;
    const report = await run('apply', { onDecision: () => void add(store, broken) });
    expect(report.outcomes.map(({ outcome, because }) => [outcome, because?.code])).toEqual([['held', 'exception-never']]);
    expect(service.calls).toEqual([]);
  });

  test('with nothing to do asks for exceptions once', async () => {
    const { store, run, wishes } = fixture();
    wishes.clear();
    const lists: string[] = [];
    const list = store.list.bind(store);
    store.list = (prefix) => {
      lists.push(prefix);
      return list(prefix);
    };
    await run('apply');
    expect(lists.filter((prefix) => /^(exceptions|halts)/.test(prefix))).toEqual(['exceptions/']);
  });
});
