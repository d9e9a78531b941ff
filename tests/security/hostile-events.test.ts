import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import type { HttpResponse } from '../../shared/fc/events/http.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { type Simulator, startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { accountId, compiledPolicy, policyText } from '../functions/renew-before-expiry/renewal-fixture.ts';

type Handler = (event: Uint8Array, context: unknown) => Promise<unknown>;

const functions = readdirSync(new URL('../../functions/', import.meta.url), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);
const password = 'hunter2-inside-of-an-event';
const start = '2026-11-24T12:00:00+08:00';

let folder: string;
let simulator: Simulator;
let printed: string[];

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-hostile-'));
  simulator = await startSimulator({ world: buildWorld({ start, accounts: [{ id: accountId, groups: [] }] }) });
  const policy = compiledPolicy(policyText('- {name: r, groups: all, renew: never}'), Date.parse(start));
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policy));
  const variables = {
    ...{ FC_FUNC_CODE_PATH: folder, STREAMWARDEN_STORE: 'oss://acme-journal/prod', STREAMWARDEN_SIMULATOR: simulator.url },
    ...{ STREAMWARDEN_LINK_PUBLIC_KEY: 'A'.repeat(43), STREAMWARDEN_POLICY: '', STREAMWARDEN_TARGET: '' },
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  const keep = (...values: unknown[]): void => void printed.push(values.map(String).join(' '));
  for (const method of ['log', 'warn', 'error', 'info'] as const) vi.spyOn(console, method).mockImplementation(keep);
});

afterEach(() => {
  printed = [];
});

afterAll(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  closeConnections();
  await simulator.close();
  rmSync(folder, { recursive: true, force: true });
});

const json = (value: unknown) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const nested = (levels: number) => `${'{"a":'.repeat(levels)}"${password}"${'}'.repeat(levels)}`;

/** Events that nobody should act on; each carries a password that must be seen nowhere. */
const hostile: readonly (readonly [name: string, event: Uint8Array])[] = [
  ['10 MB of text', json({ data: password, filling: 'x'.repeat(10_000_000) })],
  ['objects in each other, 20,000 deep', json(nested(20_000))],
  ['lists in each other, 20,000 deep', json(`${'['.repeat(20_000)}"${password}"${']'.repeat(20_000)}`)],
  ['60,000 entries', json({ data: Array.from({ length: 60_000 }, () => 0), password })],
  ['__proto__', json(`{"__proto__":{"isAdmin":"${password}"},"eventName":"CreateAppInstanceGroup"}`)],
  ['__proto__ in another spelling', json(`{"data":{"__pr\\u006fto__":{"isAdmin":"${password}"}}}`)],
  ['constructor.prototype', json({ constructor: { prototype: { isAdmin: password } } })],
  ['a name twice', json(`{"triggerName":"t","triggerName":"${password}","triggerTime":"2026-11-24T04:00:00Z"}`)],
  ['no UTF-8', new Uint8Array([...json(`{"password":"${password}`), 0xc3, 0x28])],
  ['half of a JSON text', json(`{"password":"${password}"`)],
  ['a plain text', json(password)],
  [
    'a timer whose payload names a target of 10,000 characters',
    json({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't', payload: JSON.stringify({ target: password.repeat(400) }) }),
  ],
  ['a number', json('1e999')],
  ['a list of lists', json([[[password]]])],
  ['a timer whose payload is deep', json({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't', payload: nested(64) })],
  [
    'a timer whose payload has __proto__',
    json({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't', payload: `{"__proto__":{"target":"${password}"}}` }),
  ],
  ['a timer of the time "password"', json({ triggerTime: password, triggerName: 't' })],
  ['a request with a body of 20 KB', json({ requestContext: { http: { method: 'POST' } }, body: password.repeat(800) })],
];

describe.each(functions)('%s', (name) => {
  let handler: Handler;
  beforeAll(async () => {
    printed = [];
    ({ handler } = (await import(`../../functions/${name}/index.ts`)) as { handler: Handler });
  });

  const { accessKeyId, accessKeySecret } = publishedKey(accountId);
  const context = {
    requestId: 'r',
    credentials: { accessKeyId, accessKeySecret },
    function: { name: `streamwarden-${name}`, timeout: 60 },
  };

  test.each(hostile)('refuses %s with a clear error, repeats none of it, and calls nothing', async (_name, event) => {
    const calls = simulator.ledger.records.length;
    const result = await handler(event, context).then(
      (value) => ({ value, error: undefined }),
      (error: unknown) => ({ value: undefined, error }),
    );
    if (name === 'approval-links') expect((result.value as HttpResponse).statusCode).toBe(400);
    else
      expect(result.error).toMatchObject({
        name: 'EventError',
        code: 'MalformedEvent',
        message: expect.stringMatching(/^(The|This) .{15,}\.$/),
      });
    const { error } = result;
    const seen = [...printed, inspect(result, { depth: 20, showHidden: true }), error instanceof Error ? `${error.stack}` : ''].join('\n');
    expect(seen).not.toContain('hunter2');
    expect(printed.some((line) => line.includes('MalformedEvent'))).toBe(true);
    expect(simulator.ledger.records.length).toBe(calls);
    expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  });
});
