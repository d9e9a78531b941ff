import { KeyRing, publishedKey } from '../../simulator/front/keys.ts';
import { Delivery, type DeliveryOptions } from '../../simulator/invocations/delivery.ts';
import type { DeployedFunction } from '../../simulator/invocations/deployed.ts';
import { type InvocationFront, type InvocationFrontOptions, startInvocationFront } from '../../simulator/invocations/front.ts';

/** The account whose functions are invoked. */
export const deployer = '5000000000000001';

/** A time of its own, in which nothing passes by itself. */
export function standingTime(startMs: number) {
  let nowMs = startMs;
  return {
    get nowMs() {
      return nowMs;
    },
    advanceTo(toMs: number) {
      nowMs = Math.max(nowMs, toMs);
    },
  };
}

export interface InvocationPlace {
  readonly front: InvocationFront;
  readonly delivery: Delivery;
  readonly keys: { readonly accessKeyId: string; readonly accessKeySecret: string };
  close(): Promise<void>;
}

/** A front with functions behind it. */
export async function invocationPlace(
  functions: readonly DeployedFunction[],
  more: Partial<Pick<DeliveryOptions, 'arrivals' | 'time'>> & Pick<InvocationFrontOptions, 'denied' | 'nowMs'> = {},
): Promise<InvocationPlace> {
  const { arrivals, time = standingTime(0), denied, nowMs } = more;
  const delivery = new Delivery({ time, functions, arrivals });
  const ring = new KeyRing();
  const { accessKeyId, accessKeySecret } = publishedKey(deployer);
  ring.add({ accessKeyId, accessKeySecret, accountId: deployer });
  const front = await startInvocationFront({ keys: ring, delivery, denied, nowMs });
  return { front, delivery, keys: { accessKeyId, accessKeySecret }, close: () => front.close() };
}
