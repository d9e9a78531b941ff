import type { Mutant } from './mutant.ts';

const meter = 'shared/billing/meter.ts';
const strategy = 'shared/billing/set-strategy.ts';
const without = 'shared/billing/counterfactual.ts';
const table = 'shared/billing/cost-table.ts';
const book = 'shared/billing/price-book.ts';
const amortized = 'shared/billing/amortization.ts';
const metered = ['tests/billing/meter.test.ts'];
const compared = ['tests/billing/counterfactual.test.ts'];
const tabled = ['tests/billing/cost-table.test.ts'];

/** Faults in what a report says that something cost or saved: time that nobody saw, savings that nobody made, amounts that are missing. */
export const meterMutants: readonly Mutant[] = [
  {
    name: 'found-setting-forgotten',
    file: 'shared/journal/usage/fold-day.ts',
    from: '    return foundSet === undefined ? said : this.#settingNumber({ ...now, foundSet });',
    to: '    return said;',
    rule: 'What a pool was found with stays known after our first write.',
    tests: ['tests/billing/read-usage.test.ts'],
  },
  {
    name: 'dry-run-counts-as-saved',
    file: 'functions/digest/costs/account-costs.ts',
    from: '    return { meter, subject: subjectOf(meter.group), counterfactual: saved, ...underRule };',
    to: '    return { meter, subject: subjectOf(meter.group), counterfactual: wanted ? { payAsYouGoMs: meter.slices.map((s) => s.payAsYouGoMs * 2) } : saved, ...underRule };',
    rule: 'A function in dry run has saved nothing.',
    tests: ['tests/billing/account-costs.test.ts'],
  },
  {
    name: 'pause-read-as-tonight',
    file: 'functions/scale-on-schedule/native-schedule.ts',
    from: 'gapTonight: begins === 0 && fittedAt(0)',
    to: 'gapTonight: fittedAt(0)',
    rule: 'What a weekday has behind a pause is no reason for a count today.',
    tests: ['tests/functions/scale-on-schedule/native-schedule.test.ts'],
  },
  {
    name: 'later-owner-tag-ignored',
    file: 'shared/engine/guard.ts',
    from: '  return values.sort().at(-1) ?? null;',
    to: '  return values.sort()[0] ?? null;',
    rule: "Of several tags that nearly have the owner's key the latest counts.",
    tests: ['tests/engine/guard.test.ts'],
  },
  {
    name: 'meter-fills-gaps',
    file: meter,
    from: 'atMs - (seen[i - 1] as EpochMs) <= longestGapMs',
    to: 'atMs - (seen[i - 1] as EpochMs) >= 0',
    rule: 'Time between runs that are too far apart is not measured.',
    tests: metered,
  },
  {
    name: 'meter-adds-boot-time-in-gaps',
    file: meter,
    from: 'if (slice.measured) slice.payAsYouGoMs +=',
    to: 'if (slice.untilMs) slice.payAsYouGoMs +=',
    rule: 'Nothing is added in time that was not measured.',
    tests: metered,
  },
  {
    name: 'meter-forgets-whom-the-setting-does-not-count',
    file: meter,
    from: 'return Math.max(nodes + scalingNodes, inUse);',
    to: 'return nodes + scalingNodes;',
    rule: 'A node with somebody on it is held.',
    tests: metered,
  },
  {
    name: 'meter-believes-the-later-of-two-orders-of-samples',
    file: meter,
    from: 'return [...changes].sort((a, b) => a.atMs - b.atMs ||',
    to: 'return [...changes].sort((a, b) => a.atMs - b.atMs || 0 *',
    rule: 'The order in which samples come does not matter.',
    tests: metered,
  },
  {
    name: 'baseline-before-our-first-write',
    file: without,
    from: '=> (written ? (wouldHave[i] as number) : payAsYouGoMs)',
    to: '=> (written || i >= 0 ? (wouldHave[i] as number) : payAsYouGoMs)',
    rule: 'Until our first write nothing is saved.',
    tests: compared,
  },
  {
    name: 'baseline-of-usage-scaling',
    file: without,
    from: "if (strategy.type === 'usage') return { unknown: 'usage-scaling' };",
    to: "if (strategy.type === 'usage') return [];",
    rule: 'What usage scaling would have held is not known.',
    tests: compared,
  },
  {
    name: 'baseline-in-gaps',
    file: without,
    from: 'if (slice.measured) sums[i] =',
    to: 'if (slice.untilMs) sums[i] =',
    rule: 'Nothing is saved in time that was not measured.',
    tests: compared,
  },
  {
    name: 'baseline-of-a-schedule-that-has-ended',
    file: strategy,
    from: 'date >= disableDate',
    to: 'date > disableDate',
    rule: 'A weekly schedule holds nothing from its disable date on.',
    tests: compared,
  },
  {
    name: 'saved-with-what-dry-runs-would-save',
    file: table,
    from: 'saved: money(counterfactual - measured)',
    to: 'saved: money(counterfactual - measured + potential)',
    rule: 'A function in dry run has saved exactly nothing.',
    tests: tabled,
  },
  {
    name: 'shares-of-less-than-all',
    file: table,
    from: 'if (left-- <= 0n) break;',
    to: 'if (left >= 0n) break;',
    rule: 'Shares add up to 100 %.',
    tests: tabled,
  },
  {
    name: 'prices-that-are-missing-cost-nothing',
    file: table,
    from: "say('no-price', Math.max(payAsYouGoMs, wouldHaveMs));",
    to: "say('no-price', 0);",
    rule: 'What has no price is named.',
    tests: tabled,
  },
  {
    name: 'prices-of-the-day-before',
    file: book,
    from: 'findLast(({ atMs }) => atMs <= ms)',
    to: 'findLast(({ atMs }) => atMs < ms)',
    rule: 'A price holds from when it was quoted.',
    tests: ['tests/billing/price-book.test.ts'],
  },
  {
    name: 'subscriptions-that-cost-twice',
    file: amortized,
    from: 'paid.get(resource) ?? []',
    to: 'paid.get(`${resource} `) ?? []',
    rule: 'Time that an order covers has no monthly price beside it.',
    tests: ['tests/billing/amortization.test.ts'],
  },
];
