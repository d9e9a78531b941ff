import type { Charge, DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { Level } from '../../shared/policy/compiled.ts';
import { mostNodes } from '../../shared/policy/values/level.ts';
import { groupedBy } from './grouped.ts';
import { roundShares } from './percent.ts';
import { constantSchedule, periodsOf, type ScheduleDraft, timesKey, weekSchedule } from './schedule-draft.ts';
import type { Shape } from './shape.ts';

/** What 100 % means in a rule: the tag and what counts without it, or extra nodes. */
export type PeakDraft = { readonly tag: string; readonly otherwise?: number; readonly atMost: number } | { readonly extraNodes: number };

/** A group with what a rule has to ask for so that it stays as it is. */
export interface ShapedGroup {
  readonly group: DeliveryGroup;
  readonly charge: Charge;
  readonly shape: Shape;
  /** False: a rule may match it, and none is written for it alone. */
  readonly serving: boolean;
}

/** Everything that one rule can ask for, and the groups that it would leave as they are. */
export interface Demand {
  /** The same for the same demand; orders demands of equal size. */
  readonly key: string;
  readonly charge: Charge;
  readonly schedule: ScheduleDraft;
  readonly method: 'service-schedule' | 'fixed' | 'usage';
  readonly peak?: PeakDraft;
  /** Ids of groups that need this rule. */
  readonly members: ReadonlySet<string>;
  /** Ids of groups that this rule may match besides: it leaves them as they are too. */
  readonly welcome: ReadonlySet<string>;
}

/** How the peak of a group can be told: by its tag, by the rule alone, or by neither, so that counts are written. */
type PeakKind = 'tagged' | 'untagged' | 'counts';

interface Want {
  readonly id: string;
  readonly serving: boolean;
  readonly charge: Charge;
  readonly schedule: ScheduleDraft;
  readonly method: Demand['method'];
  readonly peak?: WantedPeak;
  /** The highest count of its week; 0 where none is asked by a tag. */
  readonly highest: number;
}

/** A peak before it is known which groups come under the rule. */
type WantedPeak = { readonly tag: string; readonly otherwise?: number } | { readonly extraNodes: number };

/**
 * What the groups ask for, the demands of most groups first. A group whose tag says its peak comes under a rule that serves groups without the
 * tag too, where there is one. `groups` in ascending order of ids give the same demands in the same order.
 */
export function demandsOf(groups: readonly ShapedGroup[], peakTag: string): Demand[] {
  const wants = [...groups.flatMap(constantWant), ...weekWants(groups, peakTag)];
  const tagged = groupedBy(wants.filter(isTagged), ({ schedule }) => schedule.key);
  const byKey = groupedBy(wants, ({ charge, method, peak, schedule }) => JSON.stringify([charge, method, peak ?? null, schedule.key]));
  const bySize = [...byKey].sort(([a, aList], [b, bList]) => bList.length - aList.length || (a < b ? -1 : 1));
  const hosts = new Set<string>();
  const demands = bySize.flatMap(([key, list]) => {
    const want = list[0] as Want;
    if (isTagged(want)) return [];
    const alike = want.peak !== undefined && 'otherwise' in want.peak ? (tagged.get(want.schedule.key) ?? []) : [];
    const isHost = alike.length > 0 && !hosts.has(want.schedule.key);
    hosts.add(want.schedule.key);
    return [demandOf(key, want, isHost ? [...list, ...alike] : list, isHost ? [] : alike)];
  });
  for (const [key, list] of byKey) {
    const want = list[0] as Want;
    if (isTagged(want) && !hosts.has(want.schedule.key)) demands.push(demandOf(key, want, list, []));
  }
  return demands.filter(({ members }) => members.size > 0).sort((a, b) => b.members.size - a.members.size || (a.key < b.key ? -1 : 1));
}

/** `list` needs the rule; `alike` it would leave as they are too. */
function demandOf(key: string, { charge, schedule, method, peak }: Want, list: readonly Want[], alike: readonly Want[]): Demand {
  const idle = list.filter(({ serving }) => !serving);
  return {
    ...{ key, charge, schedule, method },
    ...(peak === undefined
      ? {}
      : { peak: 'tag' in peak ? { ...peak, atMost: Math.max(...[...list, ...alike].map(({ highest }) => highest)) } : peak }),
    members: new Set(list.filter(({ serving }) => serving).map(({ id }) => id)),
    welcome: new Set([...idle, ...alike].map(({ id }) => id)),
  };
}

/** Whether the tag alone says what the peak is. */
function isTagged({ peak }: Pick<Want, 'peak'>): boolean {
  return peak !== undefined && 'tag' in peak && peak.otherwise === undefined;
}

function constantWant({ group, charge, shape, serving }: ShapedGroup): Want[] {
  if (shape.kind === 'week') return [];
  const base = { id: group.id, serving, charge, schedule: constantSchedule(shape.nodes), highest: 0 };
  if (shape.kind === 'extra') return [{ ...base, method: 'usage', peak: { extraNodes: shape.nodes } }];
  return [{ ...base, method: shape.kind }];
}

function weekWants(groups: readonly ShapedGroup[], peakTag: string): Want[] {
  const weeks = groups.flatMap(({ group, charge, shape, serving }) => {
    if (shape.kind !== 'week') return [];
    const { week, highest } = shape;
    const amounts = periodsOf(week).map(({ amount }) => amount);
    return [{ id: group.id, charge, serving, week, peak: highest, amounts, kind: peakKind(group, highest, peakTag) }];
  });
  return [...groupedBy(weeks, ({ week }) => timesKey(week)).values()].flatMap((list) => {
    const inCounts = (each: (typeof list)[number]) =>
      wantOf(
        each,
        each.amounts.map((nodes) => ({ nodes })),
      );
    const counted = list.filter(({ kind }) => kind === 'counts').map(inCounts);
    const { clusters, odd } = roundShares(list.filter(({ kind }) => kind !== 'counts'));
    const shares = clusters.flatMap(({ percents, members }) =>
      members.map((each) =>
        wantOf(
          each,
          percents.map((percent) => ({ percent })),
          each.kind === 'tagged' ? { tag: peakTag } : { tag: peakTag, otherwise: each.peak },
        ),
      ),
    );
    return [...counted, ...odd.map(inCounts), ...shares];
  });
}

function wantOf(
  {
    id,
    serving,
    charge,
    week,
    peak: highest,
  }: Pick<Want, 'id' | 'serving' | 'charge'> & {
    readonly week: Parameters<typeof weekSchedule>[0];
    readonly peak: number;
  },
  levels: readonly Level[],
  peak?: WantedPeak,
): Want {
  const schedule = weekSchedule(week, levels);
  return { id, serving, charge, schedule, method: 'service-schedule', highest, ...(peak === undefined ? {} : { peak }) };
}

/**
 * A group whose tag says something else than the highest count of its week, or whose tags are unknown, gets a schedule in counts: a rule that
 * asked the tag would change it, or hold.
 */
function peakKind({ tags }: DeliveryGroup, highest: number, peakTag: string): PeakKind {
  if (tags === undefined) return 'counts';
  if (!Object.hasOwn(tags, peakTag)) return 'untagged';
  return highest <= mostNodes && tags[peakTag] === String(highest) ? 'tagged' : 'counts';
}
