import { highestLevel } from '../../../functions/scale-on-schedule/levels.ts';
import { planner } from '../../../functions/scale-on-schedule/plan.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import { mapDeliveryGroup } from '../../../shared/fleet/map-delivery-group.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import type { ActDecision, Decision } from '../../../shared/planning/decision.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { guard } from '../../engine/guard-fixture.ts';
import { dayMs, minuteMs } from '../../fixtures/times.ts';
import { applied, type Fields } from './applied-row.ts';

const shanghaiMs = 8 * 3_600_000;

/** Nodes that a row of the service gives at an instant: by the clock of Shanghai, and by usage as many as it may. */
function nodesAt(row: Fields, atMs: number): number {
  const [pool] = row.NodePool as [Fields];
  if (pool.StrategyType === 'NODE_FIXED') return pool.NodeAmount as number;
  if (pool.StrategyType === 'NODE_SCALING_BY_USAGE') return (pool.NodeAmount as number) + (pool.MaxScalingAmount as number);
  const local = new Date(atMs + shanghaiMs);
  const date = local.toISOString().slice(0, 10);
  if ((pool.StrategyEnableDate as string) > date || (pool.StrategyDisableDate as string) <= date) return 0;
  const clock = local.toISOString().slice(11, 16);
  const weekday = local.getUTCDay() || 7;
  for (const { RecurrenceValues, TimerPeriods } of pool.RecurrenceSchedules as { RecurrenceValues: number[]; TimerPeriods: Fields[] }[]) {
    if (!RecurrenceValues.includes(weekday)) continue;
    const period = TimerPeriods.find(({ StartTime, EndTime }) => (StartTime as string) <= clock && clock < (EndTime as string));
    if (period) return period.Amount as number;
  }
  return 0;
}

/** The most nodes that a row gives at any time of its week. */
function levelIn(row: Fields): number {
  const [pool] = row.NodePool as [Fields];
  if (pool.StrategyType !== 'NODE_SCALING_BY_SCHEDULE') return nodesAt(row, 0);
  const recurrences = pool.RecurrenceSchedules as { TimerPeriods: { Amount: number }[] }[];
  return Math.max(0, ...recurrences.flatMap(({ TimerPeriods }) => TimerPeriods.map(({ Amount }) => Amount)));
}

/** Somebody sets the tag that carries the peak, or pushes a policy. */
export interface Event {
  readonly atMs: number;
  readonly peak?: { readonly group: number; readonly value: string };
  readonly policy?: CompiledPolicy;
}

/** What a fleet went through: its nodes at each look, and what each run decided. */
export interface Played {
  /** By group, at every look. */
  readonly nodes: readonly (readonly number[])[];
  /** The highest level that each group had until then, by group, at every look. */
  readonly highest: readonly (readonly number[])[];
  /** By run: when, and the decisions as the guard left them. */
  readonly runs: readonly { readonly atMs: number; readonly decisions: readonly Decision[] }[];
  /** Nodes beyond the highest level of each group that were added, by run. */
  readonly added: readonly { readonly atMs: number; readonly nodes: number }[];
}

/** One way a fleet may go: a run every half hour, a look every ten minutes, the journal as a run keeps it. */
export function play(input: {
  readonly rows: readonly Fields[];
  readonly policy: CompiledPolicy;
  /** What is laid over every policy. */
  readonly fence: Pick<CompiledPolicy, 'limits'> & Partial<Pick<CompiledPolicy, 'freezes'>>;
  readonly events: readonly Event[];
  /** Nodes that people are on, as far as there are any. */
  readonly demand: (group: number, atMs: number) => number;
  readonly fromMs: number;
  readonly days: number;
}): Played {
  const { fence, demand, fromMs, days } = input;
  const rows = [...input.rows];
  let policy = input.policy;
  const events = [...input.events].sort((a, b) => a.atMs - b.atMs);
  const external = new Map<string, { value: string; sinceMs: number }>();
  const values = new Map<string, WrittenValue>();
  const done: { atMs: number; decision: ActDecision }[] = [];
  const played = {
    nodes: rows.map((): number[] => []),
    highest: rows.map((): number[] => []),
    runs: [] as Played['runs'][number][],
    added: [] as Played['added'][number][],
  };
  const written: IntentView = {
    values: (id, setting) => {
      const value = values.get(`${id} ${setting}`);
      return value ? [value] : [];
    },
    external: (id, setting) => external.get(`${id} ${setting}`),
  };
  for (let minute = 0; minute < days * 1440; minute += 10) {
    const nowMs = fromMs + minute * minuteMs;
    for (const [at, row] of rows.entries()) {
      played.nodes[at]?.push(nodesAt(row, nowMs));
      played.highest[at]?.push(Math.max(levelIn(row), played.highest[at]?.at(-1) ?? 0));
    }
    while (events[0] && events[0].atMs <= nowMs) {
      const { peak, policy: pushed } = events.shift() as Event;
      const row = peak && rows[peak.group];
      if (peak && row) rows[peak.group] = { ...row, Tags: [{ Key: 'peak-nodes', Value: peak.value }] };
      policy = pushed ?? policy;
    }
    if (minute % 30 === 0) run(nowMs);
  }
  return played;

  function run(nowMs: number): void {
    const fenced: CompiledPolicy = { ...policy, limits: fence.limits, freezes: fence.freezes ?? [] };
    const target = fenced.targets.office;
    if (target === undefined) throw new Error('the policy has no target office');
    const context: PlanContext = { policy: fenced, target, nowMs, written, facts: { nodePricePerHour: () => undefined } };
    const groups = rows.map((row, at) => seen(row, Math.min(nodesAt(row, nowMs), demand(at, nowMs)), nowMs));
    const byId = new Map(groups.map((group) => [group.id, group]));
    const planned = groups.map((group) => planner.decide(group, context));
    const lately = done.filter(({ atMs }) => atMs > nowMs - dayMs);
    const byRule = new Map<string, number>();
    for (const { rule } of planned) if (rule !== null) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
    const decisions = guard(planned, {
      ...{ functionName: 'scale-on-schedule', policy: fenced, target, nowMs, nodesAddedElsewhere: 0, byRule },
      nodes: groups.reduce((sum, group) => sum + highestLevel(group, context), 0),
      totals: { observed: groups.length, announced: groups.length, complete: true },
      counts: {
        actions: lately.length,
        sessions: lately.reduce((sum, { decision }) => sum + (decision.action.sessionsCut ?? decision.action.sessionsAtRisk ?? 0), 0),
        nodesAdded: lately.reduce((sum, { decision }) => sum + (decision.action.nodesAdded ?? 0), 0),
        harmedWith: (rule, harm, ids) => {
          const harmed = lately.filter(({ decision: { rule: its, action } }) => {
            return its === rule && [...(action.harms ?? []), ...(action.harmsLater ?? [])].some((each) => each === harm);
          });
          return new Set([...harmed.map(({ decision }) => decision.resource.id), ...ids]).size;
        },
      },
      resourceOf: (id) => byId.get(id),
      sessionUsersOf: () => [],
      tagFirstSeenMs: () => undefined,
    });
    for (const { resource, sighted = [] } of planned) {
      for (const { setting, value } of sighted) {
        const key = `${resource.id} ${setting}`;
        if (external.get(key)?.value !== value) external.set(key, { value, sinceMs: nowMs });
      }
    }
    let added = 0;
    for (const decision of decisions) {
      if (decision.verdict !== 'act') continue;
      const at = groups.findIndex(({ id }) => id === decision.resource.id);
      rows[at] = applied(rows[at] as Fields, decision.action);
      const { setting, value } = decision.action.writes;
      values.set(`${decision.resource.id} ${setting}`, { value, atMs: nowMs, outcome: 'done' });
      done.push({ atMs: nowMs, decision });
      added += decision.action.nodesAdded ?? 0;
    }
    if (added > 0) played.added.push({ atMs: nowMs, nodes: added });
    played.runs.push({ atMs: nowMs, decisions });
  }
}

/** The row as the service shows it while so many nodes are in use. */
function seen(row: Fields, used: number, nowMs: number): DeliveryGroup {
  const [pool] = row.NodePool as [Fields];
  const scaling = pool.StrategyType === 'NODE_SCALING_BY_SCHEDULE';
  const counts = scaling
    ? { NodeAmount: 0, NodeUsed: 0, ScalingNodeAmount: nodesAt(row, nowMs), ScalingNodeUsed: used }
    : { NodeUsed: used, ScalingNodeAmount: 0, ScalingNodeUsed: 0 };
  const group = mapDeliveryGroup({ ...row, NodePool: [{ ...pool, ...counts }] } as never);
  if (group === undefined) throw new Error('a row without an id');
  return group;
}
