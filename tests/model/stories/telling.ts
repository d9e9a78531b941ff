import type { RenewalEffect } from '../../../functions/renew-before-expiry/run/effects.ts';
import type { Message } from '../../../shared/notify/message.ts';
import type { Way } from './chooser.ts';
import type { Process } from './process.ts';
import { checkMessage } from './truth.ts';
import type { World } from './world.ts';

/** The channels of every family. */
export const channels = ['money', 'oncall'] as const;

/** What can come of a message. */
export function tellWays(world: World, process: Process, effect: Extract<RenewalEffect, { type: 'tell' }>): readonly Way[] {
  const { message } = effect;
  const { name, deadChannels } = process;
  const tell = (): void => {
    checkMessage(world, process, message);
    const failed = effect.channels.filter((channel) => deadChannels.has(channel)).map((channel) => ({ channel, because: 'it is dead' }));
    // Without a channel it is in the log.
    const delivered = failed.length < effect.channels.length || effect.channels.length === 0;
    process.messages.push(message);
    if (delivered) process.unheard.delete(message.id);
    else if (message.severity === 'critical') process.unheard.add(message.id);
    if (delivered && effect.channels.length > 0) noteTold(world, message);
    process.hear({ value: { delivered, failed } });
  };
  const ways: Way[] = [{ what: `${name} tells: ${message.title}`, go: tell }];
  if (!world.may('dead-channel') || deadChannels.size > 0) return ways;
  for (const dead of [['money'], channels]) {
    const go = (): void => {
      for (const channel of dead) deadChannels.add(channel);
      tell();
    };
    ways.push({ what: `${dead.length === 1 ? 'the money channel is' : 'all channels are'} dead for ${name}`, costs: 'dead-channel', go });
  }
  return ways;
}

function noteTold(world: World, { id, data = {} }: Message): void {
  world.owed.delete(id);
  if (id.startsWith('orders/')) world.delivered.add(id);
  const { resource, expiresAtMs, step, state } = data;
  const index = typeof resource === 'string' ? Number(resource.slice(1)) : Number.NaN;
  if (!Number.isInteger(index) || typeof expiresAtMs !== 'number') return;
  const told = {
    ...{ resource: index, expiresAtMs },
    step: typeof step === 'string' ? step : undefined,
    state: typeof state === 'string' ? state : undefined,
  };
  const last = world.told.findLast((each) => each.resource === index && each.expiresAtMs === expiresAtMs);
  if (last?.step !== told.step || last?.state !== told.state) world.told.push(told);
}
