import type { Mutant } from './mutant.ts';

const pages = 'shared/client/billing-pages.ts';
const numbers = 'shared/client/json-numbers.ts';
const amount = 'shared/policy/bill-amount.ts';
const lines = 'simulator/operations/billing/lines.ts';
const read = ['tests/client/billing-pages.test.ts', 'tests/simulator/billing-front.test.ts'];
const written = ['tests/client/billing-rows.test.ts'];
const amounts = ['tests/policy/bill-amount.test.ts'];
const billed = ['tests/simulator/billing-property.test.ts', 'tests/simulator/billing-bills.test.ts'];

/** Faults in reading what something has cost: digits that are lost, rows that are missing or count twice. */
export const billingMutants: readonly Mutant[] = [
  {
    name: 'billing-digits-as-numbers',
    file: numbers,
    from: '!/^-?\\d{1,15}$/.test(token)',
    to: '!/^-?\\d{1,15}/.test(token)',
    rule: 'An amount is read before its digits are rounded.',
    tests: written,
  },
  {
    name: 'billing-broken-numbers-believed',
    file: numbers,
    from: '(number.test(token) && ',
    to: '(!token.startsWith(`"`) && ',
    rule: 'An answer that is no JSON stays one that cannot be read.',
    tests: written,
  },
  {
    name: 'billing-token-twice-ends-the-list',
    file: pages,
    from: 'if (this.#isOpen && this.#tokens.has(token as string)) throw',
    to: 'if (this.#isOpen && this.#tokens.size < 0) throw',
    rule: 'A token that comes twice means that the list is not whole.',
    tests: read,
  },
  {
    name: 'billing-page-twice-counts-twice',
    file: pages,
    from: "if (now !== '' && now === this.#before) throw",
    to: "if (now === '' && now !== this.#before) throw",
    rule: 'A page that comes again is not added up again.',
    tests: read,
  },
  {
    name: 'billing-that-ends-before-its-tokens',
    file: pages,
    from: 'if (this.#isOpen) throw',
    to: 'if (this.#isOpen && received < 0) throw',
    rule: 'A list with a token left is not over.',
    tests: read,
  },
  {
    name: 'billing-with-fewer-rows-than-announced',
    file: pages,
    from: 'if (total !== received) throw',
    to: 'if (total < received) throw',
    rule: 'A list that misses rows is no list.',
    tests: read,
  },
  {
    name: 'billing-rows-alike-are-one',
    file: pages,
    from: 'byToken && Array.isArray(rows) ? rows.map((row): Numbered => ({ row, number: number++ })) : rows',
    to: 'byToken && Array.isArray(rows) ? rows.map((row): Numbered => ({ row, number })) : rows',
    rule: 'Two refunds of the same amount are two.',
    tests: read,
  },
  {
    name: 'billing-refund-as-a-charge',
    file: amount,
    from: 'price.ok && isNegative ? parsed({ currency, micros: -price.value.micros }) : price',
    to: 'price.ok && isNegative ? parsed({ currency, micros: price.value.micros }) : price',
    rule: 'What is given back is taken off.',
    tests: amounts,
  },
  {
    name: 'billing-rounded-digits-believed',
    file: amount,
    from: "if (typeof amount !== 'string') return refused(",
    to: "if (typeof amount !== 'string' && typeof amount !== 'number') return refused(",
    rule: 'A number that JSON has parsed has lost its digits, and is no amount.',
    tests: amounts,
  },
  {
    name: 'billing-code-decides',
    file: 'shared/client/read-answer.ts',
    from: 'if (body[word as string] === true) return undefined;',
    to: '',
    rule: 'Success decides whether a call of billing succeeded, and not its code.',
    tests: written,
  },
  {
    name: 'billing-days-rounded-alone',
    file: lines,
    from: 'micros: owedUntil(startMs + dayMs) - owedUntil(startMs)',
    to: 'micros: ((meters[0]?.place.hourly ?? 0n) * BigInt(heldMs)) / perMicro',
    rule: 'Days add up to what was used, to the last millionth.',
    tests: billed,
  },
];
