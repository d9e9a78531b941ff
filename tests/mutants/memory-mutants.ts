import type { Mutant } from './mutant.ts';

const scale = (file: string): string => `functions/scale-on-schedule/${file}.ts`;
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
];
