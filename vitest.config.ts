import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    environment: 'node',
    // openapi-core publishes CommonJS whose default export must be reached as `X.default`, as Node itself does it.
    deps: { interopDefault: false },
    testTimeout: 30_000,
    reporters: ['default'],
  },
});
