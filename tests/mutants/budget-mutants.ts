import type { Mutant } from './mutant.ts';

const at = (file: string): string => `shared/engine/purchase/${file}.ts`;

/** Faults in what is set aside for orders: reservations, months, what is given back. */
export const budgetMutants: readonly Mutant[] = [
  {
    name: 'closed-hour-shorter',
    file: at('month'),
    from: 'const beforeMonthChangeMs = 60 * 60_000;',
    to: 'const beforeMonthChangeMs = 59 * 60_000;',
    rule: 'Nothing is claimed from 60 minutes before a change of month.',
  },
  {
    name: 'closed-quarter-shorter',
    file: at('month'),
    from: 'const afterMonthChangeMs = 15 * 60_000;',
    to: 'const afterMonthChangeMs = 14 * 60_000;',
    rule: 'Nothing is claimed until 15 minutes after a change of month.',
  },
  {
    name: 'released-id-reserved-again',
    file: at('reserve'),
    from: 'if (state.released.has(id)) {',
    to: 'if (state.released.has(`${id}!`)) {',
    rule: 'A released reservation is never reserved again.',
  },
  {
    name: 'budget-over-by-one-order',
    file: at('reserve'),
    from: 'if (used + more > limit.micros) {',
    to: 'if (used > limit.micros) {',
    rule: "A month's orders never exceed its limit.",
  },
  {
    name: 'batch-not-summed',
    file: at('reserve'),
    from: '      used += more;\n',
    to: '',
    rule: 'Orders of one batch count against each other.',
  },
  {
    name: 'raise-not-counted',
    file: at('reserve'),
    from: 'const more = wish.reserve.micros > before ? wish.reserve.micros - before : 0n;',
    to: 'const more = before > 0n ? 0n : wish.reserve.micros;',
    rule: 'A price that rose raises its reservation, against the limit.',
  },
  {
    name: 'reserve-near-month-change',
    file: at('reserve'),
    from: 'if (needed.length === 0) results.set(request, refusedFor(request, monthChanges));',
    to: 'if (needed.length === 0) fitting.push(request);',
    rule: 'Nothing that can wait is reserved near a change of month.',
  },
  {
    name: 'owed-release-forgotten',
    file: at('reservations'),
    from: '    const ids = [...free].filter((id) => view.state.reserved.has(id));',
    to: '    const ids = [...free].filter((id) => view.state.released.has(id) && view.state.reserved.has(id));',
    rule: 'What a void claim had set aside is given back by whoever sees it.',
  },
  {
    name: 'lost-race-taken-for-won',
    file: at('reserve'),
    from: 'if (added) return results;',
    to: 'if (added || !added) return results;',
    rule: "Who loses the race for the next number of the budget decides anew with the other's record.",
  },
  {
    name: 'one-month-near-the-change',
    file: at('month'),
    from: 'return rules.bothMonths ? [monthOf(changeMs - 1), monthOf(changeMs)] : [monthOf(nowMs)];',
    to: 'return [monthOf(nowMs)];',
    rule: 'What cannot wait near a change of month is set aside in both months.',
  },
  {
    name: 'urgent-day-shorter',
    file: at('month'),
    from: 'const urgentAfterChangeMs = 24 * 60 * 60_000;',
    to: 'const urgentAfterChangeMs = 23 * 60 * 60_000;',
    rule: 'What expires within 24 hours of a change of month does not wait for it.',
  },
  {
    name: 'month-of-order-guessed',
    file: at('month'),
    from: 'return monthOf(claimedMs + (answered ? answeredWithinMs : executedWithinMs) + clocksApartMs) === month ? month : undefined;',
    to: 'return month;',
    rule: 'The other month has its money back only once the month of the order is known.',
  },
  {
    name: 'abandoned-too-soon',
    file: at('reservations'),
    from: 'const abandonedAfterMs = 60 * 60_000;',
    to: 'const abandonedAfterMs = 59 * 60_000;',
    rule: 'A reservation without a claim is given up after 60 minutes at the earliest.',
  },
  {
    name: 'abandoned-number-not-used-up',
    file: at('reservations'),
    from: '(isGivenBack(each) && (yield* usedUp(run, each, budget, context.nowMs)))',
    to: 'isGivenBack(each)',
    rule: 'A number whose reservation is given back is used up first.',
  },
  {
    name: 'wanted-reservation-abandoned',
    file: at('reservations'),
    from: "nowMs - sinceMs < abandonedAfterMs || wanted?.has(id) ? 'set-aside'",
    to: "nowMs - sinceMs < abandonedAfterMs ? 'set-aside'",
    rule: 'A reservation that this run needs is used again, however old it is.',
  },
];
