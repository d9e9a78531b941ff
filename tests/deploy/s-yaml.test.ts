import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExportsOf, problemsOf } from '../../build/s-yaml/checks.ts';
import { preview, root } from '../../build/s-yaml/preview.ts';
import type { Deployment } from '../../build/s-yaml/schema.ts';
import { catalog } from '../../functions/catalog.ts';
import { exportedNames } from './bundles.ts';

let exportsOf: ExportsOf;
let production: Deployment;
let starter: Deployment;
let folder: string;

/** Seeds of mistakes in the text of the starter, and what became of them. */
const seeds = {
  // A variable gives a text where a truth value belongs.
  types: (text: string) => text.replace("'true'", 'true').replace('enable: true', `enable: "$\{env('TIMER', 'true')}"`),
  variable: (text: string) => text.replace('vars.region', 'vars.regoin'),
};
const seeded = new Map<string, Promise<unknown>>();

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-s-'));
  const text = readFileSync(path.join(root, 's.starter.yaml'), 'utf8');
  for (const [name, seed] of Object.entries(seeds)) {
    const file = path.join(folder, `${name}.yaml`);
    writeFileSync(file, seed(text));
    const rendered = preview(file);
    rendered.catch(() => {});
    seeded.set(name, rendered);
  }
  const [exported, ...rendered] = await Promise.all([exportedNames(), preview('s.yaml'), preview('s.starter.yaml')]);
  exportsOf = (code, file) => (file === 'index' ? exported.get(path.basename(code)) : undefined);
  [production, starter] = rendered as [Deployment, Deployment];
  await Promise.allSettled(seeded.values());
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('s.yaml, as the real command renders it', () => {
  test('has nothing wrong with it', () => expect(problemsOf(production, exportsOf)).toEqual([]));

  test('deploys every function of the catalog', () => {
    expect(Object.keys(production.resources).sort()).toEqual(catalog.map(({ manifest }) => manifest.name).sort());
  });

  test('reserves an instance and a destination of failures for what orders, and retries it never', () => {
    expect(production.resources['renew-before-expiry']?.props).toMatchObject({
      concurrencyConfig: { reservedConcurrency: 1 },
      asyncInvokeConfig: {
        maxAsyncRetryAttempts: 0,
        maxAsyncEventAgeInSeconds: 900,
        destinationConfig: { onFailure: { destination: 'acs:fc:cn-shanghai:1234567890123456:functions/streamwarden-report-failure' } },
      },
    });
  });

  test('gives the function that the internet reaches no address of a channel', () => {
    const names = Object.keys(production.resources['approval-links']?.props.environmentVariables ?? {});
    expect(names.every((name) => name.startsWith('STREAMWARDEN_'))).toBe(true);
  });
});

describe('s.starter.yaml, as the real command renders it', () => {
  test('has nothing wrong with it', () => expect(problemsOf(starter, exportsOf)).toEqual([]));

  test('is one function that can only observe, with no trigger but a timer', () => {
    const [{ props }, ...others] = Object.values(starter.resources) as [Deployment['resources'][string]];
    expect(others).toEqual([]);
    expect(props.environmentVariables['STREAMWARDEN_OBSERVE']).toBe('true');
    expect(props.role).toMatch(/-observer$/);
    expect(props.triggers?.map(({ triggerType }) => triggerType)).toEqual(['timer']);
  });
});

/** Anything in a rendered file. */
// biome-ignore lint/suspicious/noExplicitAny: a mistake is what the types forbid.
type Loose = any;

/** Applies a mistake to one function of the rendered file. */
const at =
  (name: string, mistake: (props: Loose, resource: Loose) => void) =>
  (file: Loose): void =>
    mistake(file.resources[name].props, file.resources[name]);

const bridge = (props: Loose): Loose => props.triggers.find(({ triggerType }: Loose) => triggerType === 'eventbridge');

/** Each mistake, and what has to be said about it. */
const mistakes: readonly (readonly [what: string, seed: (file: Loose) => void, said: RegExp])[] = [
  ['a property misspelt', at('digest', (p) => (p.timeuot = 10)), /^resources\.digest\.props: .*timeuot/],
  [
    'a function that is in no catalog',
    (file) => (file.resources.digests = file.resources.digest),
    /^digests: functions\/catalog\.ts has no/,
  ],
  [
    'the internet before a function that only a timer begins',
    (file) => file.resources.digest.props.triggers.push(...file.resources['approval-links'].props.triggers),
    /^digest: its trigger links is of type http, which its manifest says does not begin it$/,
  ],
  [
    'a function among those that dispatch starts that runs all targets in turn',
    at('dispatch', (p) => (p.triggers[0].triggerConfig.payload = '{"functions":["digest"]}')),
    /^dispatch: its timer every-five-minutes names digest, which runs all targets in turn/,
  ],
  ['a property missing', at('digest', (p) => delete p.logConfig), /^resources\.digest\.props\.logConfig: /],
  ['a number in a variable', at('digest', (p) => (p.environmentVariables.A = 1)), /props\.environmentVariables\.A: .*quotes/],
  ['a reserved variable', at('digest', (p) => (p.environmentVariables.FC_REGION = 'x')), /environmentVariables.*FC_/],
  ['another runtime', at('digest', (p) => (p.runtime = 'nodejs22')), /props\.runtime: /],
  ['a capital in a role', at('digest', (p) => (p.role = 'acs:ram::1:role/Observer')), /props\.role: .*lower case/],
  ['a role without account', at('digest', (p) => (p.role = 'streamwarden-observer')), /props\.role: /],
  ['a log project made up by the component', at('digest', (p) => (p.logConfig = 'auto')), /props\.logConfig: /],
  ['too little memory for the processor', at('digest', (p) => (p.cpu = 1)), /^digest: 0\.13 GB of memory for each vCPU/],
  ['memory of an odd size', at('digest', (p) => (p.memorySize = 200)), /props\.memorySize: /],
  ['too large variables', at('digest', (p) => (p.environmentVariables.A = 'x'.repeat(4000))), /^digest: its variables take \d+ bytes/],
  [
    'five cron fields',
    at('digest', (p) => (p.triggers[0].triggerConfig.cronExpression = '*/5 * * * *')),
    /cronExpression: .*six cron fields/,
  ],
  ['a minute 60', at('digest', (p) => (p.triggers[0].triggerConfig.cronExpression = '0 60 * * * *')), /cronExpression: /],
  ['a weekday by name', at('digest', (p) => (p.triggers[0].triggerConfig.cronExpression = '0 0 9 * * MON')), /cronExpression: /],
  [
    'a zone that is none',
    at('digest', (p) => (p.triggers[0].triggerConfig.cronExpression = 'CRON_TZ=Asia/Shangai 0 0 9 * * *')),
    /cronExpression: /,
  ],
  ['a timer of another key', at('digest', (p) => (p.triggers[0].triggerConfig = { cron: '0 0 9 * * *' })), /triggerConfig.*cron/],
  [
    'an event pattern that is no JSON',
    at('enforce-policy', (p) => (bridge(p).triggerConfig.eventRuleFilterPattern = '{source}')),
    /eventRuleFilterPattern: .*JSON/,
  ],
  [
    'raw events without an id',
    at('enforce-policy', (p) => (bridge(p).triggerConfig.eventSinkConfig.deliveryOption.eventSchema = 'RawData')),
    /deliveryOption: .*eventSchema/,
  ],
  [
    'a timer behind an event trigger',
    at('enforce-policy', (p) =>
      p.triggers.push({
        ...bridge(p),
        triggerName: 't',
        triggerType: 'timer',
        triggerConfig: { cronExpression: '@every 5m', enable: true, payload: '{}' },
      }),
    ),
    /^enforce-policy: its eventbridge trigger is not the last/,
  ],
  [
    'two event triggers',
    at('enforce-policy', (p) => p.triggers.push({ ...bridge(p), triggerName: 'second' })),
    /^enforce-policy: it has more than one eventbridge trigger/,
  ],
  ['two triggers of one name', at('digest', (p) => p.triggers.push(p.triggers[0])), /^digest: two triggers are called every-quarter/],
  ['an HTTP method that is none', at('approval-links', (p) => (p.triggers[0].triggerConfig.methods = ['get'])), /triggerConfig\.methods/],
  ['a handler that is not exported', at('digest', (p) => (p.handler = 'index.main')), /^digest: .*exports no main/],
  ['a file that is not built', at('digest', (p) => (p.handler = 'digest.handler')), /^digest: \.\/dist\/digest\/digest\.js is not there/],
  [
    'a hook that is not exported',
    at('digest', (p) => (p.instanceLifecycleConfig = { initializer: { handler: 'index.initialise', timeout: 3 } })),
    /^digest: .*exports no initialise/,
  ],
  ["another function's code", at('digest', (p) => (p.code = './dist/dispatch')), /^digest: its code is \.\/dist\/dispatch/],
  [
    "another function's policy",
    at('digest', (_, r) => (r.actions['pre-deploy'][0].run = 'compile --out ./dist/dispatch/policy.json')),
    /^digest: no step before the deployment compiles the policy/,
  ],
  [
    'a hook before something else',
    at('digest', (_, r) => (r.actions = { 'pre-deply': r.actions['pre-deploy'] })),
    /^resources\.digest\.actions/,
  ],
  ['a template that is not there', at('digest', (_, r) => (r.extend.name = 'obsever')), /^digest: there is no template obsever/],
  [
    'ignoring what is not there',
    at('approval-links', (_, r) => (r.extend.ignore = ['asyncConfig'])),
    /^approval-links: the template has no asyncConfig/,
  ],
  [
    'an order that is retried',
    at('renew-before-expiry', (p) => (p.asyncInvokeConfig.maxAsyncRetryAttempts = 3)),
    /^renew-before-expiry: .*maxAsyncRetryAttempts: 0/,
  ],
  [
    'two orders at once',
    at('renew-before-expiry', (p) => (p.concurrencyConfig.reservedConcurrency = 2)),
    /^renew-before-expiry: .*reservedConcurrency: 1/,
  ],
  [
    'orders without reservation',
    at('renew-before-expiry', (p) => delete p.concurrencyConfig),
    /^renew-before-expiry: .*reservedConcurrency: 1/,
  ],
  [
    'an order whose failure nobody hears',
    at('renew-before-expiry', (p) => delete p.asyncInvokeConfig.destinationConfig),
    /^renew-before-expiry: .*onFailure/,
  ],
  [
    'an order that may be a day old',
    at('renew-before-expiry', (p) => (p.asyncInvokeConfig.maxAsyncEventAgeInSeconds = 86400)),
    /^renew-before-expiry: .*3600 seconds/,
  ],
  ['a timer without rules for its events', at('digest', (p) => delete p.asyncInvokeConfig), /^digest: it has no asyncInvokeConfig/],
  [
    'failures to a function that is not here',
    at('digest', (p) => (p.asyncInvokeConfig.destinationConfig.onFailure.destination = 'acs:fc:cn-shanghai::functions/nobody')),
    /^digest: its failures go to nobody/,
  ],
  [
    'failures to another region',
    at(
      'digest',
      (p) => (p.asyncInvokeConfig.destinationConfig.onFailure.destination = 'acs:fc:cn-beijing::functions/streamwarden-report-failure'),
    ),
    /^digest: .*another region/,
  ],
  [
    'failures that go around',
    at(
      'report-failure',
      (p) =>
        (p.asyncInvokeConfig.destinationConfig = {
          onFailure: { destination: 'acs:fc:cn-shanghai::functions/streamwarden-report-failure' },
        }),
    ),
    /around in circles/,
  ],
  [
    'failures to what takes HTTP only',
    at(
      'digest',
      (p) => (p.asyncInvokeConfig.destinationConfig.onFailure.destination = 'acs:fc:cn-shanghai::functions/streamwarden-approval-links'),
    ),
    /^digest: .*HTTP only/,
  ],
  [
    'dispatch of a function that is not here',
    at('dispatch', (p) => (p.triggers[1].triggerConfig.payload = '{"functions":["tag-new-resources","enforce-polcy"]}')),
    /^dispatch: .*enforce-polcy, which is not here/,
  ],
  [
    'dispatch of what orders',
    at(
      'dispatch',
      (p) => (p.triggers[1].triggerConfig.payload = '{"functions":["tag-new-resources","enforce-policy","renew-before-expiry"]}'),
    ),
    /^dispatch: .*renew-before-expiry, which orders/,
  ],
  [
    'a timer of dispatch without functions',
    at('dispatch', (p) => (p.triggers[1].triggerConfig.payload = '{"function":["tag-new-resources"]}')),
    /^dispatch: its timer every-half-hour names no function/,
  ],
  [
    'a function in another role than dispatch',
    at('scale-on-schedule', (p) => (p.role = 'acs:ram::1234567890123456:role/streamwarden-scaler')),
    /^scale-on-schedule: its role is not that of dispatch/,
  ],
  [
    'a function that hears events in the role of others',
    at('enforce-policy', (p) => (p.role = 'acs:ram::1234567890123456:role/streamwarden-operator')),
    /^enforce-policy: it hears events, .* a role of its own/,
  ],
  [
    'a function that nothing starts',
    at('dispatch', (p) => (p.triggers[0].triggerConfig.payload = '{"functions":["scale-on-schedule","approve-ota-windows"]}')),
    /^log-off-sessions: nothing starts it/,
  ],
  ['task ids that are not kept', at('scale-on-schedule', (p) => delete p.asyncInvokeConfig.asyncTask), /^scale-on-schedule: .*asyncTask/],
  [
    'a function started twice',
    at(
      'scale-on-schedule',
      (p) =>
        (p.triggers = [
          {
            triggerName: 't',
            triggerType: 'timer',
            qualifier: 'LATEST',
            triggerConfig: { cronExpression: '@every 5m', enable: true, payload: '{}' },
          },
        ]),
    ),
    /^scale-on-schedule: it has a timer of its own/,
  ],
  [
    'two functions of one name',
    at('digest', (p) => (p.functionName = 'streamwarden-dispatch')),
    /^two functions are called streamwarden-dispatch/,
  ],
  ['an older edition', (file) => (file.edition = '1.0.0'), /^edition: /],
  ['a section misspelt', (file) => (file.resource = file.resources), /^the file: .*resource/],
];

describe('a mistake in s.yaml is caught:', () => {
  test.each(mistakes)('%s', (_, seed, said) => {
    const file = structuredClone(production);
    seed(file);
    expect(problemsOf(file, exportsOf).find((problem) => said.test(problem)) ?? problemsOf(file, exportsOf)).toMatch(said);
  });

  test('values of the wrong type, in the text', async () => {
    expect(problemsOf(await seeded.get('types'), exportsOf).map((problem) => problem.replace(/: .*/, ''))).toEqual([
      'resources.scale-on-schedule.props.environmentVariables.STREAMWARDEN_OBSERVE',
      'resources.scale-on-schedule.props.triggers.0.triggerConfig.enable',
    ]);
  });

  test('a variable that is not there, in the text', async () => {
    await expect(seeded.get('variable')).rejects.toThrow(/refuses .*variable\.yaml: .*vars\.regoin} not found/);
  });
});

test.each(['s.yaml', 's.starter.yaml'])(
  'the timers of %s begin off the full minute, each on a second of its own, since functions share robots',
  (file) => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const seconds = [...text.matchAll(/cronExpression: CRON_TZ=.*?\} (\S+) /g)].map(([, second]) => Number(second));
    expect(seconds.length).toBeGreaterThan(0);
    for (const second of seconds) expect([second, second > 0 && second < 60]).toEqual([second, true]);
    expect(new Set(seconds).size).toBe(seconds.length);
  },
);
