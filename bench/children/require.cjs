// Time to load one module in a fresh process.
const { performance } = require('node:perf_hooks');
const startMs = performance.now();
require(process.argv[2]);
process.stdout.write(`${JSON.stringify({ ms: performance.now() - startMs })}\n`);
process.exit(0);
