import type { EpochMs } from '../../shared/client/clock.ts';
import type { DeliveryGroupEntity } from './delivery-group.ts';
import type { ScheduledEvent } from './event-queue.ts';
import { minuteMs } from './local-time.ts';
import type { Instance, NodeEntity } from './node.ts';
import { NodeSet } from './node-set.ts';
import type { StrategySettings } from './strategy.ts';
import { nodesToAdd, nodesToRelease } from './usage-scaling.ts';
import { type ScheduleMoment, type ScheduleReading, scheduleAt } from './weekly-schedule.ts';

/** Counts of a pool's nodes as answers show them. */
export interface PoolCounts {
  /** Nodes that stay whatever the load and the hour; undefined where answers leave it out. */
  readonly nodeAmount: number | undefined;
  /** Those of them on which a session is; undefined where answers leave it out. */
  readonly nodeUsed: number | undefined;
  /** Elastic nodes. */
  readonly scalingNodeAmount: number;
  /** Elastic nodes on which a session is. */
  readonly scalingNodeUsed: number;
}

/** A node pool of a delivery group. It follows its strategy by itself: each change plans the next event, none is polled. */
export class NodePool {
  readonly id: string;
  readonly group: DeliveryGroupEntity;
  readonly instanceType: string;
  /** Nodes bought when the group was created. */
  boughtAmount: number;
  /** Sessions per node. */
  capacity: number;
  readonly #machines: NodeSet;
  #settings: StrategySettings;
  /** Elastic nodes that usage scaling has asked for. */
  #usageTarget = 0;
  /** The amount of a period that was running when the schedule was rewritten, and its end. */
  #pinned: { readonly amount: number; readonly untilMs: EpochMs } | undefined;
  #boundary: ScheduledEvent | undefined;
  #idleCheck: ScheduledEvent | undefined;
  #suspended = false;

  constructor(group: DeliveryGroupEntity, id: string, instanceType: string, capacity: number, settings: StrategySettings) {
    this.group = group;
    this.id = id;
    this.instanceType = instanceType;
    this.capacity = capacity;
    this.#settings = settings;
    this.boughtAmount = settings.NodeAmount ?? 0;
    this.#machines = new NodeSet(this);
  }

  /** Nodes that exist, the leaving ones included, oldest first. */
  get nodes(): readonly NodeEntity[] {
    return this.#machines.nodes;
  }

  /** App instances that were deleted one by one. */
  get deleted(): readonly Instance[] {
    return this.#machines.deleted;
  }

  /** The strategy in force. */
  get settings(): StrategySettings {
    return this.#settings;
  }

  /** Sets the strategy of a pool that has not started yet. */
  prepare(settings: StrategySettings): void {
    this.#settings = settings;
    this.boughtAmount = settings.NodeAmount ?? 0;
  }

  /** Puts the first nodes in place, ready at once or booting. */
  start(nowMs: EpochMs, ready: boolean): void {
    this.#follow(nowMs, ready);
  }

  /** Makes another strategy the one in force; nodes come and go from now on. */
  setStrategy(settings: StrategySettings, nowMs: EpochMs): void {
    const before = this.#settings;
    const running = this.#scheduleMoment(nowMs);
    const bothSchedules = before.StrategyType === 'NODE_SCALING_BY_SCHEDULE' && settings.StrategyType === 'NODE_SCALING_BY_SCHEDULE';
    this.#pinned =
      bothSchedules && running?.periodEndMs !== undefined && this.#assumptions.periodRewrite === 'next-period'
        ? { amount: running.amount, untilMs: running.periodEndMs }
        : undefined;
    this.#settings = settings;
    if (settings.StrategyType !== 'NODE_SCALING_BY_USAGE') this.#usageTarget = 0;
    this.#follow(nowMs, false);
  }

  /** Sets the number of subscription nodes, as an order does; nodes that are named change their charge instead of new ones arriving. */
  setSubscriptionNodes(total: number, nowMs: EpochMs, convert: readonly string[] = []): void {
    this.settle(nowMs);
    for (const node of this.nodes) if (convert.includes(node.id)) node.charge = 'PrePaid';
    this.#settings = { ...this.#settings, NodeAmount: total };
    this.#follow(nowMs, false);
  }

  /** Takes all nodes away, as an expired or stopped group loses them, until `resume`. Sessions must be over. */
  suspend(nowMs: EpochMs): void {
    this.settle(nowMs);
    this.#suspended = true;
    this.#boundary?.cancel();
    this.#idleCheck?.cancel();
    this.#idleCheck = undefined;
    this.#machines.clear();
  }

  /** Follows the strategy again after `suspend`. */
  resume(nowMs: EpochMs): void {
    this.settle(nowMs);
    this.#suspended = false;
    this.#usageTarget = 0;
    this.#follow(nowMs, false);
  }

  /** True while a period of its native schedule runs; warm-up does not count. */
  inPeriod(nowMs: EpochMs): boolean {
    return this.#scheduleMoment(nowMs)?.periodEndMs !== undefined;
  }

  /** A free app instance; undefined when there is none. */
  freeInstance(nowMs: EpochMs): Instance | undefined {
    return this.#machines.freeInstance(nowMs);
  }

  /** Deletes an idle app instance; after a while another one takes its place. */
  deleteInstance(instance: Instance, nowMs: EpochMs): void {
    this.#machines.deleteInstance(instance, nowMs);
  }

  /** Adds the node time since the last call to the statistics. */
  settle(nowMs: EpochMs): void {
    this.#machines.settle(nowMs);
  }

  /** Somebody wanted in, with or without success: usage scaling looks at the load. */
  loadRose(nowMs: EpochMs): void {
    if (this.#settings.StrategyType !== 'NODE_SCALING_BY_USAGE' || this.#suspended) return;
    const more = nodesToAdd(this.#settings, this.nodes, this.capacity, this.#usageTarget, this.#assumptions.usageCountsBootingNodes);
    if (more === 0) return;
    this.#usageTarget += more;
    this.#adjustAll(nowMs, false);
  }

  /** A node has booted. */
  nodeReady(nowMs: EpochMs): void {
    this.#planIdleCheck(nowMs);
  }

  /** A session on `node` is over. */
  sessionEnded(node: NodeEntity, nowMs: EpochMs): void {
    node.used -= 1;
    if (node.used > 0) return;
    node.idleSinceMs = nowMs;
    if (node.state === 'draining') this.#machines.stop(node, nowMs);
    else this.#planIdleCheck(nowMs);
  }

  /** Counts by kind of node, as the service reports them: nodes that still boot have not arrived. */
  counts(): PoolCounts {
    const fixed = this.#settings.StrategyType === 'NODE_FIXED';
    let present = 0;
    let nodeUsed = 0;
    let scalingNodeAmount = 0;
    let scalingNodeUsed = 0;
    for (const node of this.nodes) {
      if (node.state === 'booting' || node.state === 'stopping') continue;
      const base = this.group.charge === 'PrePaid' ? node.charge === 'PrePaid' : fixed || present < this.#base();
      if (base) {
        present += 1;
        if (node.used > 0) nodeUsed += 1;
      } else {
        scalingNodeAmount += 1;
        if (node.used > 0) scalingNodeUsed += 1;
      }
    }
    const { payAsYouGoNodeAmount, nodeAmountShows } = this.#assumptions;
    if (this.group.charge === 'PostPaid' && payAsYouGoNodeAmount !== 'count') {
      const none = payAsYouGoNodeAmount === 'zero' ? 0 : undefined;
      const all = { scalingNodeAmount: scalingNodeAmount + present, scalingNodeUsed: scalingNodeUsed + nodeUsed };
      return { nodeAmount: none, nodeUsed: none, ...all };
    }
    const nodeAmount = nodeAmountShows === 'wanted' ? this.#base() : present;
    return { nodeAmount, nodeUsed, scalingNodeAmount, scalingNodeUsed };
  }

  get #assumptions() {
    return this.group.world.assumptions;
  }

  /** Nodes that stay whatever the load and the hour. */
  #base(): number {
    const { StrategyType, NodeAmount = 0 } = this.#settings;
    if (this.group.charge === 'PostPaid' && StrategyType === 'NODE_SCALING_BY_SCHEDULE') {
      return this.#assumptions.nodeAmountUnderSchedule === 'kept' ? NodeAmount : 0;
    }
    return NodeAmount;
  }

  #reading(): ScheduleReading {
    const assumptions = this.#assumptions;
    const ahead = this.#settings.WarmUp === true && assumptions.warmUp === 'ahead';
    return {
      offsetMs: this.group.serviceOffsetMs,
      leadMs: ahead ? assumptions.nodeBootMinutes * minuteMs : 0,
      disableInclusive: assumptions.disableDate === 'inclusive',
      keepLastAmount: assumptions.lapsedSchedule === 'last-amount',
    };
  }

  #scheduleMoment(nowMs: EpochMs): ScheduleMoment | undefined {
    return this.#settings.StrategyType === 'NODE_SCALING_BY_SCHEDULE' ? scheduleAt(this.#settings, nowMs, this.#reading()) : undefined;
  }

  /** Elastic nodes wanted now; plans the event at which a schedule asks for another number. */
  #elastic(nowMs: EpochMs): number {
    const { StrategyType, MaxScalingAmount = 0 } = this.#settings;
    if (StrategyType === 'NODE_SCALING_BY_USAGE') {
      this.#usageTarget = Math.min(this.#usageTarget, MaxScalingAmount);
      return this.#usageTarget;
    }
    const moment = this.#scheduleMoment(nowMs);
    if (!moment) return 0;
    const pinned = this.#pinned && nowMs < this.#pinned.untilMs ? this.#pinned : undefined;
    const nextMs = Math.min(moment.nextMs ?? Number.POSITIVE_INFINITY, pinned?.untilMs ?? Number.POSITIVE_INFINITY);
    if (Number.isFinite(nextMs)) this.#boundary = this.group.world.clock.schedule(nextMs, (atMs) => this.#follow(atMs, false));
    return pinned?.amount ?? moment.amount;
  }

  #follow(nowMs: EpochMs, ready: boolean): void {
    this.#boundary?.cancel();
    this.#boundary = undefined;
    if (this.#suspended) return;
    this.#adjustAll(nowMs, ready);
    this.loadRose(nowMs);
    this.#planIdleCheck(nowMs);
  }

  #adjustAll(nowMs: EpochMs, ready: boolean): void {
    this.settle(nowMs);
    this.#boundary?.cancel();
    const base = this.#base();
    const elastic = this.#elastic(nowMs);
    const { fixedLowering, scheduleFallingEdge } = this.#assumptions;
    const type = this.#settings.StrategyType;
    const way = type === 'NODE_FIXED' ? fixedLowering : type === 'NODE_SCALING_BY_SCHEDULE' ? scheduleFallingEdge : 'wait';
    if (this.group.charge === 'PrePaid') {
      this.#machines.adjust('PrePaid', base, nowMs, ready, 'wait');
      this.#machines.adjust('PostPaid', elastic, nowMs, ready, way);
    } else {
      this.#machines.adjust('PostPaid', base + elastic, nowMs, ready, way);
    }
  }

  /** Plans the next look at idle elastic nodes, at the instant at which the first of them has been idle for long enough. */
  #planIdleCheck(nowMs: EpochMs): void {
    if (this.#settings.StrategyType !== 'NODE_SCALING_BY_USAGE' || this.#usageTarget === 0 || this.#idleCheck || this.#suspended) return;
    const waitMs = (this.#settings.ScalingDownAfterIdleMinutes ?? 5) * minuteMs;
    let earliest = Number.POSITIVE_INFINITY;
    for (const node of this.nodes) {
      const elastic = this.group.charge === 'PostPaid' || node.charge === 'PostPaid';
      if (elastic && node.state === 'ready' && node.used === 0) earliest = Math.min(earliest, node.idleSinceMs + waitMs);
    }
    if (!Number.isFinite(earliest)) return;
    const atMs = earliest > nowMs ? earliest : nowMs + waitMs;
    this.#idleCheck = this.group.world.clock.schedule(atMs, (dueMs) => {
      this.#idleCheck = undefined;
      this.#releaseIdle(dueMs);
      this.#planIdleCheck(dueMs);
    });
  }

  #releaseIdle(nowMs: EpochMs): void {
    if (this.#settings.StrategyType !== 'NODE_SCALING_BY_USAGE') return;
    const elastic = (node: NodeEntity) => this.group.charge === 'PostPaid' || node.charge === 'PostPaid';
    const idle = nodesToRelease(
      this.#settings,
      this.nodes.filter((node) => node.state === 'ready'),
      this.capacity,
      this.#usageTarget,
      elastic,
      nowMs,
    );
    this.#usageTarget -= idle.length;
    for (const node of idle) this.#machines.stop(node, nowMs);
    if (idle.length > 0) this.settle(nowMs);
  }
}
