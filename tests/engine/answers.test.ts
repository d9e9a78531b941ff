import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AnsweredOrder, answerGap, answerWords, countingAnswer } from '../../shared/journal/people/answers.ts';
import { type Answers, type Approval, noAnswers } from '../../shared/journal/people/approvals.ts';
import { cny } from '../fixtures/money.ts';

const nowMs = 1_000_000;
const order: AnsweredOrder = { target: 'home', period: { count: 1, unit: 'Month' }, price: cny(100), nowMs };

/** An answer; `by` names its stream, and `-link` at its end makes it one of links. */
function answer(by: string, sequence: number, more: Partial<Approval> = {}): Approval {
  return {
    ...{ verdict: 'approve', by, person: undefined, target: 'home', period: order.period, highest: cny(100), atMs: 0, untilMs: nowMs + 1 },
    ...{ because: undefined, source: by.endsWith('-link') ? 'approvals-link' : 'approvals', withdrawsLinks: false, seen: {} },
    ...{ voice: by, sequence, key: `${by}/${sequence}`, ...more },
  };
}

const refusal = (by: string, sequence: number, more: Partial<Approval> = {}) => answer(by, sequence, { verdict: 'refuse', ...more });
const counting = (given: readonly Approval[], more: Partial<AnsweredOrder> = {}, rest: Partial<Answers> = {}) =>
  countingAnswer({ ...noAnswers, given, ...rest }, { ...order, ...more });

describe('of two people', () => {
  test('the later one counts where it had seen the other, whichever way', () => {
    expect(counting([answer('li', 0), refusal('tan', 0, { seen: { li: 0 } })])).toMatchObject({
      state: 'refused',
      by: 'tan',
      crossed: undefined,
    });
    expect(counting([refusal('li', 0), answer('tan', 0, { seen: { li: 0 } })])).toMatchObject({ state: 'approved', by: 'tan' });
  });

  test('the refusal counts where neither had seen the other, and both are named', () => {
    for (const given of [
      [answer('li', 0), refusal('tan', 0)],
      [refusal('tan', 0), answer('li', 0)],
    ]) {
      expect(counting(given)).toMatchObject({
        ...{ state: 'refused', by: 'tan' },
        crossed: { approvedBy: 'li', refusedBy: 'tan', approval: 'li/0', refusal: 'tan/0' },
      });
    }
  });

  test('clocks have no say, however wrong', () => {
    const late = 600_000;
    expect(counting([answer('li', 0, { atMs: late }), refusal('tan', 0, { seen: { li: 0 }, atMs: -late })])).toMatchObject({
      state: 'refused',
    });
    expect(counting([refusal('li', 0, { atMs: late }), answer('tan', 0, { seen: { li: 0 }, atMs: -late })])).toMatchObject({
      state: 'approved',
    });
  });

  test('who claims to have seen what had seen him overrules nobody', () => {
    expect(counting([answer('li', 0, { seen: { tan: 0 } }), refusal('tan', 0, { seen: { li: 0 } })])).toMatchObject({ state: 'refused' });
  });
});

test('nobody keeps another from changing his mind by saying beforehand that he had read it', () => {
  const given = [
    answer('tan', 0, { seen: { li: 1 }, highest: cny(1) }),
    refusal('li', 0, { seen: { tan: 0 } }),
    answer('li', 1, { seen: { tan: 0 } }),
  ];
  expect(counting(given)).toMatchObject({ state: 'approved', by: 'li' });
});

describe('of three people', () => {
  test('who had seen somebody that had seen another has seen both', () => {
    const given = [refusal('li', 0), answer('tan', 0, { seen: { li: 0 }, highest: cny(1) }), answer('wang', 0, { seen: { tan: 0 } })];
    expect(counting(given)).toMatchObject({ state: 'approved', by: 'wang' });
  });

  test('an approval that had seen one of two refusals overrules neither', () => {
    const given = [refusal('li', 0), refusal('tan', 0), answer('wang', 0, { seen: { li: 0 } })];
    expect(counting(given)).toMatchObject({ state: 'refused', by: 'tan', crossed: { approvedBy: 'wang', refusedBy: 'tan' } });
    expect(counting([...given, answer('wang', 1, { seen: { li: 0, tan: 0 } })])).toMatchObject({ state: 'approved' });
  });

  test('nobody is told of a crossing that somebody has settled by a refusal since', () => {
    const given = [answer('li', 0), refusal('tan', 0), refusal('wang', 0, { seen: { li: 0, tan: 0 } })];
    expect(counting(given)).toMatchObject({ state: 'refused', by: 'wang', crossed: undefined });
  });
});

describe('an approval', () => {
  test('that is lower takes nothing from a higher one, whoever gave it', () => {
    expect(counting([answer('li', 0, { highest: cny(100) }), answer('li', 1, { highest: cny(50) })])).toMatchObject({
      state: 'approved',
      upTo: cny(100),
    });
    expect(counting([answer('li', 0), answer('tan', 0, { seen: { li: 0 }, highest: cny(50) })])).toMatchObject({
      state: 'approved',
      by: 'li',
    });
  });

  test.each<[string, Partial<Approval>, string, string | undefined]>([
    ['fits', {}, 'approved', undefined],
    ['is over', { untilMs: nowMs }, 'over', 'li approved it until 1000000, which is over'],
    [
      'is too low',
      { highest: { currency: 'CNY', micros: 99_999_999n } },
      'too-low',
      'li approved up to 100.00 CNY, and it costs 100.00 CNY now',
    ],
    [
      'is in another currency',
      { highest: { currency: 'USD', micros: 10n ** 12n } },
      'other-currency',
      'li approved up to 1,000,000.00 USD, and it costs 100.00 CNY now',
    ],
    ['is of another period', { period: { count: 1, unit: 'Year' } }, 'other-period', 'li approved 1 Year, and 1 Month is asked for now'],
    ['is of another target', { target: 'second' }, 'other-target', 'li approved it on the target second, and home is to order it'],
  ])('that %s is said to be so', (_what, more, state, gap) => {
    const found = counting([answer('li', 0, more)]);
    expect(found).toMatchObject({ state });
    expect(answerGap(found, order, String)).toBe(gap);
    expect(answerWords(found, 'finance')).toBe(state === 'approved' ? 'approved up to 100.00 CNY by li' : 'pending approval by finance');
  });

  test('does not count where a record that cannot be read stands behind it in its stream, and counts again behind that', () => {
    const unusable = [{ key: 'k', voice: 'li', sequence: 1, code: 'unreadable' as const, text: '', suspends: true }];
    expect(counting([answer('li', 0)], {}, { unusable })).toMatchObject({ state: 'none' });
    expect(counting([answer('li', 0), answer('li', 2)], {}, { unusable })).toMatchObject({ state: 'approved', key: 'li/2' });
    // It silences nobody else, and takes back no refusal.
    expect(counting([answer('tan', 0)], {}, { unusable })).toMatchObject({ state: 'approved', by: 'tan' });
    expect(counting([refusal('li', 0)], {}, { unusable })).toMatchObject({ state: 'refused', by: 'li' });
  });

  test('by link does not count once somebody has withdrawn the links, before or after; a refusal by link does', () => {
    const withdrawn = refusal('li', 0, { withdrawsLinks: true });
    expect(counting([answer('finance-link', 0, { seen: { li: 0 } }), withdrawn])).toMatchObject({ state: 'refused', by: 'li' });
    const approved = answer('li', 0, { withdrawsLinks: true });
    expect(counting([approved, refusal('finance-link', 0, { seen: { li: 0 } })])).toMatchObject({ state: 'refused', by: 'finance-link' });
    expect(counting([approved, answer('finance-link', 0, { highest: cny(999), seen: { li: 0 } })])).toMatchObject({
      by: 'li',
      upTo: cny(100),
    });
  });
});

test('a refusal counts for whatever target, period and price: it is the renewal that is refused', () => {
  for (const more of [{ target: 'second' }, { period: { count: 1, unit: 'Year' } }, { highest: cny(1) }, { untilMs: 0 }]) {
    const given = [answer('li', 0), refusal('tan', 0, { seen: { li: 0 }, ...more })];
    expect(counting(given)).toMatchObject({ state: 'refused' });
  }
});

interface Event {
  readonly who: string;
  readonly approves: boolean;
  readonly upTo: number;
  /** How many of the events so far each writer has not read yet, at the end of what there is. */
  readonly unread: number;
}

const event: fc.Arbitrary<Event> = fc.record({
  who: fc.constantFrom('li', 'tan', 'wang', 'finance-link'),
  approves: fc.boolean(),
  upTo: fc.constantFrom(50, 100, 150),
  unread: fc.constantFrom(0, 0, 0, 1, 2, 5),
});

/** A history as people make it: each reads all but the newest few answers, always his own, and then writes. */
function historyOf(events: readonly Event[]): readonly Approval[] {
  const given: Approval[] = [];
  for (const { who, approves, upTo, unread } of events) {
    const read = given.slice(0, Math.max(0, given.length - unread));
    const seen: Record<string, number> = {};
    for (const { voice, sequence } of read) if (voice !== who) seen[voice] = sequence;
    const sequence = given.filter(({ voice }) => voice === who).length;
    given.push(
      answer(who, sequence, { verdict: approves ? 'approve' : 'refuse', highest: cny(upTo), seen, atMs: (events.length * 7919) % 13 }),
    );
  }
  return given;
}

/** Everything that a writer can have known, found the long way: by walking back from record to record. */
function ancestorsOf(start: Approval, given: readonly Approval[]): ReadonlySet<Approval> {
  const found = new Set<Approval>();
  const walk = (from: Approval): void => {
    for (const each of given) {
      const isEarlier = each.voice === from.voice ? each.sequence < from.sequence : each.sequence <= (from.seen[each.voice] ?? -1);
      if (!isEarlier || found.has(each)) continue;
      found.add(each);
      walk(each);
    }
  };
  walk(start);
  return found;
}

describe('whatever people answer, in whatever order', () => {
  test('what counts is what walking back through all that was read gives', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        const given = historyOf(events);
        const refusals = given.filter(({ verdict }) => verdict === 'refuse');
        const standing = given.filter((each) => {
          const known = ancestorsOf(each, given);
          return each.verdict === 'approve' && refusals.every((one) => known.has(one));
        });
        const fits = standing.filter(({ highest }) => highest.micros >= order.price.micros);
        const expected = fits.length > 0 ? 'approved' : standing.length > 0 ? 'too-low' : refusals.length > 0 ? 'refused' : 'none';
        expect(counting(given).state).toBe(expected);
      }),
      { numRuns: 3000 },
    );
  });

  test('a refusal by somebody who had read everything is the end of it, and so is an approval', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), fc.constantFrom('li', 'zoe'), (events, who) => {
        const last = (approves: boolean) => counting(historyOf([...events, { who, approves, upTo: 150, unread: 0 }]));
        expect(last(false)).toMatchObject({ state: 'refused', by: who, crossed: undefined });
        expect(last(true)).toMatchObject({ state: 'approved', upTo: cny(150) });
      }),
    );
  });

  test('the order in which records are read, and the clocks of their writers, change nothing', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), fc.infiniteStream(fc.nat()), (events, numbers) => {
        const given = historyOf(events);
        const shuffled = given
          .map((each) => ({ each: { ...each, atMs: numbers.next().value ?? 0 }, at: numbers.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ each }) => each);
        expect(counting(shuffled).state).toBe(counting(given).state);
      }),
    );
  });

  test('one more refusal never lets an order pass that did not, and a lower approval takes none back', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 10 }), event, (events, more) => {
        const before = counting(historyOf(events)).state;
        const refused = counting(historyOf([...events, { ...more, approves: false }])).state;
        expect(before !== 'approved' && refused === 'approved').toBe(false);
        const lower = counting(historyOf([...events, { ...more, approves: true, upTo: 50 }])).state;
        expect(before === 'approved' && lower !== 'approved').toBe(false);
      }),
    );
  });
});
