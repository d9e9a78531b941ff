import { afterEach, expect } from 'vitest';

/** Secrets of the tests: what simulators publish and issue, and what the tests of this folder make up. None may reach the console in any test. */
const secret = /published-(test|session)-secret-|simulated-token\/|(whsec|linksec|wrongsec)-|Pa55word-|hunter2|a-key-of-the-tests-/;

const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
const watched = Symbol.for('streamwarden.output-watch');

/** What was printed with a secret in it; kept with the console, which outlives a file of tests. */
const store = console as typeof console & { [watched]?: string[] };

if (store[watched] === undefined) {
  const found: string[] = [];
  store[watched] = found;
  for (const method of methods) {
    const print = console[method].bind(console);
    console[method] = (...values: unknown[]): void => {
      const text = values.map(String).join(' ');
      if (secret.test(text)) found.push(text.replace(new RegExp(secret, 'g'), '[secret]').slice(0, 500));
      print(...values);
    };
  }
}

afterEach(() => {
  const found = store[watched] ?? [];
  expect(found.splice(0), 'a secret was printed').toEqual([]);
});
