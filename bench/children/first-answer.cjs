// Time from loading the client's bundle to its first answer, in a fresh process.
const { performance } = require('node:perf_hooks');
const startMs = performance.now();
const { createClient, listAppInstanceGroup } = require(process.argv[2]);
const keys = { accessKeyId: 'bench', accessKeySecret: 'secret', securityToken: undefined, expiresAtMs: undefined };
const clock = { now: Date.now, sleep: () => Promise.resolve() };
const client = createClient({ endpoint: process.argv[3], credentials: { get: async () => keys }, clock });
client.call(listAppInstanceGroup, { ProductType: 'CloudApp' }).then(() => {
  process.stdout.write(`${JSON.stringify({ ms: performance.now() - startMs })}\n`);
  process.exit(0);
});
