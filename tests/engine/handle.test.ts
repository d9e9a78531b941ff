import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { automationRunner } from '../../shared/engine/runner.ts';
import { createHandler, type HandlerParts, type InvocationSummary, RunFailedError } from '../../shared/fc/handle.ts';
import type { FunctionContext } from '../../shared/fc/settings.ts';
import { endOf } from '../../shared/fc/settings.ts';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { listen, urlOf } from '../fixtures/http.ts';
import { DialService, dialAutomation, HandClock, policyWith, target, type Wishes } from './dial.ts';

const secret = 'k3y-that-nobody-may-see';
const timer = new TextEncoder().encode(readFileSync(new URL('../../events/samples/timer.json', import.meta.url), 'utf8'));
const named = (name: string) =>
  new TextEncoder().encode(
    JSON.stringify({ triggerTime: '2026-11-24T04:00:00Z', triggerName: 't', payload: JSON.stringify({ target: name }) }),
  );
const context: FunctionContext = {
  ...(JSON.parse(readFileSync(new URL('../../events/samples/context-nodejs.json', import.meta.url), 'utf8')) as FunctionContext),
  credentials: { accessKeyId: 'STS.EXAMPLEKEYID', accessKeySecret: secret, securityToken: `token-${secret}` },
};

let folder: string;
let server: Server;
let url: string;
let service: DialService;
let wishes: Wishes;
let lines: Record<string, unknown>[];
let raw: string;
/** Answers 500 to a write of this dial. */
let broken: string | undefined;

beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-fc-'));
  service = new DialService();
  wishes = new Map();
  lines = [];
  raw = '';
  broken = undefined;
  server = createServer((request, response) => {
    const query = new URL(request.url ?? '/', 'http://x').searchParams;
    const id = query.get('DialId') ?? '';
    const signed = request.headers.authorization?.startsWith('ACS3-HMAC-SHA256') && request.headers['x-acs-action'] === 'SetDial';
    request.resume();
    response.setHeader('content-type', 'application/json');
    if (request.headers['x-acs-action'] === 'GetCallerIdentity') {
      response.end(JSON.stringify({ RequestId: 'R-0', AccountId: target.account, Arn: `acs:ram::${target.account}:user/tests` }));
      return;
    }
    if (!signed || id === broken) {
      response.statusCode = 403;
      response.end(JSON.stringify({ Code: 'Forbidden.NoPermission', Message: `no, ${secret}`, RequestId: 'R-7' }));
      return;
    }
    service.put(id, query.get('Value') ?? '');
    response.end(JSON.stringify({ RequestId: 'R-1' }));
  });
  await listen(server);
  url = urlOf(server);
});

afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const store = () => `dir:${path.join(folder, 'journal')}`;

interface SetUp {
  readonly policy?: Parameters<typeof policyWith>[0];
  readonly environment?: Record<string, string | undefined>;
  readonly parts?: HandlerParts;
}

/** The handler of `dials`, deployed beside its policy; observation comes from the test's service, calls go over HTTP. */
function deployed({ policy, environment, parts }: SetUp = {}) {
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policyWith(policy)));
  return createHandler(automationRunner(dialAutomation(service, wishes)), {
    environment: { FC_FUNC_CODE_PATH: folder, STREAMWARDEN_STORE: store(), STREAMWARDEN_SIMULATOR: url, ...environment },
    write: (line) => {
      raw += `${line}\n`;
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
    clock: new HandClock(),
    ...parts,
  });
}

const failureOf = (invocation: Promise<InvocationSummary>) =>
  invocation.then(
    () => undefined,
    (error: Error & { code?: string }) => error,
  );

describe('a function on a timer', () => {
  test('acts over HTTP, writes its journal, answers in short, and logs JSON lines with the request', async () => {
    service.put('a', 'old').put('b', 'new');
    wishes.set('a', { value: 'new' }).set('b', { value: 'new' });
    const summary = await deployed()(timer, context);
    expect(service.valueOf('a')).toBe('new');
    expect(summary).toMatchObject({
      function: 'dials',
      targets: [
        { target: 'cn', failed: false, mode: 'apply', act: 1, keep: 1, outcomes: { done: 1 }, record: expect.stringMatching(/^runs\//) },
      ],
    });
    const { problems, streams } = await verifyJournal(directoryStore(path.join(folder, 'journal')));
    expect(problems).toEqual([]);
    expect(streams).toMatchObject([{ stream: `written/dials/${target.account}`, records: 2 }]);
    expect(lines.map(({ event }) => event)).toEqual(['outcome', 'run']);
    for (const line of lines) expect(line).toMatchObject({ requestId: context.requestId, function: 'dials', target: 'cn' });
  });

  test('fails the invocation after doing everything that could be done, and names what failed', async () => {
    for (const id of ['a', 'b', 'c']) {
      service.put(id, 'old');
      wishes.set(id, { value: 'new' });
    }
    broken = 'b';
    const failure = await failureOf(deployed()(timer, context));
    expect(failure).toBeInstanceOf(RunFailedError);
    expect(failure).toMatchObject({
      name: 'RunFailedError',
      code: 'RunFailed',
      summary: { targets: [{ failed: true, outcomes: { done: 2, failed: 1 } }] },
    });
    expect([service.valueOf('a'), service.valueOf('b'), service.valueOf('c')]).toEqual(['new', 'old', 'new']);
    expect(lines.find(({ event, level }) => event === 'outcome' && level === 'error')).toMatchObject({ requestId: context.requestId });
  });

  test('runs all targets in turn, and one that fails does not keep the others from their run', async () => {
    service.put('a', 'old');
    wishes.set('a', { value: 'new' });
    const policy = { targets: { bad: { ...target, name: 'bad', endpoint: 'nowhere' }, cn: target } };
    const failure = await failureOf(deployed({ policy, environment: { STREAMWARDEN_SIMULATOR: undefined } })(timer, context));
    expect(failure?.message).toContain('bad');
    expect(lines.find(({ event }) => event === 'target-failed')).toMatchObject({ target: 'bad', code: 'UnknownEndpoint' });
    expect(lines.find(({ event, target: each }) => event === 'run' && each === 'cn')).toBeDefined();
  }, 20_000);

  test('runs the one target that the event names, and the environment beats the event', async () => {
    const policy = { targets: { other: { ...target, name: 'other' }, cn: target } };
    const targetsOf = async (event: Uint8Array, environment = {}) =>
      (await deployed({ policy, environment })(event, context)).targets.map((each) => each.target);
    expect(await targetsOf(named('cn'))).toEqual(['cn']);
    expect(await targetsOf(named('cn'), { STREAMWARDEN_TARGET: 'other' })).toEqual(['other']);
    expect(await targetsOf(new Uint8Array(), { STREAMWARDEN_TARGET: '' })).toEqual(['cn', 'other']);
  });

  test('told to observe plans, writes nothing, and needs no journal', async () => {
    service.put('a', 'old');
    wishes.set('a', { value: 'new' });
    const environment = { STREAMWARDEN_OBSERVE: 'true', STREAMWARDEN_STORE: undefined };
    const summary = await deployed({ environment })(timer, context);
    expect(summary.targets).toMatchObject([{ mode: 'plan', act: 1, outcomes: {} }]);
    expect(service.valueOf('a')).toBe('old');
    expect((await verifyJournal(directoryStore(path.join(folder, 'journal')))).records).toBe(0);
  });

  test('begins no act that the time of the invocation does not cover', async () => {
    service.put('a', 'old');
    wishes.set('a', { value: 'new' });
    const short = { ...context, function: { name: 'f', timeout: '25' } };
    const summary = await deployed()(timer, short);
    expect(summary.targets).toMatchObject([{ failed: false, outcomes: { 'not-sent': 1 } }]);
    expect(service.valueOf('a')).toBe('old');
  });

  test.each<[string, SetUp, Uint8Array, string]>([
    ['no policy', { environment: { STREAMWARDEN_POLICY: '/nowhere/policy.json' } }, timer, 'PolicyMissing'],
    ['no journal', { environment: { STREAMWARDEN_STORE: undefined } }, timer, 'StoreMissing'],
    ['two journals', { policy: { store: 'dir:/elsewhere' } }, timer, 'StoreMismatch'],
    ['a journal of an unknown kind', { environment: { STREAMWARDEN_STORE: 's3://bucket/prefix' } }, timer, 'StoreNotAvailable'],
    [
      'a bucket of unknown region',
      { environment: { STREAMWARDEN_STORE: 'oss://bucket/prefix', STREAMWARDEN_SIMULATOR: undefined } },
      timer,
      'StoreRegionMissing',
    ],
    ['an unknown target', { environment: { STREAMWARDEN_TARGET: 'nobody' } }, timer, 'UnknownTarget'],
    ['an event of another kind', {}, new TextEncoder().encode('{"id":"x"}'), 'MalformedEvent'],
  ])('%s fails at once with what to do, and is logged', async (_name, setUp, event, code) => {
    const failure = await failureOf(deployed(setUp)(event, context));
    expect(failure).toMatchObject({ code });
    expect(lines).toMatchObject([{ level: 'error', event: 'failed', code, requestId: context.requestId }]);
  });

  test('keys show up nowhere: not in log lines, not in answers, not in errors', async () => {
    service.put('a', 'old');
    wishes.set('a', { value: 'new' });
    broken = 'a';
    const failure = await failureOf(deployed()(timer, context));
    const shown = [raw, String(failure), inspect(failure, { depth: 10 }), JSON.stringify(failure)].join('\n');
    expect(shown).toContain('Forbidden.NoPermission');
    expect(shown).not.toContain(secret);
  });
});

test.each<[FunctionContext['function'], number | undefined]>([
  [{ timeout: 60 }, 61_000],
  [{ timeout: '60' }, 61_000],
  [{ timeout: 'soon' }, undefined],
  [{}, undefined],
])('an invocation with %o that began at 1000 ends at %s', (fn, expected) => {
  expect(endOf({ requestId: 'r', ...(fn ? { function: fn } : {}) }, 1000)).toBe(expected);
});
