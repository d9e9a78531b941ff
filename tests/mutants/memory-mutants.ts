import type { Mutant } from './mutant.ts';

const scale = (file: string): string => `functions/scale-on-schedule/${file}.ts`;
const sights = ['tests/engine/run-journal.test.ts', 'tests/e2e/owner-tag.test.ts'];
const states = ['tests/journal/written-state.test.ts'];
const warm = ['tests/functions/scale-on-schedule/warm-process.test.ts'];

/** Faults in what is remembered: by what a cache knows its entries, since when something is known, what a snapshot keeps. */
export const memoryMutants: readonly Mutant[] = [
  {
    name: 'wish-remembered-by-count',
    file: scale('prepared'),
    from: "return floors.length + ratchets.length === 0 ? '' : JSON.stringify([floors, ratchets]);",
    to: 'return `${floors.length},${ratchets.length}`;',
    rule: 'What is remembered for one exception is not taken for another.',
    tests: warm,
  },
  {
    name: 'wish-remembered-without-ratchets',
    file: scale('prepared'),
    from: 'JSON.stringify([floors, ratchets]);',
    to: 'JSON.stringify([floors]);',
    rule: 'An exception that forbids lowering is part of what is remembered.',
    tests: warm,
  },
  {
    name: 'wish-remembered-for-any-minute',
    file: scale('prepared'),
    from: "${stepwise ? day.minute : ''}",
    to: '${stepwise}',
    rule: 'A week that follows the steps is worked out for the minute.',
    tests: warm,
  },
  {
    name: 'wish-remembered-for-any-day',
    file: scale('prepared'),
    from: 'shelf.date !== day.date || ',
    to: '',
    rule: 'A week is worked out for the day.',
    tests: warm,
  },
  {
    name: 'owner-tag-never-seen-first',
    file: 'shared/engine/survey.ts',
    from: 'tags.push(...tagSeen(context.policy, whole));',
    to: '',
    rule: "The first sight of an owner's tag is written where it is read.",
    tests: sights,
  },
  {
    name: 'owner-tag-seen-ahead-kept',
    file: 'shared/engine/keep-record.ts',
    from: 'known?.value !== value || known.sinceMs > signed.atMs;',
    to: 'known?.value !== value;',
    rule: 'What a clock that was ahead saw first is written anew.',
    tests: sights,
  },
  {
    name: 'owner-tag-protects-from-a-time-ahead',
    file: 'shared/policy/protect.ts',
    from: 'Math.min(firstObservedMs, nowMs) + atMostMs',
    to: 'firstObservedMs + atMostMs',
    rule: 'A first sight that lies ahead counts as made now.',
    tests: ['tests/policy/selector-exception.test.ts'],
  },
  {
    name: 'sight-ahead-folded-first',
    file: 'shared/journal/written-fold.ts',
    from: 'known?.value !== seen.value || known.sinceMs > atMs',
    to: 'known?.value !== seen.value',
    rule: 'The earlier of two sights of a value counts.',
    tests: states,
  },
  {
    name: 'snapshot-forgets-owner-tags',
    file: 'shared/journal/written-snapshot.ts',
    from: 'tagKeyOf(setting) !== undefined || sinceMs >',
    to: 'sinceMs >',
    rule: "A snapshot keeps the first sight of an owner's tag for as long as it stands.",
    tests: states,
  },
  {
    name: 'snapshot-forgets-changes-of-people',
    file: 'shared/journal/written-snapshot.ts',
    from: 'sinceMs > agreedMs - forgetAfterMs)',
    to: 'sinceMs > agreedMs)',
    rule: "A snapshot keeps people's changes and first sights.",
    tests: states,
  },
  {
    name: 'snapshot-keeps-changes-of-people-for-ever',
    file: 'shared/journal/written-snapshot.ts',
    from: 'sinceMs > agreedMs - forgetAfterMs)',
    to: 'sinceMs > 0)',
    rule: 'A snapshot forgets what nobody has touched for longer than any schedule lives.',
    tests: states,
  },
  {
    name: 'failure-of-another-account-unread',
    file: 'functions/approve-ota-windows/failed-elsewhere.ts',
    from: 'if (version === undefined || place === undefined) return decision;',
    to: 'if (version === undefined || place !== null) return decision;',
    rule: 'A version that failed in one account is halted in all.',
    tests: ['tests/e2e/ota-accounts.test.ts'],
  },
  {
    name: 'failure-of-another-account-for-ever',
    file: 'functions/approve-ota-windows/failed-elsewhere.ts',
    from: 'const known = isWhole ? log.foreignSettings(resource) : [];',
    to: 'const known = isWhole ? log.foreignSettings(resource).slice(0, 0) : [];',
    rule: 'A failure that was put right halts nobody.',
    tests: ['tests/e2e/ota-accounts.test.ts'],
  },
];
