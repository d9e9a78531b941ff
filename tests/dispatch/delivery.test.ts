import { describe, expect, test } from 'vitest';
import { Delivery } from '../../simulator/invocations/delivery.ts';
import type { Call, CallResult, DeployedFunction, Message } from '../../simulator/invocations/deployed.ts';
import { hourMs } from '../fixtures/times.ts';
import { standingTime } from './invocation-place.ts';

const seconds = 1000;
const fine: CallResult = { ok: true, result: '' };
const failing: CallResult = { ok: false, error: { errorMessage: 'oops' } };
const bytes = (text: string) => Buffer.from(text);
const textOf = ({ payload }: Pick<Call, 'payload'>) => Buffer.from(payload).toString();

/** A queue with one function `f`, and the calls that it got, with when. */
function queue(
  how: Partial<DeployedFunction> & { readonly arrivals?: (message: Message) => readonly number[] } = {},
  others: readonly DeployedFunction[] = [],
) {
  const { arrivals, ...deployed } = how;
  const calls: Call[] = [];
  const call = async (each: Call): Promise<CallResult> => {
    calls.push(each);
    return fine;
  };
  const f: DeployedFunction = {
    name: 'f',
    ...deployed,
    call: async (each) => {
      await call(each);
      return deployed.call ? deployed.call(each) : fine;
    },
  };
  const delivery = new Delivery({ time: standingTime(0), functions: [f, ...others], arrivals });
  return { delivery, calls };
}

describe('asynchronous invocations', () => {
  test('nothing happens until time passes, then each message arrives once', async () => {
    const { delivery, calls } = queue();
    delivery.enqueue('f', bytes('a'));
    expect(calls).toEqual([]);
    await delivery.settle();
    expect(calls.map(textOf)).toEqual(['a']);
    expect(delivery.events.map(({ kind }) => kind)).toEqual(['accepted', 'started', 'done']);
  });

  test('a message may come twice, five hours late, and after one that was sent later', async () => {
    const { delivery, calls } = queue({ arrivals: (message) => (textOf(message) === 'first' ? [5 * hourMs, 5 * hourMs] : [0]) });
    delivery.enqueue('f', bytes('first'));
    delivery.enqueue('f', bytes('second'));
    await delivery.settle();
    expect(calls.map((each) => [textOf(each), each.atMs])).toEqual([
      ['second', 0],
      ['first', 5 * hourMs],
      ['first', 5 * hourMs],
    ]);
    expect(calls[1]?.requestId).toBe(calls[2]?.requestId);
  });

  test('beyond its reserved concurrency it is throttled, and comes back after 0.5, 1, 2, 4 seconds', async () => {
    const { delivery, calls } = queue({ reservedConcurrency: 1, takesMs: 5 * seconds });
    delivery.enqueue('f', bytes('a'));
    delivery.enqueue('f', bytes('b'));
    await delivery.settle();
    expect(delivery.events.filter(({ kind }) => kind === 'throttled').map(({ atMs }) => atMs)).toEqual([0, 500, 1500, 3500]);
    expect(calls.map((each) => [textOf(each), each.atMs])).toEqual([
      ['a', 0],
      ['b', 7500],
    ]);
  });

  test('throttled for more than five hours it is given up, and the failure destination hears of it', async () => {
    const notices: unknown[] = [];
    const alerts: DeployedFunction = {
      name: 'alerts',
      call: async (call) => (notices.push(JSON.parse(textOf(call))) > 0 ? fine : failing),
    };
    const { delivery, calls } = queue({ reservedConcurrency: 0, onFailure: 'alerts' }, [alerts]);
    delivery.enqueue('f', bytes('a'));
    await delivery.settle();
    expect(calls).toEqual([]);
    expect(notices).toMatchObject([{ requestPayload: 'a', requestContext: { functionArn: expect.stringContaining('functions/f') } }]);
    const given = delivery.events.find(({ kind }) => kind === 'given-up');
    expect(given?.atMs).toBeGreaterThan(3 * hourMs);
    expect(given?.atMs).toBeLessThanOrEqual(5 * hourMs);
  });

  test.each([0, 2, undefined])(
    'a failure is repeated %s times, the platform’s own being three, then given up',
    async (maxAsyncRetryAttempts) => {
      const { delivery, calls } = queue({ maxAsyncRetryAttempts, call: async () => failing });
      delivery.enqueue('f', bytes('a'));
      await delivery.settle();
      expect(calls.map(({ attempt }) => attempt)).toEqual(
        Array.from({ length: (maxAsyncRetryAttempts ?? 3) + 1 }, (_, index) => index + 1),
      );
      expect(delivery.count('given-up', 'f')).toBe(1);
    },
  );

  test('a message that is too old when it arrives is dropped without a word', async () => {
    const { delivery, calls } = queue({ maxAsyncEventAgeMs: hourMs, onFailure: 'f', arrivals: () => [hourMs + 1] });
    delivery.enqueue('f', bytes('a'));
    await delivery.settle();
    expect(calls).toEqual([]);
    expect(delivery.events.map(({ kind }) => kind)).toEqual(['accepted', 'too-old']);
  });

  test('executions that overlap in virtual time overlap for real', async () => {
    let inside = 0;
    let most = 0;
    const call = async (): Promise<CallResult> => {
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      return fine;
    };
    const { delivery } = queue({ call, arrivals: () => [0, 0] });
    delivery.enqueue('f', bytes('a'));
    await delivery.settle();
    expect(most).toBe(2);
  });

  test('a task id is taken once for each function', () => {
    const { delivery } = queue({}, [{ name: 'g', call: async () => fine }]);
    expect(['f', 'f', 'g'].map((name) => delivery.enqueue(name, bytes('{}'), 'one').taken)).toEqual([true, false, true]);
  });
});
