import type { InputOf } from '../../shared/client/operation.ts';
import type { getDebugAppInstance } from '../../shared/client/operations/get-debug-app-instance.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { minuteMs } from '../world/local-time.ts';
import { idText } from '../world/random.ts';
import { appIdOf } from './group-answer.ts';
import { instancesOf } from './instances.ts';
import { groupOf } from './lookup.ts';

/** For how long a debugging code is valid (service notes). */
const codeMs = 3 * minuteMs;

/** Hands out a one-time code and voids the one before it. */
function debugInstance(input: InputOf<typeof getDebugAppInstance>, context: HandlerContext): Record<string, unknown> {
  const { account, nowMs, requestId, world } = context;
  const group = groupOf(context, input.AppInstanceGroupId);
  if (!group.debug) throw new ServiceFault(world.assumptions.debugOffCode, `The delivery group ${group.id} is not in debug mode.`);
  const instance = instancesOf(group).find(({ node }) => node.state === 'ready');
  if (!instance) throw new ServiceFault('TryRegionBind.NoIdleAppInstance', 'No app instance is ready.');
  const code = idText(`${group.id} ${requestId}`, 32);
  account.debugCodes.set(group.id, { code, untilMs: nowMs + codeMs });
  return {
    AppId: appIdOf(group),
    AppInstanceGroupId: group.id,
    AppInstanceId: instance.id,
    AppVersion: '1.0.0',
    AuthCode: code,
    UserId: `debug-${account.id}`,
  };
}

/** Work inside a delivery group in debug mode. */
export const handlers: Readonly<Record<string, Handler>> = { GetDebugAppInstance: debugInstance };
