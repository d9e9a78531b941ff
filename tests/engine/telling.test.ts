import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import type { Action } from '../../shared/planning/decision.ts';
import { minuteMs } from '../fixtures/times.ts';
import { target } from './dial.ts';
import { apiError, kindsOf } from './run-fixture.ts';
import { tellingFixture, tellingPolicy } from './telling-fixture.ts';

const failing = (b: ReturnType<typeof tellingFixture>, executed: 'no' | 'unknown' = 'no') => {
  b.service.onSet = () => {
    throw apiError(executed);
  };
};

describe('who is told what', () => {
  test('what was done, what newly holds and what failed go where the policy says, each channel in one message', async () => {
    const b = tellingFixture();
    b.service.put('a', 'old', { name: 'ledger' }).put('b', 'x').put('c', 'old');
    b.wishes.set('a', { value: 'new' }).set('b', { value: 'HOLD' }).set('c', { value: 'new' });
    b.service.onSet = (id) => {
      if (id === 'c') throw apiError('no');
    };
    const report = await b.run();
    expect(b.messages.map(({ channel, severity, title, text }) => [channel, severity, title, text])).toEqual([
      ['log', 'info', 'dials on cn: 1 changed', 'Changed: a: value old → new.'],
      ['ops', 'warning', 'dials on cn: 1 held', 'Held: b: cannot be read.\nA hold is told once; the digest names it while it lasts.'],
      [
        'oncall',
        'critical',
        'dials on cn: 1 failed',
        "Failed: c: it broke (Boom).\nWhat to do: run 'streamwarden doctor': it tries keys, permissions, store and channels.",
      ],
    ]);
    expect(b.messages[1]?.data).toEqual({
      ...{ function: 'dials', target: 'cn', account: target.account, run: report.run },
      ...{ done: [], held: [{ resource: 'b', code: 'unreadable' }], failed: 0 },
    });
  });

  test('a channel for everything gets one message, by the worst of it', async () => {
    const b = tellingFixture();
    b.service.put('a', 'old').put('b', 'x').put('c', 'old');
    b.wishes.set('a', { value: 'new' }).set('b', { value: 'HOLD' }).set('c', { value: 'new' });
    b.service.afterSet = (id) => {
      if (id === 'c') throw apiError('unknown');
    };
    await b.run('apply', { policy: tellingPolicy({ tell: { done: ['ops'], held: ['ops', 'own'], failed: ['ops'] } }) });
    expect(b.messages.map(({ channel, severity, text }) => [channel, severity, text.split('\n').slice(0, 3)])).toEqual([
      [
        'ops',
        'warning',
        [
          'Failed: c: it is not known whether it was done: it broke (Boom).',
          'What to do: nothing: the next run looks at what is there, and goes on from that.',
          'Held: b: cannot be read.',
        ],
      ],
      ['own', 'warning', ['Held: b: cannot be read.', 'A hold is told once; the digest names it while it lasts.']],
    ]);
  });

  test.each<readonly [string, Record<string, readonly string[]>, readonly string[] | undefined, readonly string[]]>([
    ["a rule's own channels come before those for done", { done: ['log'] }, ['own'], ['own: dials on cn: 1 changed']],
    ['a rule that tells nobody is not told', { done: ['log'] }, [], []],
    ['a rule without is told as the policy says', { done: ['log'] }, undefined, ['log: dials on cn: 1 changed']],
    ['where the policy says none, nobody is told', { done: [] }, undefined, []],
    ['where the policy says nothing, nobody is told, the console included', {}, undefined, []],
  ])('%s', async (_name, tell, own, expected) => {
    const b = tellingFixture();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    const rules = { dials: [{ name: 'r', ...(own === undefined ? {} : { tell: own }) }] };
    await b.run('apply', { policy: tellingPolicy({ tell, rules }) });
    expect(b.heard()).toEqual(expected);
  });

  test('a plan tells nobody, and one that was told to observe only tells of holds all the same', async () => {
    const b = tellingFixture();
    b.service.put('a', 'x').put('b', 'old');
    b.wishes.set('a', { value: 'HOLD' }).set('b', { value: 'new' });
    await b.run('plan');
    expect([b.heard(), b.store.records.size]).toEqual([[], 0]);
    await b.run('apply', { policy: tellingPolicy({ mode: { default: 'observe', act: [] } }) });
    expect(b.messages.map(({ channel, text }) => [channel, text.split('\n').at(-1)])).toEqual([
      ['ops', 'The function only observes: nothing is done.'],
    ]);
  });

  test('an event tells of what was done and what failed; its holds are left to the next sweep', async () => {
    const b = tellingFixture();
    b.service.put('a', 'old').put('b', 'x');
    b.wishes.set('a', { value: 'new' }).set('b', { value: 'HOLD' });
    const triggerEvents = ['a', 'b'].map((resourceId) => ({ resourceId, operation: 'SetDial', atMs: b.clock.now() }));
    await b.run('apply', { triggerEvents });
    expect(b.heard()).toEqual(['log: dials on cn: 1 changed']);
    await b.run();
    expect(b.heard()).toEqual(['ops: dials on cn: 1 held']);
  });
});

describe('a hold', () => {
  test('is told once while it stands, whoever runs, and again when it was away', async () => {
    const b = tellingFixture();
    b.service.put('a', 'x').put('b', 'x');
    b.wishes.set('a', { value: 'HOLD' });
    const heard: string[][] = [];
    const next = async () => {
      b.restart();
      b.later(5 * minuteMs);
      await b.run();
      heard.push(b.heard());
    };
    await next();
    await next();
    b.wishes.set('b', { value: 'HOLD' });
    await next();
    b.wishes.set('a', { value: 'x' });
    await next();
    b.later(24 * 60 * minuteMs);
    b.wishes.set('a', { value: 'HOLD' });
    await next();
    const one = 'ops: dials on cn: 1 held';
    expect(heard).toEqual([[one], [], [one], [], [one]]);
  });

  test('that nobody was told of is told again by each run until somebody has it, and costs the journal nothing meanwhile', async () => {
    const b = tellingFixture();
    b.service.put('a', 'x').put('b', 'x');
    b.wishes.set('a', { value: 'HOLD' });
    b.broken.add('ops');
    const dead = await b.run();
    expect(dead.warnings).toMatchObject([{ code: 'channel-dead', data: { channel: 'ops' } }]);
    expect(dead.failed).toBe(false);
    expect(parseRecord('r', b.store.records.get(dead.record ?? '') as Uint8Array).body).toMatchObject({ warnings: dead.warnings });
    for (let turn = 0; turn < 3; turn++) {
      b.later(5 * minuteMs);
      expect(await b.run()).toMatchObject({ newHolds: ['a'], holdsChanged: false, warnings: [{ code: 'channel-dead' }] });
    }
    b.wishes.set('b', { value: 'HOLD' });
    b.later(5 * minuteMs);
    expect((await b.run()).newHolds).toEqual(['a', 'b']);
    expect([kindsOf(b.store, 'runs/').length, kindsOf(b.store, 'written/')]).toEqual([2, ['holds', 'holds']]);

    b.broken.clear();
    b.restart();
    for (const expected of [['ops: dials on cn: 2 held'], [], []]) {
      b.later(5 * minuteMs);
      await b.run();
      expect(b.heard()).toEqual(expected);
    }
    expect(kindsOf(b.store, 'written/')).toEqual(['holds', 'holds', 'holds']);
  });

  test('that nobody was told of is told when it comes back within the day', async () => {
    const b = tellingFixture();
    b.service.put('a', 'x');
    const heard: string[][] = [];
    const next = async (value: string) => {
      b.wishes.set('a', { value });
      await b.run();
      heard.push(b.heard());
      b.later(5 * minuteMs);
    };
    b.broken.add('ops');
    await next('HOLD');
    await next('x');
    b.broken.clear();
    for (const value of ['HOLD', 'x', 'HOLD']) await next(value);
    expect(heard).toEqual([[], [], ['ops: dials on cn: 1 held'], [], []]);
  });

  test('is told again where the run ended between telling and writing that down', async () => {
    const b = tellingFixture();
    b.service.put('a', 'x');
    b.wishes.set('a', { value: 'HOLD' });
    const store = {
      ...b.store,
      create: async () => {
        throw new StoreError('Unreachable', 'no answer');
      },
    };
    await b.run('apply', { store });
    expect(b.heard()).toEqual(['ops: dials on cn: 1 held', 'oncall: dials on cn: 1 failed']);
    b.later(5 * minuteMs);
    await b.run();
    expect(b.heard()).toEqual(['ops: dials on cn: 1 held']);
  });
});

describe('a failure', () => {
  test('is told at once, the same one again after an hour, whoever runs, and another one at once', async () => {
    const b = tellingFixture();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    failing(b);
    const heard: number[] = [];
    const next = async (ms: number) => {
      b.restart();
      b.later(ms);
      await b.run();
      heard.push(b.heard().length);
    };
    await next(0);
    await next(20 * minuteMs);
    await next(20 * minuteMs);
    failing(b, 'unknown');
    await next(5 * minuteMs);
    await next(5 * minuteMs);
    await next(20 * minuteMs);
    expect(heard).toEqual([1, 0, 0, 1, 0, 1]);
    expect(kindsOf(b.store, 'alerts/')).toHaveLength(3);
  });

  test('that nobody was told of is told by the next run', async () => {
    const b = tellingFixture();
    b.service.put('a', 'old');
    b.wishes.set('a', { value: 'new' });
    failing(b);
    b.broken.add('oncall');
    expect(await b.run()).toMatchObject({ failed: true, warnings: [{ code: 'channel-dead' }] });
    b.broken.clear();
    b.later(5 * minuteMs);
    await b.run();
    expect(b.heard()).toEqual(['oncall: dials on cn: 1 failed']);
  });

  test('of the journal is told all the same, once an hour as far as the process remembers', async () => {
    const b = tellingFixture();
    const gone = async (): Promise<never> => {
      throw new StoreError('Unreachable', 'the bucket does not answer');
    };
    const store = { ...b.store, list: () => ({ [Symbol.asyncIterator]: () => ({ next: gone }) }), read: gone, create: gone };
    const heard: string[][] = [];
    for (const ms of [0, 20 * minuteMs, 50 * minuteMs]) {
      b.later(ms);
      await b.run('apply', { store });
      heard.push(b.messages.splice(0).map(({ text }) => text));
    }
    expect(heard).toEqual([[expect.stringContaining('Unreachable: the bucket does not answer')], [], [expect.any(String)]]);
  });
});

test('a run with nothing to tell asks the journal for nothing more than one that tells nobody', async () => {
  const effects = async (withNotifier: boolean) => {
    const b = tellingFixture();
    b.service.put('a', 'x').put('b', 'new');
    b.wishes.set('a', { value: 'HOLD' }).set('b', { value: 'new' });
    await b.run();
    b.later(5 * minuteMs);
    const calls: string[] = [];
    const store = {
      ...b.store,
      create: (key: string, bytes: Uint8Array) => {
        calls.push(`create ${key}`);
        return b.store.create(key, bytes);
      },
      read: (key: string) => {
        calls.push(`read ${key}`);
        return b.store.read(key);
      },
    };
    await b.run('apply', { store, ...(withNotifier ? {} : { notifier: undefined }) });
    return calls.map((call) => call.replace(/-[0-9a-f]{12}$/, ''));
  };
  expect(await effects(true)).toEqual(await effects(false));
});

test('a storm is one message for each channel, which names ten and counts the rest', async () => {
  const b = tellingFixture();
  for (let index = 0; index < 60; index++) {
    b.service.put(`h${index}`, 'x').put(`d${index}`, 'old');
    b.wishes.set(`h${index}`, { value: 'HOLD' }).set(`d${index}`, { value: 'new' });
  }
  await b.run();
  expect(b.messages.map(({ channel, title }) => `${channel}: ${title}`).sort()).toEqual([
    'log: dials on cn: 60 changed',
    'ops: dials on cn: 60 held',
  ]);
  for (const { text } of b.messages) {
    expect(text).toContain('; and 50 more.');
    expect(text.length).toBeLessThan(700);
  }
});

test('whatever happens to whatever many, each channel hears of each thing once, in one message', async () => {
  const fate = fc.constantFrom('keep', 'done', 'HOLD', 'no', 'unknown');
  await fc.assert(
    fc.asyncProperty(fc.array(fate, { maxLength: 25 }), fc.subarray(['log', 'ops', 'oncall', 'own']), async (fates, held) => {
      const b = tellingFixture();
      for (const [index, each] of fates.entries()) {
        b.service.put(`d${index}`, 'old');
        b.wishes.set(`d${index}`, { value: each === 'keep' ? 'old' : each === 'HOLD' ? 'HOLD' : 'new' });
      }
      b.service.onSet = (id) => {
        const each = fates[Number(id.slice(1))];
        if (each === 'no' || each === 'unknown') throw apiError(each);
      };
      await b.run('apply', { policy: tellingPolicy({ tell: { done: ['log'], held, failed: ['oncall'] } }) });
      const count = (...wanted: string[]) => fates.filter((each) => wanted.includes(each)).length;
      const expected: string[] = [];
      for (const channel of ['log', 'oncall', 'ops', 'own']) {
        const parts = [
          ...(channel === 'log' && count('done') > 0 ? [`${count('done')} changed`] : []),
          ...(held.includes(channel) && count('HOLD') > 0 ? [`${count('HOLD')} held`] : []),
          ...(channel === 'oncall' && count('no', 'unknown') > 0 ? [`${count('no', 'unknown')} failed`] : []),
        ];
        if (parts.length > 0) expected.push(`${channel}: dials on cn: ${parts.join(', ')}`);
      }
      expect(b.heard().sort()).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('what a service says in an error reaches nobody as a secret, and no line is endless', async () => {
  const b = tellingFixture();
  b.service.put('a', 'old', { name: 'x'.repeat(2000) });
  b.wishes.set('a', { value: 'new' });
  b.service.onSet = () => {
    throw new Error(`AccessKeySecret=abcdefgh12345678\nSecurityToken: qwertz ${'y'.repeat(5000)}`);
  };
  await b.run();
  const [{ text } = { text: '' }] = b.messages;
  expect(text).toContain('[hidden]');
  expect(text).not.toMatch(/abcdefgh12345678|qwertz/);
  expect(text.length).toBeLessThan(400);
});

test('nodes that a limit leaves out are told as critical, to those who hear of failures as well', async () => {
  const b = tellingFixture();
  b.service.put('a', 'old');
  b.wishes.set('a', { value: 'new', action: { restores: 'capacity', nodesAdded: 5 } });
  const policy = tellingPolicy({ limits: { nodesAddedPer24h: 4 } });
  await b.run('apply', { policy });
  expect(b.messages.map(({ channel, severity, title }) => `${channel} ${severity} ${title}`)).toEqual([
    'ops critical dials on cn: 1 held',
    'oncall critical dials on cn: 1 held',
  ]);
  expect(b.messages[0]?.text).toContain('Raise limits.nodesAddedPer24h if it is meant');
  b.messages.splice(0);
  await b.run('apply', { policy });
  expect(b.heard()).toEqual([]);
});

test('a group that is raised without the nodes that a limit leaves out is told as critical at once', async () => {
  const b = tellingFixture();
  b.service.put('a', 'old');
  const withoutAdding: Action = {
    ...{ key: 'dial/a/less', operation: 'SetDial', input: { DialId: 'a', Value: 'less' }, effect: 'write', restores: 'capacity' },
    ...{ change: [{ field: 'dial', from: 'old', to: 'less' }], writes: { setting: 'dial', value: 'less' } },
  };
  b.wishes.set('a', { value: 'new', action: { restores: 'capacity', nodesAdded: 5, withoutAdding } });
  await b.run('apply', { policy: tellingPolicy({ limits: { nodesAddedPer24h: 4 } }) });
  expect(b.service.valueOf('a')).toBe('less');
  expect(b.messages.map(({ channel, severity, title }) => `${channel} ${severity} ${title}`)).toEqual([
    'log critical dials on cn: 1 changed',
    'oncall critical dials on cn: 1 changed',
  ]);
  expect(b.messages[0]?.text).toContain('Raise limits.nodesAddedPer24h if it is meant');
});

test('without a limit of nodes the message speaks of the target alone', async () => {
  const b = tellingFixture();
  b.service.put('a', 'old');
  b.wishes.set('a', { value: 'new', action: { restores: 'capacity', nodesAdded: 21 } });
  await b.run();
  expect(b.messages[0]?.text).toMatch(/0 were added in 24 hours on this target, and 20 more are allowed/);
  const limited = tellingFixture();
  limited.service.put('a', 'old');
  limited.wishes.set('a', { value: 'new', action: { restores: 'capacity', nodesAdded: 21 } });
  await limited.run('apply', { policy: tellingPolicy({ limits: { nodesAddedPer24h: 3 } }) });
  expect(limited.messages[0]?.text).toMatch(/0 were added in 24 hours over all targets, and 3 more are allowed/);
});
