import { afterEach, describe, expect, test } from 'vitest';
import { checkDeployed } from '../../cli/doctor/deployed.ts';
import { deployedFunctions } from '../../cli/doctor/deployed-port.ts';
import type { Finding } from '../../cli/doctor/finding.ts';
import { writtenFunctions } from '../../cli/doctor/written.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { type FunctionCompute, functionCompute, type StoodIn } from './function-compute.ts';

const timer = { cronExpression: 'CRON_TZ=Asia/Shanghai 0 */5 * * * *', enable: true, payload: '{}' };

/** As Serverless Devs renders a deployment file. */
const rendered = {
  edition: '3.0.0',
  resources: {
    renew: {
      component: 'fc3',
      props: {
        ...{ region: 'cn-shanghai', functionName: 'streamwarden-renew', runtime: 'nodejs20', handler: 'index.handler', code: './dist' },
        ...{ memorySize: 128, cpu: 0.1, timeout: 240, role: 'acs:ram::1234567890123456:role/Streamwarden-Buyer' },
        environmentVariables: { STREAMWARDEN_OBSERVE: 'false', ONCALL_URL: 'https://example.com/secret', EMPTY: '' },
        concurrencyConfig: { reservedConcurrency: 1 },
        asyncInvokeConfig: {
          maxAsyncRetryAttempts: 0,
          maxAsyncEventAgeInSeconds: 900,
          destinationConfig: { onFailure: { destination: 'acs:fc:cn-shanghai:1234567890123456:functions/streamwarden-report-failure' } },
        },
        triggers: [{ triggerName: 'daily', triggerType: 'timer', qualifier: 'LATEST', triggerConfig: timer }],
      },
    },
  },
};

/** The same as Function Compute has it after a deployment. */
const asWritten: StoodIn = {
  function: {
    ...{ functionName: 'streamwarden-renew', runtime: 'nodejs20', handler: 'index.handler', memorySize: 128, cpu: 0.1, timeout: 240 },
    ...{ role: 'acs:ram::1234567890123456:role/streamwarden-buyer', diskSize: 512 },
    environmentVariables: { STREAMWARDEN_OBSERVE: 'false', ONCALL_URL: 'https://example.com/secret' },
  },
  triggers: [{ triggerName: 'daily', triggerType: 'timer', qualifier: 'LATEST', triggerConfig: JSON.stringify({ ...timer, more: 1 }) }],
  concurrency: { reservedConcurrency: 1 },
  asynchronous: rendered.resources.renew.props.asyncInvokeConfig,
};

let stand: FunctionCompute;
afterEach(() => stand.close());

async function examined(found: StoodIn | undefined, refuses?: number): Promise<readonly Finding[]> {
  stand = await functionCompute(found ? { 'streamwarden-renew': found } : {}, refuses);
  const credentials = explicitCredentials({ accessKeyId: 'id', accessKeySecret: 'top-secret' });
  const deployed = deployedFunctions({ host: stand.host, secure: false }, credentials);
  return (await checkDeployed(writtenFunctions(rendered, 's.yaml'), deployed)).findings;
}

describe('what is deployed, against the deployment file', () => {
  test('is fine where Function Compute has it as written, with settings of its own beside', async () => {
    expect(await examined(asWritten)).toEqual([
      { area: 'deployed', state: 'ok', text: 'streamwarden-renew is deployed as written, trigger daily' },
    ]);
    expect(stand.requests.toSorted()).toEqual([
      'GET /2023-03-30/functions/streamwarden-renew',
      'GET /2023-03-30/functions/streamwarden-renew/async-invoke-config',
      'GET /2023-03-30/functions/streamwarden-renew/concurrency',
      'GET /2023-03-30/functions/streamwarden-renew/triggers',
    ]);
  });

  const { concurrency: _c, ...withoutConcurrency } = asWritten;
  const { asynchronous: _a, ...withoutAsynchronous } = asWritten;
  const [trigger] = asWritten.triggers;
  const withTrigger = (config: object): StoodIn => ({ ...asWritten, triggers: [{ ...trigger, triggerConfig: JSON.stringify(config) }] });
  const cases: readonly (readonly [string, StoodIn | undefined, Finding['state'], RegExp])[] = [
    ['is not there', undefined, 'fail', /is not deployed/],
    ['has other memory', { ...asWritten, function: { ...asWritten.function, memorySize: 512 } }, 'warn', /memorySize is 512.*says 128/],
    ['has another role', { ...asWritten, function: { ...asWritten.function, role: 'x' } }, 'warn', /role is x/],
    ['may run twice at once', withoutConcurrency, 'fail', /reserved concurrency is not set, the file says 1/],
    ['is retried', { ...asWritten, asynchronous: { ...asWritten.asynchronous, maxAsyncRetryAttempts: 3 } }, 'fail', /retries is 3/],
    ['takes old events', { ...asWritten, asynchronous: { ...asWritten.asynchronous, maxAsyncEventAgeInSeconds: 18_000 } }, 'warn', /18000/],
    ['has no asynchronous settings', withoutAsynchronous, 'fail', /number of retries is not set/],
    ['has no trigger', { ...asWritten, triggers: [] }, 'fail', /trigger daily is missing/],
    ['fires at another time', withTrigger({ ...timer, cronExpression: '0 0 4 * * *' }), 'fail', /daily is not as the file says/],
    ['is switched off', withTrigger({ ...timer, enable: false }), 'fail', /daily is switched off/],
    ['has a trigger of another type', { ...asWritten, triggers: [{ ...trigger, triggerType: 'http' }] }, 'fail', /is of type http/],
    [
      'has one more trigger',
      { ...asWritten, triggers: [...asWritten.triggers, { triggerName: 'old', triggerType: 'timer', triggerConfig: '{}' }] },
      'warn',
      /trigger old is deployed and not in the file/,
    ],
    [
      'has another variable, whose value is not told',
      {
        ...asWritten,
        function: { ...asWritten.function, environmentVariables: { STREAMWARDEN_OBSERVE: 'false', ONCALL_URL: 'https://x' } },
      },
      'warn',
      /^(?!.*(secret|https)).*other values than the file gives: ONCALL_URL$/,
    ],
  ];
  test.each(cases)('is told where a function %s', async (_, found, state, text) => {
    const findings = await examined(found);
    expect(findings.filter((finding) => finding.state !== 'ok').map((finding) => finding.text)).toContainEqual(expect.stringMatching(text));
    expect(findings.find((finding) => text.test(finding.text))).toMatchObject({ state, todo: expect.any(String) });
  });

  test('is not known where Function Compute refuses, and the refusal carries no key', async () => {
    const [finding, ...more] = await examined(asWritten, 403);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ state: 'fail', text: expect.stringContaining('AccessDenied') });
    expect(JSON.stringify(finding)).not.toContain('top-secret');
  });

  test('is not known where nobody answers', async () => {
    stand = await functionCompute({});
    const deployed = deployedFunctions(
      { host: '127.0.0.1:1', secure: false },
      explicitCredentials({ accessKeyId: 'i', accessKeySecret: 's' }),
    );
    const { findings, environment } = await checkDeployed(writtenFunctions(rendered, 's.yaml'), deployed);
    expect(findings).toMatchObject([{ state: 'fail', text: expect.stringContaining('NoAnswer') }]);
    expect(environment).toBeUndefined();
  });
});

describe('a deployment file', () => {
  test('that describes no functions is refused, naming where', async () => {
    stand = await functionCompute({});
    expect(() => writtenFunctions({ resources: { x: { props: { functionName: 'x' } } } }, 's.yaml')).toThrow(/resources\.x\.props\.region/);
  });
});
