import type { PlanContext } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { Workstation, WorkstationSession } from '../../shared/fleet/workstation.ts';
import { type IntentView, notShownYet, type WrittenValue } from '../../shared/journal/intents/intent-view.ts';
import type { Action, Decision, Reason } from '../../shared/planning/decision.ts';
import { localText } from '../../shared/planning/local-time.ts';
import type { CompiledPowerRule } from './compiled-rule.ts';
import type { DesiredState, Power } from './desired-state.ts';
import { reason } from './reasons.ts';

/** A decision, and whether the workstation is on its way because of us. */
export interface Verdict {
  readonly decision: Decision;
  readonly underWay: boolean;
}

/** So long may a workstation take to start or stop: longer is a failure. */
const reachMs = 15 * 60_000;

const verb: Readonly<Record<Power, string>> = { on: 'start', off: 'stop' };

/** Compares what is wanted with what is there and with what the journal says, and decides. */
export function verdictOn(
  workstation: Workstation,
  desired: DesiredState,
  rule: CompiledPowerRule,
  resource: ResourceRef,
  context: PlanContext,
): Verdict {
  const base = { rule: rule.name, resource };
  const keep = (...because: readonly Reason[]): Verdict => ({ decision: { ...base, verdict: 'keep', because }, underWay: false });
  const hold = (because: readonly Reason[], action?: Action): Verdict => ({
    decision: { ...base, verdict: 'hold', because, ...(action === undefined ? {} : { action }) },
    underWay: false,
  });
  const { written, nowMs } = context;
  const { id, status } = workstation;
  const state = powerState(workstation);
  if (state === undefined) {
    const text =
      status === undefined ? 'the answer did not name its status' : `its status is ${status}, from which it is neither started nor stopped`;
    return hold([reason('status', `${text}; it is left alone`, { status })]);
  }
  const asked = (power: Power, last: WrittenValue): Verdict => {
    const text = `it was asked to ${verb[power]} at ${localText(last.atMs, context)} and is ${status}`;
    const data = { status, askedAtMs: last.atMs };
    if (nowMs - last.atMs < reachMs) return { ...keep(reason('in-transit', text, data)), underWay: true };
    return hold([reason('not-reached', `${text} after more than 15 minutes; look at it in the console`, data)]);
  };

  if (state.kind === 'moving') {
    const last = askedFor(state.power, id, written);
    return last === undefined
      ? hold([reason('moved-by-others', `it is ${status}, and not because of us`, { status })])
      : asked(state.power, last);
  }
  const lately = notShownYet(written.values(id, powerSetting), nowMs);
  if (state.power === desired.power) {
    const text = desired.kept === undefined ? `it is ${desired.power} as schedule ${rule.schedule} wants` : keptText(desired.kept, context);
    // From before our own call to the contrary, perhaps: what shows later would be laid to a person.
    if (lately !== undefined && lately.value !== desired.power) return keep(reason('as-wanted', `${text}; what is read may be older`));
    return keep(reason('as-wanted', text), sightedAsWanted(desired));
  }
  const { action, because, forbidden } = switchingOf(workstation, desired, rule, context);
  // What is read may be older than what we asked for.
  if (lately?.value === desired.power && lately.atMs >= (desired.sinceMs ?? Number.NEGATIVE_INFINITY)) return asked(desired.power, lately);
  if (wasAsWanted(id, desired, written))
    return hold([byPerson(state.power, desired, context), sightedAsWanted(desired), ...because], action);
  const last = askedFor(desired.power, id, written);
  // What was asked before the last step is answered for; an unclear outcome leaves the call to be made again, which changes nothing if it ran.
  if (last?.outcome === 'done' && last.atMs >= (desired.sinceMs ?? Number.NEGATIVE_INFINITY)) return asked(desired.power, last);
  if (forbidden !== undefined) return hold([forbidden, ...because], action);
  return action === undefined ? hold(because) : { decision: { ...base, verdict: 'act', because, action }, underWay: false };
}

function byPerson(observed: Power, { untilMs }: DesiredState, context: PlanContext): Reason {
  const until = untilMs === undefined ? 'the schedule has no further step, so it stands' : `it stands until ${localText(untilMs, context)}`;
  const text = `a person has ${observed === 'on' ? 'started' : 'stopped'} it; ${until}`;
  return reason('manual-change', text, { setting: powerSetting, value: observed, untilMs: untilMs ?? null });
}

/** How a workstation is to be switched, and what is to be said about it. `forbidden`: why it must not be. */
interface Switching {
  readonly action?: Action;
  readonly because: readonly Reason[];
  readonly forbidden?: Reason;
}

/**
 * The call that brings a workstation to where it is wanted: always one id, never `Force`, which can lose data (service notes, Workstations).
 * Stopping under sessions is disruptive; without any it lowers only.
 */
function switchingOf(workstation: Workstation, desired: DesiredState, rule: CompiledPowerRule, context: PlanContext): Switching {
  const because = [why(desired, rule, context), ...money(workstation, desired)];
  const { id, sessions } = workstation;
  const base = {
    key: `power ${desired.power}`,
    input: { WuyingServerIdList: [id] },
    change: [{ field: 'power', from: desired.power === 'on' ? 'off' : 'on', to: desired.power }],
    writes: { setting: powerSetting, value: desired.power },
    ...(rule.atOnce === undefined ? {} : { atOnce: rule.atOnce }),
  };
  if (desired.power === 'on') {
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

function why({ power, stepMs, kept }: DesiredState, { schedule = '' }: CompiledPowerRule, context: PlanContext): Reason {
  if (kept !== undefined) return reason('schedule-on', `${keptText(kept, context)}; it is stopped`, { because: kept.because });
  const since = stepMs === undefined ? '' : ` since ${localText(stepMs, context)}`;
  return power === 'on'
    ? reason('schedule-on', `schedule ${schedule} wants it on${since}, and it is stopped`, { schedule })
    : reason('schedule-off', `schedule ${schedule} wants it off${since}, and it runs`, { schedule });
}

/** Until when an exception keeps a workstation on, and why. */
function keptText({ untilMs, because }: NonNullable<DesiredState['kept']>, context: PlanContext): string {
  return `an exception keeps it on until ${localText(untilMs, context)}: ${because}`;
}

/** What can be said about money: whether stopping a subscription saves any is not documented, likely not (service notes, Workstations). */
function money({ charge }: Workstation, { power }: DesiredState): readonly Reason[] {
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

/** The setting that power-workstations writes, as the journal names it; its values are `on` and `off`. */
const powerSetting = 'power';

/** The setting under which the journal keeps in which stretch a workstation was last seen as wanted. */
const seenSetting = 'power-seen';

/** The name of a stretch between two steps, with what is wanted in it. Another stretch, or another desired state, has another name. */
function stretchName({ power, sinceMs }: DesiredState): string {
  return `${power} since ${sinceMs === undefined ? 'ever' : sinceMs}`;
}

/**
 * Reports that a workstation was seen as wanted in this stretch, which the journal keeps: what differs later in the same stretch was done by
 * somebody else. To be repeated as long as the stretch lasts.
 */
function sightedAsWanted(desired: DesiredState): Reason {
  const text = desired.sinceMs === undefined ? 'seen as wanted' : 'seen as wanted since the last step of the schedule';
  return reason('sighted', text, { setting: seenSetting, value: stretchName(desired) });
}

/** Whether a run has seen the workstation as wanted in this very stretch. */
function wasAsWanted(id: string, desired: DesiredState, written: IntentView): boolean {
  return written.external(id, seenSetting)?.value === stretchName(desired);
}

/**
 * The last thing that we asked of a workstation, where it is this and may have been carried out; undefined where it was something else, was
 * refused, or was seen settled since, so that what goes on now is not ours.
 */
function askedFor(power: Power, id: string, written: IntentView): WrittenValue | undefined {
  const last = written.values(id, powerSetting).at(-1);
  if (last?.value !== power || last.outcome === 'failed') return undefined;
  const seen = written.external(id, seenSetting);
  return seen !== undefined && seen.sinceMs > last.atMs ? undefined : last;
}

/**
 * What a status says about power: it is on or off, or on its way there. Undefined: neither started nor stopped from it. No list of states is
 * published, so whatever is not named here is left alone (service notes, States).
 */
type PowerState = { readonly kind: 'settled' | 'moving'; readonly power: Power };

const states: ReadonlyMap<string, PowerState> = new Map([
  ['RUNNING', { kind: 'settled', power: 'on' }],
  ['STOPPED', { kind: 'settled', power: 'off' }],
  ['STARTING', { kind: 'moving', power: 'on' }],
  ['STOPPING', { kind: 'moving', power: 'off' }],
]);

/** The power of a workstation as observed; undefined where its status is missing or another. */
function powerState({ status }: Workstation): PowerState | undefined {
  return status === undefined ? undefined : states.get(status);
}
