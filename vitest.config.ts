import { defineConfig } from 'vitest/config';

/** Files that replace modules, the network or the environment of their process, or count what it remembers: each gets a process of its own. */
const alone = [
  'tests/client/{addresses,faults,profile,connections,secrets,limiter,tls}.test.ts',
  'tests/cli/failure.test.ts',
  'tests/contract/directory-faults.test.ts',
  'tests/functions/renew-before-expiry/situations-account-check.test.ts',
  'tests/policy/validate-command.test.ts',
  'tests/security/hostile-events.test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    globalSetup: ['tests/cli/bundled-command.ts'],
    // No test may print a secret.
    setupFiles: ['tests/security/output-watch.ts'],
    // openapi-core publishes CommonJS whose default export must be reached as `X.default`, as Node itself does it.
    deps: { interopDefault: false },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The default leaves one core idle, which is half of a small machine.
    maxWorkers: '100%',
    reporters: ['default'],
    projects: [
      // Loading the modules anew for each file takes longer than most of the tests.
      { extends: true, test: { name: 'together', include: ['tests/**/*.test.ts'], exclude: alone, isolate: false } },
      { extends: true, test: { name: 'alone', include: alone } },
    ],
  },
});
