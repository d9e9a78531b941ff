import { describe, expect, test } from 'vitest';
import { ApiError } from '../../shared/client/errors.ts';
import { drive } from '../../shared/engine/effects.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';

import { target } from './dial.ts';
import { apiError, executed, type Fixture, fixture, prepare, recordsOf, results, worldOf } from './execute-fixture.ts';

describe('the executor', () => {
  test('writes the intents of a batch before its first call and the outcomes after its last', async () => {
    const b = fixture(3);
    b.service.onSet = () => expect(recordsOf(b.store).at(-1)?.kind).toBe('intents');
    expect(results(await executed(b))).toEqual(['d0 done', 'd1 done', 'd2 done']);
    expect(recordsOf(b.store).map(({ kind }) => kind)).toEqual(['intents', 'outcomes', 'intents', 'outcomes']);
    expect(recordsOf(b.store)[0]?.body).toMatchObject({
      target: 'cn',
      intents: [{ resource: 'd0', setting: 'dial', value: 'new' }, { resource: 'd1' }],
    });
    expect(recordsOf(b.store)[1]?.body).toMatchObject({
      of: 0,
      outcomes: [
        { resource: 'd0', outcome: 'done' },
        { resource: 'd1', outcome: 'done' },
      ],
    });
  });

  test('reads each resource again right before its call, once', async () => {
    const b = fixture(3);
    const reads: string[] = [];
    b.service.onRead = (id) => reads.push(id);
    await executed(b);
    expect(reads).toEqual(['d0', 'd1', 'd2']);
    expect(b.service.calls).toEqual(['SetDial d0=new', 'SetDial d1=new', 'SetDial d2=new']);
  });

  test.each<[string, (b: Fixture) => void, string]>([
    ['as wanted meanwhile', (b) => b.service.put('d1', 'new'), 'd1 already as-wanted'],
    ['gone meanwhile', (b) => b.service.dials.delete('d1'), 'd1 held resource-gone'],
    ['wanted otherwise meanwhile', (b) => b.wishes.set('d1', { value: 'newer' }), 'd1 held changed-since-plan'],
    ['held meanwhile', (b) => b.wishes.set('d1', { value: 'HOLD' }), 'd1 held changed-since-plan'],
    ['not covered meanwhile', (b) => b.wishes.delete('d1'), 'd1 held changed-since-plan'],
    [
      'needing another input',
      (b) => b.wishes.set('d1', { value: 'new', action: { input: { DialId: 'd1', Value: 'new', Extra: 1 } } }),
      'd1 held changed-since-plan',
    ],
    ['harsher now', (b) => b.wishes.set('d1', { value: 'new', action: { effect: 'disruptive' } }), 'd1 held changed-since-plan'],
    [
      'with more sessions at risk',
      (b) => b.wishes.set('d1', { value: 'new', action: { sessionsAtRisk: 1 } }),
      'd1 held changed-since-plan',
    ],
    ['lowering now', (b) => b.wishes.set('d1', { value: 'new', action: { harms: ['lower'] } }), 'd1 held changed-since-plan'],
  ])('does not call for a resource that is %s', async (_name, change, expected) => {
    const b = fixture(3);
    const { code } = await prepare(b);
    change(b);
    expect(results(await drive(worldOf(b), code))).toEqual(['d0 done', expected, 'd2 done']);
    expect(b.service.calls).toEqual(['SetDial d0=new', 'SetDial d2=new']);
  });

  test.each<[string, unknown, string]>([
    ['proof that nothing ran', apiError('no'), 'd1 failed call-refused'],
    ['no proof either way', apiError('unknown'), 'd1 unknown call-unknown'],
    ['executed, answer unreadable', apiError('yes'), 'd1 done answer-unreadable'],
    ['a failure of no known kind', new Error('odd'), 'd1 unknown call-unknown'],
  ])('a failed call with %s leaves the others alone', async (_name, error, expected) => {
    const b = fixture(3);
    b.service.onSet = (id) => {
      if (id === 'd1') throw error;
    };
    const done = await executed(b);
    expect(results(done)).toEqual(['d0 done', expected, 'd2 done']);
    if (error instanceof ApiError) expect(done.outcomes[1]).toMatchObject({ requestId: 'R-1', because: { data: { error: 'Boom' } } });
  });

  test('a partial failure that names the resource is a failure of that action', async () => {
    const b = fixture(2);
    const answer = { complete: false, failed: [{ id: 'd1', code: 'NOT_FOUND', message: undefined }], output: {} };
    const client = { ...b.service.client, call: (async () => answer) as never };
    expect(results(await executed(b, {}, { client }))).toEqual(['d0 done', 'd1 failed call-partial']);
  });

  test('a resource that cannot be read again is not called', async () => {
    const b = fixture(2);
    b.service.onRead = (id) => {
      if (id === 'd0') throw apiError('no');
    };
    expect(results(await executed(b))).toEqual(['d0 failed reread-failed', 'd1 done']);
  });

  test('an operation that the automation does not list is never called', async () => {
    const b = fixture(1);
    b.wishes.set('d0', { value: 'new', action: { operation: 'constructor' } });
    expect(results(await executed(b))).toEqual(['d0 failed call-refused']);
    expect(b.service.calls).toEqual([]);
  });

  test('begins nothing when the deadline is near, and looks at a fresh clock each time', async () => {
    const b = fixture(4);
    // Reading again takes 12 seconds here: 30 are needed to begin.
    b.service.onRead = () => {
      b.clock.nowMs += 12_000;
    };
    const done = await executed(b, { deadlineMs: b.clock.nowMs + 50_000 });
    expect(results(done)).toEqual(['d0 done', 'd1 done', 'd2 not-sent deadline-near', 'd3 not-sent deadline-near']);
    expect(recordsOf(b.store).map(({ kind }) => kind)).toEqual(['intents', 'outcomes']);
  });

  test('does not call when reading again used up the time, and takes the intent back', async () => {
    const b = fixture(1);
    b.service.onRead = () => {
      b.clock.nowMs += 40_000;
    };
    expect(results(await executed(b, { deadlineMs: b.clock.nowMs + 50_000 }))).toEqual(['d0 not-sent deadline-near']);
    const log = await runStoring(b.store, IntentLog.load('dials', target.account));
    expect(log.view.values('d0', 'dial')).toEqual([]);
    expect(log.counts('cn', b.clock.nowMs).actions).toBe(0);
  });

  test('told to stop, finishes the call under way, writes it down, and says what was not done', async () => {
    const b = fixture(4);
    const stop = new AbortController();
    b.service.onSet = (id) => {
      if (id === 'd0') stop.abort();
    };
    const done = await executed(b, {}, { signal: stop.signal });
    expect(results(done)).toEqual(['d0 done', 'd1 not-sent stopped', 'd2 not-sent stopped', 'd3 not-sent stopped']);
    expect(b.service.valueOf('d0')).toBe('new');
    expect(recordsOf(b.store).at(-1)?.body).toMatchObject({ outcomes: [{ outcome: 'done' }, { outcome: 'not-sent', code: 'stopped' }] });
  });

  test('calls nothing when the intents cannot be written', async () => {
    const b = fixture(3);
    b.store.beforeCreate = () => {
      throw new StoreError('Full', 'disk full');
    };
    const done = await executed(b);
    expect(results(done)).toEqual(['d0', 'd1', 'd2'].map((id) => `${id} not-sent journal-unavailable`));
    expect(done.error).toMatchObject({ code: 'Full' });
    expect(b.service.calls).toEqual([]);
  });

  test('stops after a batch whose outcomes cannot be written, and still says what was done', async () => {
    const b = fixture(4);
    let creates = 0;
    b.store.beforeCreate = () => {
      if (++creates === 2) throw new StoreError('Full', 'disk full');
    };
    const done = await executed(b);
    expect(results(done)).toEqual(['d0 done', 'd1 done', 'd2 not-sent journal-unavailable', 'd3 not-sent journal-unavailable']);
    expect(done.error).toMatchObject({ code: 'Full' });
  });

  test('leaves everything to another run that has begun on the same target', async () => {
    const b = fixture(3);
    const late = await prepare(b, { owner: 'late' });
    await executed(b, { owner: 'early', batch: 1 });
    b.service.calls.length = 0;
    expect(results(await drive(worldOf(b), late.code))).toEqual(['d0', 'd1', 'd2'].map((id) => `${id} not-sent another-run`));
    expect(b.service.calls).toEqual([]);
  });

  test('keeps at most `width` actions under way, and the order of outcomes', async () => {
    const b = fixture(9);
    let underWay = 0;
    let most = 0;
    const client = {
      ...b.service.client,
      call: (async () => {
        most = Math.max(most, ++underWay);
        for (let turn = 0; turn < 5; turn++) await Promise.resolve();
        underWay--;
        return {};
      }) as never,
    };
    const done = await executed(b, { batch: 9, width: 3 }, { client });
    expect(most).toBe(3);
    expect(results(done)).toEqual(Array.from({ length: 9 }, (_, n) => `d${n} done`));
  });

  test('tells each outcome as it happens', async () => {
    const b = fixture(3);
    const told: string[] = [];
    await executed(b, {}, { onOutcome: ({ resource, outcome }) => told.push(`${resource.id} ${outcome}`) });
    expect(told).toEqual(['d0 done', 'd1 done', 'd2 done']);
  });
});

test('a lost answer of a call is unknown, and the value is ours when the next run sees it', async () => {
  const b = fixture(1);
  b.service.afterSet = () => {
    throw apiError('unknown', 'AnswerTimeout');
  };
  expect(results(await executed(b))).toEqual(['d0 unknown call-unknown']);
  const log = await runStoring(b.store, IntentLog.load('dials', target.account));
  expect(log.view.values('d0', 'dial')).toMatchObject([{ value: 'new', outcome: 'unknown' }]);
  expect((await prepare(b)).decisions).toEqual([]);
});
