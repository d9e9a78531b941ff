import { type AlertName, alertId } from '../../journal/log/alerts.ts';
import type { Message } from '../../notify/message.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import { type OnceContext, type OnceTold, tellOnce } from '../telling/once.ts';

/**
 * Tells once that a freeze has begun: what it stops, and until when, on the channels for what is held. A freeze is of the whole policy, so it is told
 * once for all targets; one that stops nothing is told to nobody. What reached nobody is told by the next run. Gives what became of each.
 */
export async function tellFreezes(context: OnceContext & { readonly policy: CompiledPolicy }): Promise<readonly OnceTold[]> {
  const { policy, nowMs } = context;
  const channels = policy.tell['held'] ?? [];
  const told: OnceTold[] = [];
  if (channels.length === 0) return told;
  for (const { text, beginsMs, untilMs } of policy.warnings) {
    if (beginsMs === undefined || untilMs === undefined || nowMs < beginsMs || nowMs >= untilMs) continue;
    const name: AlertName = { account: 'policy', resource: `until-${untilMs}`, expiresAtMs: beginsMs, step: 'freeze' };
    const about = { severity: 'warning', title: 'A freeze has begun', text, data: { beginsMs, untilMs } } as const;
    const message: Message = { id: alertId(name), timeMs: nowMs, ...about };
    told.push(await tellOnce(name, channels, message, context));
  }
  return told;
}
