import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Action, Reason } from '../../shared/engine/decision.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { Workstation, WorkstationSession } from '../../shared/fleet/workstation.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { powerSetting } from './past.ts';
import type { CompiledPowerRule } from './power-rule.ts';
import { reason } from './reasons.ts';
import type { Wish } from './wish.ts';

/** How a workstation is to be switched, and what is to be said about it. `forbidden`: why it must not be. */
export interface Switching {
  readonly action?: Action;
  readonly because: readonly Reason[];
  readonly forbidden?: Reason;
}

/**
 * The call that brings a workstation to where it is wanted: always one id, never `Force`, which can lose data (API notes, StopWuyingServer).
 * Stopping under sessions is disruptive; without any it lowers only.
 */
export function switchingOf(workstation: Workstation, wish: Wish, rule: CompiledPowerRule, context: PlanContext): Switching {
  const because = [why(wish, rule, context), ...money(workstation, wish)];
  const { id, sessions } = workstation;
  const base = {
    key: `power ${wish.power}`,
    input: { WuyingServerIdList: [id] },
    change: [{ field: 'power', from: wish.power === 'on' ? 'off' : 'on', to: wish.power }],
    writes: { setting: powerSetting, value: wish.power },
    ...(rule.atOnce === undefined ? {} : { atOnce: rule.atOnce }),
  };
  if (wish.power === 'on') {
    return { action: { ...base, operation: 'StartWuyingServer', effect: 'write', restores: 'capacity' }, because };
  }
  if (sessions === undefined) {
    return { because, forbidden: reason('sessions-unknown', 'whether somebody has a session here cannot be told, so it is not stopped') };
  }
  const action: Action = {
    ...base,
    operation: 'StopWuyingServer',
    effect: sessions.length > 0 ? 'disruptive' : 'write',
    ...(sessions.length > 0 ? { harms: ['stop', 'cut'] } : { harms: ['stop'], planned: true }),
    sessionsAtRisk: sessions.length,
  };
  if (sessions.length === 0 || !rule.stopOnlyWithoutSession) return { action, because };
  const text = `${people(sessions, context)}; it is stopped once nobody is there`;
  return { action, because, forbidden: reason('in-use', text, { ...waiting, sessions: sessions.length }) };
}

function why({ power, stepMs, kept }: Wish, { schedule = '' }: CompiledPowerRule, context: PlanContext): Reason {
  if (kept !== undefined) return reason('schedule-on', `${keptText(kept, context)}; it is stopped`, { because: kept.because });
  const since = stepMs === undefined ? '' : ` since ${localText(stepMs, context)}`;
  return power === 'on'
    ? reason('schedule-on', `schedule ${schedule} wants it on${since}, and it is stopped`, { schedule })
    : reason('schedule-off', `schedule ${schedule} wants it off${since}, and it runs`, { schedule });
}

/** Until when an exception keeps a workstation on, and why. */
export function keptText({ untilMs, because }: NonNullable<Wish['kept']>, context: PlanContext): string {
  return `an exception keeps it on until ${localText(untilMs, context)}: ${because}`;
}

/** What can be said about money: whether stopping a subscription saves any is not documented, likely not (API notes, Workstations). */
function money({ charge }: Workstation, { power }: Wish): readonly Reason[] {
  if (charge === 'subscription') {
    return power === 'on' ? [] : [reason('saves-nothing', 'it is a subscription, so stopping it saves no money')];
  }
  return [
    reason('no-price', `the service gives no price for workstations, so ${power === 'on' ? 'the cost' : 'a saving'} is not estimated`),
  ];
}

function people(sessions: readonly WorkstationSession[], context: PlanContext): string {
  const [first] = sessions;
  const who = first?.user ?? 'somebody whom the service does not name';
  const others = sessions.length === 1 ? '' : ` and ${sessions.length - 1} more`;
  const since = first?.startedAtMs === undefined ? '' : ` since ${localText(first.startedAtMs, context)}`;
  return `${who}${others} ${sessions.length === 1 ? 'has' : 'have'} a session here${since}`;
}
