import { parse } from 'yaml';
import type { Simulator } from '../../simulator/simulator.ts';
import type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
import { dayMs, hourMs } from '../fixtures/times.ts';
import { calendarOf, type PeopleCalendar, peopleWork } from './demo.ts';

/** What the policy wants of a group's capacity at an instant: nodes that are there, or a ceiling above those that were bought. */
export interface Wanted {
  readonly rule: string;
  readonly of: 'nodes' | 'ceiling';
  readonly count: number;
}

type Days = Readonly<Record<string, Readonly<Record<string, string>>>>;

interface Selector {
  readonly tags?: Readonly<Record<string, string | readonly string[]>>;
  readonly charge?: 'subscription' | 'pay-as-you-go';
  readonly firstSeen?: string;
}

interface Rule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups: Selector;
  readonly schedule: string;
  readonly peak?: { readonly tag?: string; readonly otherwise?: number; readonly atMost?: number; readonly extraNodes?: number };
}

interface Source {
  readonly targets: Readonly<Record<string, { readonly account: string; readonly regions: readonly string[] }>>;
  readonly schedules: Readonly<Record<string, Days>>;
  readonly exceptions: readonly {
    readonly groups: Selector;
    readonly from: string;
    readonly until: string;
    readonly keepAtLeast?: string;
  }[];
  readonly rules: { readonly 'scale-on-schedule': readonly Rule[] };
}

/**
 * What the text of a policy wants of each group, worked out from its words alone: by the wall clock of UTC+8, the days of `people-calendar` and
 * the tags that a group has now. It knows the words that the example policy uses, and shares no code with the planner.
 */
export class WantedCapacity {
  readonly #source: Source;

  /** @param text the policy's source */
  constructor(text: string) {
    this.#source = parse(text) as Source;
  }

  /** Undefined where no rule covers the group, or the group's peak cannot be told. @throws RangeError for a word that it does not know */
  of(group: DeliveryGroupEntity, atMs: number): Wanted | undefined {
    const target = Object.entries(this.#source.targets).find(
      ([, { account, regions }]) => account === group.account.id && regions.includes(group.region),
    );
    const rule =
      target &&
      this.#source.rules['scale-on-schedule'].find(
        ({ targets, groups }) => (!targets || targets.includes(target[0])) && selects(groups, group, atMs),
      );
    const peak = rule && peakOf(rule, group);
    if (!rule || peak === undefined) return undefined;
    const nodes = (level: string): number => {
      const [, number, unit] = /^(\d+)\s*(%|nodes?)$/.exec(level) ?? [];
      if (number === undefined) throw new RangeError(`the level '${level}' is not read here`);
      return unit === '%' ? Math.ceil((Number(number) * peak) / 100) : Number(number);
    };
    const level = levelAt(this.#source.schedules[rule.schedule] as Days, calendarOf(group.account.id), atMs);
    const kept = this.#source.exceptions.filter(
      ({ keepAtLeast, groups, from, until }) => keepAtLeast && selects(groups, group, atMs) && local(from) <= atMs && atMs < local(until),
    );
    const count = Math.max(nodes(level), ...kept.map(({ keepAtLeast }) => nodes(keepAtLeast as string)));
    return { rule: rule.name, of: rule.peak?.extraNodes === undefined ? 'nodes' : 'ceiling', count };
  }
}

/**
 * Gives every group exactly what its schedule wants, at the very instant, with nodes that are ready at once: what no engine can do that has to
 * ask the service and wait for nodes to boot.
 */
export function exactCapacity(wanted: WantedCapacity): (simulator: Simulator, nowMs: number) => void {
  return ({ world }, nowMs) => {
    for (const { groupList } of world.accounts.values()) {
      for (const group of groupList) {
        const want = wanted.of(group, nowMs);
        const [pool] = group.pools;
        if (!want || !pool) continue;
        const { settings } = pool;
        if (want.of === 'nodes') {
          if (settings.StrategyType === 'NODE_FIXED' && settings.NodeAmount === want.count) continue;
          pool.prepare({ StrategyType: 'NODE_FIXED', NodeAmount: want.count });
          pool.start(nowMs, true);
        } else if (settings.MaxScalingAmount !== want.count) {
          pool.setStrategy({ ...settings, StrategyType: 'NODE_SCALING_BY_USAGE', MaxScalingAmount: want.count }, nowMs);
        }
      }
    }
  };
}

const local = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);

function selects({ tags = {}, charge, firstSeen }: Selector, group: DeliveryGroupEntity, atMs: number): boolean {
  if (charge && charge !== (group.charge === 'PrePaid' ? 'subscription' : 'pay-as-you-go')) return false;
  if (firstSeen && !seenLongAgo(firstSeen, group, atMs)) return false;
  return Object.entries(tags).every(([key, values]) => [values].flat().includes(group.tags.get(key)?.value ?? ''));
}

/** Reads `over 72h ago`: the later of the group's creation and its tag `first-seen`. */
function seenLongAgo(text: string, group: DeliveryGroupEntity, atMs: number): boolean {
  const [, hours] = /^over (\d+)h ago$/.exec(text) ?? [];
  if (hours === undefined) throw new RangeError(`the age '${text}' is not read here`);
  const tag = group.tags.get('first-seen')?.value;
  const seenMs = Math.max(group.createdMs, tag ? Date.parse(`${tag}T00:00:00+08:00`) : 0);
  return atMs - seenMs > Number(hours) * hourMs;
}

/** What 100 % is; 100 where the schedule counts in nodes. */
function peakOf({ peak }: Rule, group: DeliveryGroupEntity): number | undefined {
  if (!peak) return 100;
  if (peak.extraNodes !== undefined) return peak.extraNodes;
  const tag = peak.tag === undefined ? undefined : group.tags.get(peak.tag)?.value;
  if (tag === undefined) return peak.otherwise;
  return /^[1-9]\d?$|^100$/.test(tag) ? Math.min(Number(tag), peak.atMost ?? 100) : undefined;
}

/** The level of a schedule, by the periods of today and those of yesterday that go on past midnight. */
function levelAt(days: Days, people: PeopleCalendar, atMs: number): string {
  const clock = new Date(atMs + 8 * hourMs);
  const minute = clock.getUTCHours() * 60 + clock.getUTCMinutes();
  for (const [back, at] of [
    [0, minute],
    [1, minute + 1440],
  ] as const) {
    const day = new Date(clock.getTime() - back * dayMs);
    const weekday = day.getUTCDay() || 7;
    const kind = peopleWork(people, day.toISOString().slice(0, 10), weekday) ? 'workday' : 'restday';
    for (const [period, level] of Object.entries(days[kind] ?? days['everyday'] ?? {})) {
      const [from, until] = period.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [number, number];
      if (from <= at && at < (until > from ? until : until + 1440)) return level;
    }
  }
  return '0 nodes';
}
