import type { RunReport } from '../../shared/engine/report.ts';
import type { Severity } from '../../shared/notify/message.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
import { hourlyAmount } from '../../simulator/world/price.ts';
import { scheduleAt } from '../../simulator/world/weekly-schedule.ts';
import { minuteMs } from '../fixtures/times.ts';
import type { Watch } from './play.ts';
import type { WantedCapacity } from './wanted.ts';

/** Something that people were told. */
export interface ToldMessage {
  readonly atMs: number;
  readonly channel: string;
  readonly severity: Severity;
  readonly id: string;
  readonly title: string;
}

/** A change of the nodes, or of the ceiling, that a group's setting asks for, as it was found at a look. */
export interface Step {
  readonly group: string;
  readonly atMs: number;
  readonly from: number;
  readonly to: number;
  /** Nodes with a session on them at that look. */
  readonly used: number;
}

/** What a play came to, as JSON can carry it. */
export interface Figures {
  /** Attempts to get in that found no node, by group; groups without any are left out. */
  readonly turnedAway: Readonly<Record<string, number>>;
  /** Visits that were given up, by group. */
  readonly visitsLost: Readonly<Record<string, number>>;
  /** Looks at which the schedule wanted nodes and there was none: group, instant. */
  readonly withoutNodes: readonly { readonly group: string; readonly atMs: number }[];
  /** Node-minutes by which groups were below their schedule. */
  readonly missingNodeMinutes: Readonly<Record<string, number>>;
  /** Weekly schedules that had ended while the policy wanted nodes of the group on some day. */
  readonly lapsed: readonly { readonly group: string; readonly atMs: number }[];
  readonly messages: readonly ToldMessage[];
  readonly steps: readonly Step[];
  /** What each group's setting asked for at the first look. */
  readonly levels: Readonly<Record<string, number>>;
  /** Holds because of a limit, by reason, resource and first instant. */
  readonly limited: readonly { readonly code: string; readonly resource: string; readonly atMs: number }[];
  /** What runs reported as errors. */
  readonly errors: readonly string[];
  /** Node time and orders in ten-thousandths of the currency's unit, as decimal text. */
  readonly cost: Readonly<Record<string, string>>;
  readonly runs: number;
}

const slotMinutes = 5;
const beijingMs = 480 * minuteMs;

/**
 * Measures a play from `fromMs` on. What lies before is played and not counted. `ignored`: messages by id that follow from how it is played.
 */
export function measuring(
  wanted: WantedCapacity,
  fromMs: number,
  ignored: (id: string) => boolean = () => false,
): Required<Watch> & { figures(): Figures } {
  const found = {
    withoutNodes: [] as Figures['withoutNodes'][number][],
    lapsed: new Map<string, number>(),
    missing: {} as Record<string, number>,
    messages: [] as ToldMessage[],
    steps: [] as Step[],
    levels: {} as Record<string, number>,
    limited: new Map<string, Figures['limited'][number]>(),
    errors: [] as string[],
    runs: 0,
  };
  const asked = new Map<DeliveryGroupEntity, number>();
  let before: ReturnType<typeof countsOf> | undefined;
  let last: Simulator | undefined;
  return {
    look(simulator, nowMs) {
      last = simulator;
      if (nowMs < fromMs) return;
      before ??= countsOf(simulator);
      for (const group of groupsOf(simulator)) lookAt(group, nowMs);
    },
    ran(report) {
      found.runs += 1;
      const atMs = Date.parse(report.at);
      if (atMs < fromMs) return;
      for (const { code, message } of report.errors)
        found.errors.push(`${report.at} ${report.function} ${report.target} ${code}: ${message}`);
      for (const { code, resource } of limitHolds(report)) {
        const key = `${code} ${resource}`;
        if (!found.limited.has(key)) found.limited.set(key, { code, resource, atMs });
      }
    },
    told({ timeMs, channel, severity, id, title }) {
      if (timeMs >= fromMs && !ignored(id)) found.messages.push({ atMs: timeMs, channel, severity, id, title });
    },
    figures() {
      if (!last || !before) throw new RangeError('nothing was looked at');
      const after = countsOf(last);
      const less = (name: 'denied' | 'lost'): Record<string, number> =>
        Object.fromEntries(
          [...after[name]]
            .map(([group, count]) => [group, count - (before?.[name].get(group) ?? 0)] as const)
            .filter(([, count]) => count > 0),
        );
      const cost = [...after.cost].map(([currency, amount]) => [currency, String(amount - (before?.cost.get(currency) ?? 0n))]);
      const { withoutNodes, missing, messages, steps, levels, errors, runs } = found;
      return {
        ...{ turnedAway: less('denied'), visitsLost: less('lost'), missingNodeMinutes: missing, cost: Object.fromEntries(cost) },
        ...{ withoutNodes, messages, steps, levels, errors, runs, limited: [...found.limited.values()] },
        lapsed: [...found.lapsed].map(([group, atMs]) => ({ group, atMs })),
      };
    },
  };

  function lookAt(group: DeliveryGroupEntity, nowMs: number): void {
    const want = wanted.of(group, nowMs);
    const [pool] = group.pools;
    if (!want || !pool || group.status !== 'PUBLISHED') return;
    const ready = pool.nodes.filter(({ state }) => state === 'ready').length;
    const used = pool.nodes.filter((node) => node.used > 0).length;
    if (want.of === 'nodes' && ready < want.count) {
      if (ready === 0) found.withoutNodes.push({ group: group.name, atMs: nowMs });
      found.missing[group.name] = (found.missing[group.name] ?? 0) + (want.count - ready) * slotMinutes;
    }
    const { StrategyType, StrategyDisableDate = '9999-12-31' } = pool.settings;
    const today = new Date(nowMs + beijingMs).toISOString().slice(0, 10);
    if (StrategyType === 'NODE_SCALING_BY_SCHEDULE' && StrategyDisableDate <= today && !found.lapsed.has(group.name)) {
      found.lapsed.set(group.name, nowMs);
    }
    const now = askedOf(group, nowMs);
    const was = asked.get(group);
    if (was === undefined) found.levels[group.name] = now;
    else if (was !== now) found.steps.push({ group: group.name, atMs: nowMs, from: was, to: now, used });
    asked.set(group, now);
  }
}

/** Nodes, or the ceiling of elastic ones, that a group's setting asks for. */
function askedOf(group: DeliveryGroupEntity, nowMs: number): number {
  const settings = group.pools[0]?.settings;
  if (!settings) return 0;
  if (settings.StrategyType === 'NODE_FIXED') return settings.NodeAmount ?? 0;
  if (settings.StrategyType === 'NODE_SCALING_BY_USAGE') return settings.MaxScalingAmount ?? 0;
  return scheduleAt(settings, nowMs, { offsetMs: beijingMs, leadMs: 0, disableInclusive: false, keepLastAmount: false }).amount;
}

function groupsOf({ world }: Simulator): readonly DeliveryGroupEntity[] {
  return [...world.accounts.values()].flatMap(({ groupList }) => groupList);
}

function countsOf(simulator: Simulator) {
  simulator.world.settleStatistics();
  const groups = groupsOf(simulator);
  const cost = new Map<string, bigint>([
    ['CNY', 0n],
    ['USD', 0n],
  ]);
  const hourMs = 3_600_000n;
  const scaled = new Map<string, bigint>();
  for (const group of groups) {
    const currency = group.region.startsWith('ap-') ? 'USD' : 'CNY';
    const price = hourlyAmount(group.pools[0]?.instanceType ?? '', group.region) ?? 0n;
    scaled.set(currency, (scaled.get(currency) ?? 0n) + price * BigInt(group.statistics.payAsYouGoNodeMs));
  }
  for (const currency of cost.keys()) {
    const orders = [...simulator.world.accounts.values()].reduce((sum, account) => sum + account.orders.paidIn(currency), 0n);
    cost.set(currency, orders + (scaled.get(currency) ?? 0n) / hourMs);
  }
  return {
    denied: new Map(groups.map(({ name, statistics }) => [name, statistics.deniedNoInstance])),
    lost: new Map(groups.map(({ name, statistics }) => [name, statistics.visitsLost])),
    cost,
  };
}

function limitHolds({ decisions }: RunReport): readonly { readonly code: string; readonly resource: string }[] {
  return decisions.flatMap(({ verdict, because, resource }) =>
    verdict === 'hold'
      ? because.filter(({ code }) => code.startsWith('limit-')).map(({ code }) => ({ code, resource: resource.name ?? resource.id }))
      : [],
  );
}
