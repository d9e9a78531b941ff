import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['tests/cli/bundled-command.ts'],
    // openapi-core publishes CommonJS whose default export must be reached as `X.default`, as Node itself does it.
    deps: { interopDefault: false },
    testTimeout: 60_000,
    // The default leaves one core idle, which is half of a small machine.
    maxWorkers: '100%',
    reporters: ['default'],
  },
});
