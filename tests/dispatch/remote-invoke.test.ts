import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { streamwarden } from '../cli/command.ts';
import { type InvocationPlace, invocationPlace } from './invocation-place.ts';

let place: InvocationPlace;
let events: string[];

beforeEach(async () => {
  events = [];
  const take = (payload: Uint8Array): void => void events.push(Buffer.from(payload).toString());
  place = await invocationPlace([
    {
      name: 'streamwarden-digest',
      call: async ({ payload }) => {
        take(payload);
        return { ok: true, result: { function: 'digest' }, logs: ['{"event":"run"}'] };
      },
    },
    { name: 'acme-digest', call: async () => ({ ok: false, error: { errorMessage: 'no journal', errorType: 'RunFailedError' } }) },
  ]);
});
afterEach(() => place.close());

const invoke = (...rest: readonly string[]) => invokeAs({}, ...rest);
const invokeAs = (env: Readonly<Record<string, string>>, ...rest: readonly string[]) =>
  streamwarden(['invoke', 'digest', '--remote', ...rest], {
    env: {
      STREAMWARDEN_FC_ENDPOINT: place.front.url,
      ALIBABA_CLOUD_ACCESS_KEY_ID: place.keys.accessKeyId,
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: place.keys.accessKeySecret,
      ...env,
    },
  });

describe('streamwarden invoke --remote', () => {
  test('waits for the deployed function, and shows its answer and the end of its log', async () => {
    const { code, stdout } = await invoke('--event', 'events/samples/timer.json');
    expect([code, stdout]).toEqual([0, expect.stringContaining('{"event":"run"}')]);
    expect(stdout).toContain('answered  {"function":"digest"}');
    expect(JSON.parse(events[0] ?? '')).toMatchObject({ triggerName: expect.any(String) });
  });

  test('fails where the function failed, by the name that its prefix makes', async () => {
    const { code, stdout } = await invokeAs({ STREAMWARDEN_PREFIX: 'acme' }, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ function: 'acme-digest', ok: false, body: expect.stringContaining('no journal') });
  });

  test('hands over a task without waiting', async () => {
    const { code, stdout } = await invoke('--async', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      function: 'streamwarden-digest',
      task: expect.stringMatching(/^desk-/),
      handover: 'accepted',
    });
    expect(events).toEqual([]);
    await place.delivery.settle();
    expect(events).toEqual(['']);
  });

  test('says what to do where there is no such function, and where nothing says where it is', async () => {
    const missing = await invokeAs({ STREAMWARDEN_PREFIX: 'nobody' });
    expect([missing.code, missing.stderr]).toEqual([
      1,
      expect.stringMatching(/nobody-digest was not begun: FunctionNotFound.*Check its name/),
    ]);
    const lost = await invokeAs({ STREAMWARDEN_FC_ENDPOINT: '' });
    expect([lost.code, lost.stderr]).toEqual([1, expect.stringContaining('--account')]);
  });
});
