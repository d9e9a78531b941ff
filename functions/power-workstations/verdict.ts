import type { PlanContext } from '../../shared/engine/automation.ts';
import type { Action, Decision, Reason } from '../../shared/engine/decision.ts';
import type { ResourceRef } from '../../shared/fleet/resource.ts';
import type { Workstation } from '../../shared/fleet/workstation.ts';
import { notShownYet, type WrittenValue } from '../../shared/journal/written.ts';
import { localText } from '../../shared/planning/local-time.ts';
import { askedFor, powerSetting, sightedAsWanted, wasAsWanted } from './past.ts';
import type { CompiledPowerRule } from './power-rule.ts';
import { powerState } from './power-state.ts';
import { reason } from './reasons.ts';
import { keptText, switchingOf } from './switching.ts';
import type { Power, Wish } from './wish.ts';

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
  wish: Wish,
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
  if (state.power === wish.power) {
    const text = wish.kept === undefined ? `it is ${wish.power} as schedule ${rule.schedule} wants` : keptText(wish.kept, context);
    // From before our own call to the contrary, perhaps: what shows later would be laid to a person.
    if (lately !== undefined && lately.value !== wish.power) return keep(reason('as-wanted', `${text}; what is read may be older`));
    return keep(reason('as-wanted', text), sightedAsWanted(wish));
  }
  const { action, because, forbidden } = switchingOf(workstation, wish, rule, context);
  // What is read may be older than what we asked for.
  if (lately?.value === wish.power && lately.atMs >= (wish.sinceMs ?? Number.NEGATIVE_INFINITY)) return asked(wish.power, lately);
  if (wasAsWanted(id, wish, written)) return hold([byPerson(state.power, wish, context), sightedAsWanted(wish), ...because], action);
  const last = askedFor(wish.power, id, written);
  // What was asked before the last step is answered for; an unclear outcome leaves the call to be made again, which changes nothing if it ran.
  if (last?.outcome === 'done' && last.atMs >= (wish.sinceMs ?? Number.NEGATIVE_INFINITY)) return asked(wish.power, last);
  if (forbidden !== undefined) return hold([forbidden, ...because], action);
  return action === undefined ? hold(because) : { decision: { ...base, verdict: 'act', because, action }, underWay: false };
}

function byPerson(observed: Power, { untilMs }: Wish, context: PlanContext): Reason {
  const until = untilMs === undefined ? 'the schedule has no further step, so it stands' : `it stands until ${localText(untilMs, context)}`;
  const text = `a person has ${observed === 'on' ? 'started' : 'stopped'} it; ${until}`;
  return reason('manual-change', text, { setting: powerSetting, value: observed, untilMs: untilMs ?? null });
}
