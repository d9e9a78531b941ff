import type { Mutant } from './mutant.ts';

const asking = 'functions/renew-before-expiry/asking.ts';
const asked = [
  'tests/functions/renew-before-expiry/situations-silence.test.ts',
  'tests/functions/renew-before-expiry/plan.test.ts',
  'tests/functions/renew-before-expiry/situations-safety.test.ts',
];

/** Faults in when people are asked, and in what silence means. */
export const askingMutants: readonly Mutant[] = [
  {
    name: 'silence-of-those-not-asked',
    file: asking,
    from: 'return askedAtMs !== null && nowMs >=',
    to: 'return askedAtMs === null || nowMs >=',
    rule: 'Silence is an answer only of those who were asked.',
    tests: asked,
  },
  {
    name: 'silence-as-soon-as-asked',
    file: asking,
    from: 'Math.min(answerTimeMs, (expiresAtMs - askedAtMs) / 2);',
    to: 'Math.min(0, (expiresAtMs - askedAtMs) / 2);',
    rule: 'People have six hours for an answer before silence counts.',
    tests: asked,
  },
  {
    name: 'silence-makes-it-lapse',
    file: asking,
    from: 'Math.min(answerTimeMs, (expiresAtMs - askedAtMs) / 2);',
    to: 'answerTimeMs;',
    rule: 'Asked late, people have half of what is left, so that nothing lapses by waiting.',
    tests: asked,
  },
  {
    name: 'silence-where-it-holds',
    file: asking,
    from: "return rule.unanswered === 'renew 1 Week' && nowMs",
    to: 'return nowMs',
    rule: 'Silence orders only where the rule says so.',
    tests: asked,
  },
  {
    name: 'silence-orders-the-whole-period',
    file: 'functions/renew-before-expiry/plan.ts',
    from: 'const period: SubscriptionPeriod = weekOfSilence;',
    to: 'const period: SubscriptionPeriod = rule.period.count < 0 ? weekOfSilence : rule.period;',
    rule: 'Silence orders a week, whatever was asked for.',
    tests: asked,
  },
  {
    name: 'alarm-taken-for-question',
    file: 'shared/journal/log/alerts.ts',
    from: '/^(ask|remind)-/.test(step)',
    to: "step !== ''",
    rule: 'Only a question that was delivered begins the time for answers.',
    tests: asked,
  },
  {
    name: 'last-question-begins-the-time',
    file: 'shared/journal/log/alerts.ts',
    from: 'times.length === 0 ? undefined : Math.min(...times);',
    to: 'times.length === 0 ? undefined : Math.max(...times);',
    rule: 'A reminder does not begin the time for answers anew.',
    tests: asked,
  },
  {
    name: 'free-of-charge-unasked',
    file: asking,
    from: 'if (price.micros === 0n) return',
    to: 'if (price.micros < 0n) return',
    rule: 'A price of nothing asks: it may be a mistake.',
    tests: asked,
  },
  {
    name: 'other-currency-than-last-unasked',
    file: asking,
    from: 'if (lastPaid.currency !== price.currency) return `',
    to: 'if (lastPaid.currency === price.currency && percent < 0) return `',
    rule: 'A price in another currency than last time asks.',
    tests: asked,
  },
  {
    name: 'nothing-to-compare-unasked',
    file: asking,
    from: 'return compared ? undefined : `',
    to: 'return compared || price.micros > 0n ? undefined : `',
    rule: 'Where nothing is there to compare a price with, people are asked.',
    tests: asked,
  },
  {
    name: 'asks-while-it-observes',
    file: 'functions/renew-before-expiry/run/run-renewals.ts',
    from: "if (draft.head.functionMode === 'act') yield* askApprovers(",
    to: 'if (draft.head.functionMode !== null) yield* askApprovers(',
    rule: 'A function that only observes asks nobody.',
    tests: ['tests/functions/renew-before-expiry/stories.test.ts', 'tests/functions/renew-before-expiry/situations.test.ts'],
  },
  {
    name: 'dearer-question-not-asked',
    file: 'functions/renew-before-expiry/run/announce.ts',
    from: '${periodText(period)}-${amount.currency}-${amount.micros}`.replaceAll(',
    to: '${periodText(period)}-${amount.currency}`.replaceAll(',
    rule: 'A dearer price is another question, and is asked.',
    tests: ['tests/functions/renew-before-expiry/stories.test.ts', 'tests/cli/renewals.test.ts'],
  },
];
