#!/usr/bin/env node
// The command runs from its TypeScript sources in this very process, so that signals reach it directly.
const oldest = 20;
if (Number(process.versions.node.split('.')[0]) < oldest) fail(`Node.js ${oldest} or newer is needed; this is ${process.versions.node}`);
try {
  const { register } = await import('tsx/esm/api');
  register();
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  fail(`its packages are not installed; run npm ci in ${new URL('..', import.meta.url).pathname}`);
}
await import('../cli/main.ts');

/** Says what is missing before there is anything that could: whoever forgot a step is not to read a stack trace. */
function fail(text) {
  process.stderr.write(`streamwarden: ${text}.\n`);
  process.exit(1);
}
