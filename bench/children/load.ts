/** Makes calls with one of the clients, 50 at once, and prints calls per second and CPU microseconds per call. */
import type { RequestOptions } from 'node:http';
import { performance } from 'node:perf_hooks';
import { input } from '../input.ts';

const [client = 'ours', url = '', countText = '8000'] = process.argv.slice(2);
const count = Number(countText);
const together = 50;

async function ours(): Promise<() => Promise<unknown>> {
  const { createClient } = await import('../../shared/client/call.ts');
  const { Credentials } = await import('../../shared/client/credentials.ts');
  const { systemClock } = await import('../../shared/client/system-clock.ts');
  const { listAppInstances } = await import('../../shared/client/operations/list-app-instances.ts');
  const credentials = new Credentials({ accessKeyId: 'bench', accessKeySecret: 'secret', securityToken: undefined }, 'The benchmark');
  const made = createClient({ endpoint: url, credentials: { get: async () => credentials }, clock: systemClock });
  return () => made.call(listAppInstances, input);
}

interface Engine {
  readonly engine: {
    readonly default: new (config: object) => { callApi(params: object, request: object, runtime: object): Promise<unknown> };
    readonly $OpenApiUtil: Record<'Config' | 'Params' | 'OpenApiRequest', new (map: object) => object>;
  };
  readonly base: { readonly RuntimeOptions: new (map: object) => object };
}

async function theirs(): Promise<() => Promise<unknown>> {
  const { officialEngine } = await import('../official-engine.ts');
  const { engine, base } = officialEngine() as Engine;
  const { Config, Params, OpenApiRequest } = engine.$OpenApiUtil;
  const keys = { accessKeyId: 'bench', accessKeySecret: 'secret' };
  const client = new engine.default(
    new Config({ ...keys, endpoint: new URL(url).host, protocol: 'http', readTimeout: 10_000, connectTimeout: 10_000 }),
  );
  const params = new Params({
    ...{ action: 'ListAppInstances', version: '2021-09-01', protocol: 'HTTP', pathname: '/', method: 'POST' },
    ...{ authType: 'AK', style: 'RPC', reqBodyType: 'formData', bodyType: 'json' },
  });
  const runtime = new base.RuntimeOptions({});
  const { AppInstanceGroupId, PageNumber, PageSize, Status } = input;
  return () => {
    const query = { AppInstanceGroupId, PageNumber: String(PageNumber), PageSize: String(PageSize) };
    const body = Object.fromEntries(Status.map((value, index) => [`Status.${index + 1}`, value]));
    return client.callApi(params, new OpenApiRequest({ query, body }), runtime);
  };
}

/** The bytes of one call of ours, signed once and sent again and again: what is left is Node's own work, and the reading of the answer. */
async function raw(): Promise<() => Promise<unknown>> {
  const { Agent, request } = await import('node:http');
  const { Credentials } = await import('../../shared/client/credentials.ts');
  const { encodeInput } = await import('../../shared/client/encode.ts');
  const { listAppInstances } = await import('../../shared/client/operations/list-app-instances.ts');
  const { signedRequest } = await import('../../shared/client/wire.ts');
  const { randomUUID } = await import('node:crypto');
  const { host, hostname, port } = new URL(url);
  const keys = new Credentials({ accessKeyId: 'bench', accessKeySecret: 'secret', securityToken: undefined }, 'The benchmark');
  const context = {
    signature: 'v3',
    version: '2021-09-01',
    nonce: randomUUID,
    userAgent: 'streamwarden',
    transport: { endpoint: { host } },
  } as const;
  const { path, headers, body } = signedRequest(context, listAppInstances, encodeInput(listAppInstances, input), keys, Date.now());
  const options = {
    agent: new Agent({ keepAlive: true, maxSockets: together }),
    hostname,
    port,
    method: 'POST',
    path,
    headers,
    setHost: false,
  };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(options as RequestOptions, (response) => {
        let text = '';
        response.on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () => resolve(JSON.parse(text)));
      });
      sent.on('error', reject);
      sent.end(body, 'latin1');
    });
}

const call = await { ours, theirs, raw }[client as 'ours' | 'theirs' | 'raw']();

async function batch(calls: number): Promise<void> {
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await call();
    }
  };
  await Promise.all(Array.from({ length: together }, worker));
}

// Until the compiler has settled: a client in its first seconds is another matter, which the cold start tells.
await batch(10_000);
const cpuBefore = process.cpuUsage();
const startMs = performance.now();
await batch(count);
const elapsedMs = performance.now() - startMs;
const cpu = process.cpuUsage(cpuBefore);
process.stdout.write(`${JSON.stringify({ perSecond: (count * 1000) / elapsedMs, cpuMicros: (cpu.user + cpu.system) / count })}\n`);
process.exit(0);
