import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold } from '../../shared/journal/intents/intent-fold.ts';
import { WrittenMemory } from '../../shared/journal/intents/intent-memory.ts';
import type { IntentOutcome, IntentRecord, PartBody } from '../../shared/journal/intents/intent-record.ts';
import { forgetAfterMs, partBody, snapshotOf } from '../../shared/journal/intents/intent-snapshot.ts';
import { countsOf, emptyState, type IntentState, openIntent, partOf, rollingMs } from '../../shared/journal/intents/intent-state.ts';
import { unreadSetting, unreadValue } from '../../shared/journal/intents/intent-view.ts';
import { hourMs } from '../fixtures/times.ts';

const now = Date.UTC(2026, 10, 24, 12);

interface Step {
  readonly atMs: number;
  readonly record: IntentRecord;
  readonly owner?: string;
}

const intent = (atMs: number, value: string, resource = 'g1', { target = 't', sessions = 0, nodes = 0 } = {}): Step => ({
  atMs,
  record: {
    kind: 'intents',
    body: { target, intents: [{ resource, setting: 's', value, key: `k/${value}`, sessions, nodes, rule: 'r', harms: ['lower'] }] },
  },
});
const outcome = (atMs: number, of: number, result: IntentOutcome, resource = 'g1', target = 't'): Step => ({
  atMs,
  record: { kind: 'outcomes', body: { target, of, outcomes: [{ resource, setting: 's', outcome: result }] } },
});
/** The service took it, and whoever observes the resource would see it. */
const taken = (atMs: number, of: number, resource = 'g1'): Step => ({
  atMs,
  record: { kind: 'outcomes', body: { target: 't', of, outcomes: [{ resource, setting: 's', outcome: 'done', unseen: true }] } },
});
const readBack = (atMs: number, resource = 'g1'): Step => ({
  atMs,
  record: { kind: 'foreign', body: { target: 't', seen: [], gone: [{ resource, setting: unreadSetting('s') }] } },
});
const seen = (atMs: number, value: string, resource = 'g1'): Step => ({
  atMs,
  record: { kind: 'foreign', body: { target: 't', seen: [{ resource, setting: 's', value }], gone: [] } },
});
const gone = (atMs: number, resource = 'g1'): Step => ({
  atMs,
  record: { kind: 'foreign', body: { target: 't', seen: [], gone: [{ resource, setting: 's' }] } },
});

function foldAll(steps: readonly Step[], state: IntentState = emptyState(), from = 0): IntentState {
  for (const [index, { atMs, record, owner = 'me' }] of steps.entries()) {
    fold(state, { sequence: from + index, atMs, owner, link: `link-${from + index}` }, record);
  }
  return state;
}

const valuesOf = (state: IntentState, resource = 'g1') =>
  new WrittenMemory(state).values(resource, 's').map(({ value, outcome: result }) => `${value}:${result ?? 'open'}`);

/** Actions, distinct resources lowered with one that may be among them, and sessions of the last 24 hours. */
function numbersOf(state: IntentState): readonly number[] {
  const { actions, sessions, harmedWith } = countsOf(state.acts.values(), 't', now);
  return [actions, harmedWith('r', 'lower', ['g1']), sessions];
}

const openOf = ({ histories }: IntentState) =>
  [...histories]
    .filter(([, history]) => openIntent(history))
    .map(([key]) => key)
    .sort();

describe('intended values', () => {
  test.each<[string, readonly Step[], readonly string[]]>([
    ['nothing was ever written', [], []],
    ['an intent without outcome stays, as after a crash', [intent(now, 'A')], ['A:open']],
    [
      'a confirmed value forgets those before',
      [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B'), outcome(now, 2, 'done')],
      ['B:done'],
    ],
    ['a value that was seen there already is not confirmed by that', [intent(now, 'A'), outcome(now, 0, 'already')], ['A:unknown']],
    [
      'and leaves what was confirmed before',
      [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B'), outcome(now, 2, 'already')],
      ['A:done', 'B:unknown'],
    ],
    ['the last confirmed stays beside a crashed one', [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B')], ['A:done', 'B:open']],
    [
      'an unknown outcome stays beside',
      [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B'), outcome(now, 2, 'unknown')],
      ['A:done', 'B:unknown'],
    ],
    [
      'a failed one stays beside',
      [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B'), outcome(now, 2, 'failed')],
      ['A:done', 'B:failed'],
    ],
    [
      'what was held was never sent and is forgotten',
      [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B'), outcome(now, 2, 'held')],
      ['A:done'],
    ],
    ['what was not sent is forgotten', [intent(now, 'A'), outcome(now, 0, 'not-sent')], []],
    ['an intent repeated after crashes stands once', [intent(now, 'A'), intent(now, 'A'), intent(now, 'A')], ['A:open']],
    [
      'going back and forth keeps what may stand',
      [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'B'), intent(now, 'A')],
      ['A:done', 'B:open', 'A:open'],
    ],
    ['a late outcome keeps the intents behind it', [intent(now, 'A'), intent(now, 'B'), outcome(now, 0, 'done')], ['A:done', 'B:open']],
    ['an outcome of another resource changes nothing', [intent(now, 'A'), outcome(now, 0, 'done', 'g2')], ['A:open']],
  ])('%s', (_name, steps, expected) => expect(valuesOf(foldAll(steps))).toEqual(expected));
});

describe("a person's value", () => {
  const foreignOf = (state: IntentState) => new WrittenMemory(state).external('g1', 's');
  test.each<[string, readonly Step[], { value: string; sinceMs: number } | undefined]>([
    ['stands since it was first seen', [seen(now, 'V'), seen(now + hourMs, 'V')], { value: 'V', sinceMs: now }],
    ['another one begins anew', [seen(now, 'V'), seen(now + hourMs, 'W')], { value: 'W', sinceMs: now + hourMs }],
    ['ends when it is gone', [seen(now, 'V'), gone(now + 1)], undefined],
    ['ends when our write is confirmed', [seen(now, 'V'), intent(now + 1, 'A'), outcome(now + 2, 1, 'done')], undefined],
    [
      'survives our failed write, so that it is not taken for a new one',
      [seen(now, 'V'), intent(now + 1, 'A'), outcome(now + 2, 1, 'failed')],
      { value: 'V', sinceMs: now },
    ],
    [
      'that a clock ahead of ours saw stands from our own sight on',
      [seen(now + 9000 * hourMs, 'V'), seen(now, 'V')],
      { value: 'V', sinceMs: now },
    ],
    ['survives a crash before the call', [seen(now, 'V'), intent(now + 1, 'A')], { value: 'V', sinceMs: now }],
  ])('%s', (_name, steps, expected) => expect(foreignOf(foldAll(steps))).toEqual(expected));
});

describe('rolling counts of 24 hours', () => {
  const day = 24 * hourMs;
  test('look back over 24 hours', () => expect(rollingMs).toBe(day));
  test.each<[string, readonly Step[], readonly [actions: number, resources: number, sessions: number]]>([
    ['nothing done', [], [0, 0, 0]],
    ['an intent counts before its outcome is known', [intent(now - hourMs, 'A')], [1, 1, 0]],
    ['the same resource twice is two actions and one resource', [intent(now - hourMs, 'A'), intent(now - 1, 'B')], [2, 1, 0]],
    ['sessions at risk add up', [intent(now - hourMs, 'A', 'g1', { sessions: 5 }), intent(now, 'A', 'g2', { sessions: 7 })], [2, 2, 12]],
    ['24 hours ago to the millisecond is over', [intent(now - day, 'A')], [0, 0, 0]],
    ['a millisecond later still counts', [intent(now - day + 1, 'A')], [1, 1, 0]],
    ['what a clock ahead of ours wrote counts', [intent(now + hourMs, 'A')], [1, 1, 0]],
    ['another target does not count', [intent(now, 'A', 'g1', { target: 'u' })], [0, 0, 0]],
    ['done counts', [intent(now, 'A'), outcome(now, 0, 'done')], [1, 1, 0]],
    ['unknown counts', [intent(now, 'A'), outcome(now, 0, 'unknown')], [1, 1, 0]],
    ['already there does not', [intent(now, 'A'), outcome(now, 0, 'already')], [0, 0, 0]],
    ['held does not', [intent(now, 'A'), outcome(now, 0, 'held')], [0, 0, 0]],
    ['not sent does not', [intent(now, 'A'), outcome(now, 0, 'not-sent')], [0, 0, 0]],
    ['proof that nothing ran does not', [intent(now, 'A'), outcome(now, 0, 'failed')], [0, 0, 0]],
    ['an outcome takes back only its own intent', [intent(now, 'A'), intent(now, 'B'), outcome(now, 1, 'failed')], [1, 1, 0]],
  ])('%s', (_name, steps, [actions, resources, sessions]) => {
    const counts = countsOf(foldAll(steps).acts.values(), 't', now);
    expect([counts.actions, counts.harmedWith('r', 'lower', []), counts.sessions]).toEqual([actions, resources, sessions]);
  });
});

describe('what limits count of acts', () => {
  const steps = [
    intent(now - hourMs, 'A', 'g1', { nodes: 3 }),
    intent(now - hourMs, 'A', 'g2', { nodes: 4 }),
    outcome(now, 1, 'done', 'g2'),
  ];
  const snapshot = (state: IntentState): Step => ({ atMs: now, record: { kind: 'snapshot', body: snapshotOf(state, now) } });

  test.each([
    ['as folded', foldAll(steps)],
    ['after a snapshot', foldAll([snapshot(foldAll(steps))])],
    ['after a snapshot, written and read', foldAll([JSON.parse(JSON.stringify(snapshot(foldAll(steps))))])],
  ])('is kept by rule, kind of harm and nodes, %s', (_name, state) => {
    const { nodesAdded, harmedWith } = countsOf(state.acts.values(), 't', now);
    expect(nodesAdded).toBe(7);
    expect(harmedWith('r', 'lower', [])).toBe(2);
    expect(harmedWith('r', 'lower', ['g2', 'g3'])).toBe(3);
    expect(harmedWith('r', 'cut', ['g9'])).toBe(1);
    expect(harmedWith('q', 'lower', [])).toBe(0);
  });

  test('what was refused adds no node and harms nothing', () => {
    const { nodesAdded, harmedWith } = countsOf(
      foldAll([intent(now, 'A', 'g1', { nodes: 3 }), outcome(now, 0, 'failed')]).acts.values(),
      't',
      now,
    );
    expect([nodesAdded, harmedWith('r', 'lower', [])]).toEqual([0, 0]);
  });
});

describe('snapshots', () => {
  const step: fc.Arbitrary<Step> = fc
    .record({
      what: fc.constantFrom('intent', 'outcome', 'seen', 'gone', 'holds'),
      value: fc.constantFrom('A', 'B', 'C'),
      resource: fc.constantFrom('g1', 'g2'),
      of: fc.nat(12),
      result: fc.constantFrom<IntentOutcome>('done', 'already', 'held', 'not-sent', 'failed', 'unknown'),
      atMs: fc.integer({ min: now - 30 * hourMs, max: now }),
    })
    .map(({ what, value, resource, of, result, atMs }) => {
      if (what === 'intent') return intent(atMs, value, resource, { sessions: of });
      if (what === 'outcome') return outcome(atMs, of, result, resource);
      if (what === 'seen') return seen(atMs, value, resource);
      if (what === 'gone') return gone(atMs, resource);
      return { atMs, record: { kind: 'holds', body: { target: 't', digest: value, run: `runs/${of}` } } };
    });

  test('reading from a snapshot gives what reading everything gives', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.array(step, { maxLength: 12 }), (before, after) => {
        const whole = foldAll(after, foldAll(before), before.length);
        const copy = JSON.parse(JSON.stringify(snapshotOf(foldAll(before), now))) as ReturnType<typeof snapshotOf>;
        const restored = foldAll([{ atMs: now, record: { kind: 'snapshot', body: copy } }]);
        foldAll(after, restored, before.length);
        for (const resource of ['g1', 'g2']) {
          expect(valuesOf(restored, resource)).toEqual(valuesOf(whole, resource));
          expect(new WrittenMemory(restored).external(resource, 's')).toEqual(new WrittenMemory(whole).external(resource, 's'));
        }
        expect(numbersOf(restored)).toEqual(numbersOf(whole));
        expect([...restored.holds]).toEqual([...whole.holds]);
      }),
    );
  });

  test('parts in between change nothing: what they hold with what came after is what reading everything gives', () => {
    const asJson = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
    type Point = Step | 'part of g1' | 'part of g2' | 'snapshot';
    const point = fc.oneof({ weight: 4, arbitrary: step }, fc.constantFrom<Point>('part of g1', 'part of g2', 'snapshot'));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 24 }), (points) => {
        const whole = emptyState();
        let parted = emptyState();
        const bodies = new Map<number, PartBody>();
        for (const [sequence, each] of points.entries()) {
          if (each === 'snapshot') {
            const body = asJson(snapshotOf(parted, now));
            parted = foldAll([{ atMs: now, record: { kind: 'snapshot', body } }]);
          } else if (typeof each === 'string') {
            const part = partOf(each.slice(-2));
            const body = asJson(partBody(parted, part, bodies.get(part), now));
            bodies.set(part, body);
            foldAll([{ atMs: now, record: { kind: 'part', body } }], parted, sequence);
          } else {
            foldAll([each], whole, sequence);
            foldAll([each], parted, sequence);
          }
        }
        for (const resource of ['g1', 'g2']) {
          const inPart = bodies.get(partOf(resource));
          const full = inPart ? partBody(parted, partOf(resource), inPart, now) : partBody(parted, partOf(resource), undefined, now);
          const read = new WrittenMemory(
            foldAll([{ atMs: now, record: { kind: 'snapshot', body: { ...snapshotOf(emptyState(), now), ...full } } }]),
          );
          expect(read.values(resource, 's')).toEqual(new WrittenMemory(whole).values(resource, 's'));
        }
        expect(openOf(parted)).toEqual(openOf(whole));
        expect(numbersOf(parted)).toEqual(numbersOf(whole));
      }),
      { numRuns: 1000 },
    );
  });

  const day = 24 * hourMs;
  test.each<[string, string, number, boolean]>([
    ['a value of a person that is newer than anybody forgets', 's', 399 * day, true],
    ['a value of a person that nobody has touched for longer', 's', 400 * day, false],
    ["an owner's tag, whose protection would begin anew", 'tag:keep', 399 * day, true],
    ["an owner's tag however long it stands", 'tag:keep', 3000 * day, true],
  ])('%s: kept or not', (_what, setting, ageMs, kept) => {
    const value = { resource: 'g1', setting, value: 'V', sighted: true } as const;
    const sight: Step = { atMs: now - ageMs, record: { kind: 'foreign', body: { target: 't', seen: [value], gone: [] } } };
    const others = [0, 1, 2].map((run) => ({ ...intent(now, 'A', 'g2'), owner: `run ${run}` }));
    const body = JSON.parse(JSON.stringify(snapshotOf(foldAll([sight, ...others]), now))) as ReturnType<typeof snapshotOf>;
    const restored = foldAll([{ atMs: now, record: { kind: 'snapshot', body } }]);
    const expected = kept ? { value: 'V', sighted: true, sinceMs: now - ageMs } : undefined;
    expect(new WrittenMemory(restored).external('g1', setting)).toEqual(expected);
  });

  test('a late outcome of an intent in a part takes effect at its place among what came after', () => {
    const before = [intent(now, 'A'), outcome(now, 0, 'unknown')];
    // The second intent of the same value has replaced the first one, so that the late outcome finds nothing.
    const after = [intent(now, 'A'), outcome(now, 0, 'done'), intent(now, 'A')];
    const state = foldAll(before);
    const part = partOf('g1');
    const body = partBody(state, part, undefined, now);
    foldAll([{ atMs: now, record: { kind: 'part', body } }, ...after], state, 10);
    const { settings, texts } = partBody(state, part, body, now);
    const outcomes = settings.flatMap(([, , values]) => values.map(([text, , , result]) => `${texts[text]}:${result}`));
    expect(outcomes).toEqual(valuesOf(foldAll(after, foldAll(before), 11)));
    expect(outcomes).toEqual(['A:open']);
  });

  test.each<[string, number, number]>([
    ['a run whose clock is a year ahead', 1, 2],
    ['two of them in a row', 2, 2],
    ['three runs that agree that a day has passed', 3, 0],
  ])('%s', (_name, runs, actions) => {
    const state = foldAll([intent(now - hourMs, 'A'), intent(now, 'B')]);
    const later = now + 365 * 24 * hourMs;
    for (let run = 0; run < runs; run++) {
      const record = { kind: 'holds', body: { target: 't', digest: 'd', run: 'r' } } as const;
      foldAll([{ atMs: later, record, owner: `run ${run}` }], state, 2 + run);
    }
    const restored = foldAll([{ atMs: later, record: { kind: 'snapshot', body: snapshotOf(state, later) } }]);
    expect(countsOf(restored.acts.values(), 't', now).actions).toBe(actions);
  });

  test('the last confirmed value outlives everything else, until it is older than any schedule', () => {
    const state = foldAll([intent(now, 'A'), outcome(now, 0, 'done')]);
    const at = (atMs: number) => snapshotOf({ ...state, clocks: [] }, atMs);
    expect(at(now + forgetAfterMs - 1).settings).toHaveLength(1);
    expect(at(now + forgetAfterMs).settings).toHaveLength(0);
    expect(at(now + 24 * hourMs - 1).acts).toHaveLength(1);
    expect(at(now + 24 * hourMs).acts).toHaveLength(0);
  });
});

describe('what was written and has not been seen since', () => {
  const unread = (state: IntentState) => {
    const { value, times } = unreadValue(new WrittenMemory(state), 'g1', 's') ?? {};
    return value === undefined ? undefined : `${times} ${value}`;
  };
  const cases: readonly (readonly [string, readonly Step[], string | undefined])[] = [
    ['is known from the answer on', [intent(1, 'a'), taken(2, 0)], '1 a'],
    ['is not what was refused', [intent(1, 'a'), outcome(2, 0, 'failed')], undefined],
    ['is not what was read right before the call', [intent(1, 'a'), taken(2, 0), intent(3, 'a'), outcome(4, 2, 'already')], undefined],
    ['is counted while it is the same', [intent(1, 'a'), taken(2, 0), intent(3, 'a'), taken(4, 2)], '2 a'],
    ['begins anew with another value', [intent(1, 'a'), taken(2, 0), intent(3, 'b'), taken(4, 2)], '1 b'],
    ['ends once it was seen', [intent(1, 'a'), taken(2, 0), readBack(3)], undefined],
    ['begins anew after it was seen', [intent(1, 'a'), taken(2, 0), readBack(3), intent(4, 'a'), taken(5, 3)], '1 a'],
    ['stays while a later write is refused', [intent(1, 'a'), taken(2, 0), intent(3, 'b'), outcome(4, 2, 'failed')], '1 a'],
  ];
  test.each(cases)('%s, over a snapshot too', (_is, steps, expected) => {
    expect(unread(foldAll(steps))).toBe(expected);
    for (let cut = 1; cut < steps.length; cut++) {
      const state = emptyState();
      fold(
        state,
        { sequence: 99, atMs: now, owner: 'me', link: 'l' },
        { kind: 'snapshot', body: snapshotOf(foldAll(steps.slice(0, cut)), now) },
      );
      // The numbers of the records go on.
      expect(unread(foldAll(steps.slice(cut), state, cut))).toBe(expected);
    }
  });
});
