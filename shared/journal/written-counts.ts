import { createHash } from 'node:crypto';
import type { EpochMs } from '../client/clock.ts';
import type { IntentOutcome } from './written-record.ts';

/** The stretch that rolling limits look back over, in milliseconds. */
export const rollingMs = 24 * 60 * 60 * 1000;

/** What was done within the 24 hours before an instant, for the rolling limits. */
export interface RollingCounts {
  readonly actions: number;
  /** Connected sessions that those actions ended. */
  readonly sessions: number;
  /** Nodes that they added beyond the highest level of each group in 30 days. */
  readonly nodesAdded: number;
  /** How many distinct resources were harmed in one way under a rule, with these ones. */
  harmedWith(rule: string, harm: string, ids: Iterable<string>): number;
}

/** The counts where nothing was done. */
export const noCounts: RollingCounts = {
  ...{ actions: 0, sessions: 0, nodesAdded: 0 },
  harmedWith: (_rule, _harm, ids) => new Set([...ids].map(wholeIdOf)).size,
};

/** One act as it was meant: what limits count of it. `harmed`: see `harmKey`. */
type OpenAct = readonly [resource: string, setting: string, sessions: number, nodes?: number, harmed?: readonly string[]];

/** The acts of one `intents` record. Those whose outcome is known shrink to what limits count. */
export interface Acts {
  readonly target: string;
  readonly atMs: EpochMs;
  /** Acts without an outcome: they count as if they had run. */
  readonly open: readonly OpenAct[];
  /** Those that ran, or may have. `harmed`: by kind of harm and rule a mark for each resource, one behind the other. */
  readonly ran: {
    readonly actions: number;
    readonly sessions: number;
    readonly nodes?: number | undefined;
    readonly harmed?: Readonly<Record<string, string>> | undefined;
  };
}

/** An act before its outcome is known. */
export function openAct(intent: {
  readonly resource: string;
  readonly setting: string;
  readonly sessions: number;
  readonly nodes?: number | undefined;
  readonly rule?: string | undefined;
  readonly harms?: readonly string[] | undefined;
}): OpenAct {
  const { resource, setting, sessions, nodes = 0, rule = '', harms = [] } = intent;
  if (nodes === 0 && harms.length === 0) return [resource, setting, sessions];
  return [resource, setting, sessions, nodes, harms.map((harm) => harmKey(rule, harm))];
}

/** One name for a kind of harm and the rule under which it is done. */
function harmKey(rule: string, harm: string): string {
  return `${harm} ${rule}`;
}

/** The target of acts of which is not known whose they were: they count for each. */
export const everyTarget = '';

/** As many acts as no limit allows. */
export const unknownActs = 1_000_000;

/** Length of a mark, in characters of six bits. */
const markLength = 8;

/** The id of the resource of the fleet by which an id counts: a part is named `<resource>/<part>`, and its resource stands for it. */
export function wholeIdOf(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? id : id.slice(0, slash);
}

/** Stands for a resource in counts: a day of a hundred thousand acts fits into a snapshot then. Two resources share one by a rare accident. */
function markOf(resource: string): string {
  return createHash('sha256').update(wholeIdOf(resource)).digest('base64url').slice(0, markLength);
}

/** Acts after outcomes became known. An act that certainly did not run, or had nothing to do, counts no more. */
export function settleActs(acts: Acts, outcomes: Iterable<{ resource: string; setting: string; outcome: IntentOutcome }>): Acts {
  const open = new Map(acts.open.map((act) => [JSON.stringify([act[0], act[1]]), act]));
  let { actions, sessions, nodes = 0, harmed = {} } = acts.ran;
  for (const { resource, setting, outcome } of outcomes) {
    const key = JSON.stringify([resource, setting]);
    const act = open.get(key);
    open.delete(key);
    if (!act || (outcome !== 'done' && outcome !== 'unknown')) continue;
    actions += 1;
    sessions += act[2];
    nodes += act[3] ?? 0;
    for (const name of act[4] ?? []) harmed = { ...harmed, [name]: `${harmed[name] ?? ''}${markOf(resource)}` };
  }
  return {
    ...acts,
    open: [...open.values()],
    ran: { actions, sessions, ...(nodes > 0 ? { nodes } : {}), ...(Object.keys(harmed).length > 0 ? { harmed } : {}) },
  };
}

/** What was done for a target in `(now − 24 h, now]`; what lies in the future of a slow clock counts too. */
export function countsOf(all: Iterable<Acts>, target: string, nowMs: EpochMs): RollingCounts {
  const within = [...all].filter((acts) => (acts.target === target || acts.target === everyTarget) && acts.atMs > nowMs - rollingMs);
  const sum = (of: (acts: Acts) => number): number => within.reduce((total, acts) => total + of(acts), 0);
  return {
    actions: sum(({ open, ran }) => open.length + ran.actions),
    sessions: sum(({ open, ran }) => open.reduce((total, [, , sessions]) => total + sessions, ran.sessions)),
    nodesAdded: sum(({ open, ran }) => open.reduce((total, [, , , nodes = 0]) => total + nodes, ran.nodes ?? 0)),
    harmedWith(rule, harm, ids) {
      const name = harmKey(rule, harm);
      const marks = new Set<string>();
      for (const { open, ran } of within) {
        for (const [resource, , , , harmed] of open) if (harmed?.includes(name)) marks.add(markOf(resource));
        const known = ran.harmed?.[name] ?? '';
        for (let at = 0; at < known.length; at += markLength) marks.add(known.slice(at, at + markLength));
      }
      for (const id of ids) marks.add(markOf(id));
      return within.some((acts) => acts.target === everyTarget) ? unknownActs : marks.size;
    },
  };
}
