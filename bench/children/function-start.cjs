// One function in a fresh process: time from loading its bundle to the first answer that it gets (or gives, where it asks nobody), and the
// memory that the process has held by the end of the invocation.
const { readFileSync } = require('node:fs');
const channel = require('node:diagnostics_channel');
const { performance } = require('node:perf_hooks');

const [, , bundle, payload] = process.argv;
const startMs = performance.now();
let firstMs;
const answered = () => {
  firstMs ??= performance.now() - startMs;
};
channel.subscribe('http.client.response.finish', answered);

const { handler } = require(bundle);
const context = { requestId: 'bench', accountId: '1234567890123456', region: 'cn-shanghai', function: { name: 'bench', timeout: 60 } };
const event = { triggerTime: new Date().toISOString(), triggerName: 'bench', payload };
console.log = () => {};

/** Of this process alone, and not of the one that started it. */
function peakMb() {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return process.memoryUsage().rss / 1024 / 1024;
  }
}

Promise.resolve()
  .then(() => handler(Buffer.from(JSON.stringify(event)), context))
  // What the answering server says is too little for some: they fail, which is an end as well.
  .catch(() => {})
  .finally(() => {
    answered();
    process.stdout.write(`${JSON.stringify({ ms: firstMs, mb: peakMb() })}\n`);
    process.exit(0);
  });
