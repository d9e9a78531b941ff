import type { EpochMs } from '../../shared/client/clock.ts';
import type { Meter } from './billing-ledger.ts';
import { minuteMs } from './local-time.ts';
import { type Instance, NodeEntity } from './node.ts';
import type { NodePool } from './node-pool.ts';
import { hourlyAmount } from './price.ts';
import type { ChargeSeed } from './seed.ts';

/** How a node that is no longer wanted goes while sessions are on it. */
export type Retirement = 'wait' | 'cut';

const none: readonly Instance[] = [];

/** The machines of a node pool: they boot, drain and stop, and the time for which they are held is counted. */
export class NodeSet {
  /** Nodes that exist, the leaving ones included, oldest first. */
  nodes: NodeEntity[] = [];
  /** App instances that were deleted one by one. */
  deleted: readonly Instance[] = none;
  readonly #pool: NodePool;
  #serial = 0;
  #settledMs: EpochMs;
  // Made when first needed: most pools of a large fleet are never settled.
  #meter: Meter | undefined;

  constructor(pool: NodePool) {
    this.#pool = pool;
    this.#settledMs = pool.group.world.clock.nowMs;
  }

  /** A free app instance on the oldest ready node that has one, so that young nodes fall idle first; undefined when there is none. */
  freeInstance(nowMs: EpochMs): Instance | undefined {
    for (const node of this.nodes) {
      if (node.state !== 'ready' || node.used >= this.#pool.capacity) continue;
      const free = node
        .instances(this.#pool.capacity)
        .find(({ session, deleting, resettingUntilMs }) => session === undefined && !deleting && resettingUntilMs <= nowMs);
      if (free) return free;
    }
    return undefined;
  }

  /** Deletes an idle app instance; after a while another one takes its place. */
  deleteInstance(instance: Instance, nowMs: EpochMs): void {
    instance.deleting = true;
    instance.modifiedMs = nowMs;
    this.#pool.group.world.clock.schedule(nowMs + minuteMs, (atMs) => {
      instance.modifiedMs = atMs;
      instance.node.replaceInstance(instance, atMs);
      this.deleted = [...this.deleted, instance];
    });
  }

  /** Adds the node time since the last call to the statistics. */
  settle(nowMs: EpochMs): void {
    const elapsedMs = nowMs - this.#settledMs;
    if (elapsedMs <= 0) return;
    this.#settledMs = nowMs;
    let subscription = 0;
    for (const node of this.nodes) if (node.charge === 'PrePaid') subscription += 1;
    const payAsYouGo = this.nodes.length - subscription;
    if (subscription > 0) this.#pool.group.count('subscriptionNodeMs', subscription * elapsedMs);
    if (payAsYouGo === 0) return;
    this.#pool.group.count('payAsYouGoNodeMs', payAsYouGo * elapsedMs);
    this.#meter ??= this.#newMeter();
    this.#meter.add(nowMs - elapsedMs, nowMs, payAsYouGo);
  }

  /** Subscription nodes need no meter: their orders are billed. */
  #newMeter(): Meter {
    const { group, id, instanceType } = this.#pool;
    return group.account.billing.meter({ resource: group, part: id, hourly: hourlyAmount(instanceType, group.region) ?? 0n });
  }

  /** Takes all nodes away at once. */
  clear(): void {
    for (const node of this.nodes) node.state = 'stopping';
    this.nodes = [];
  }

  /** Makes `wanted` nodes of a charge stay: draining ones come back, new ones boot, or some leave in the given way, in the order assumed. */
  adjust(charge: ChargeSeed, wanted: number, nowMs: EpochMs, ready: boolean, way: Retirement): void {
    const staying = this.nodes.filter((node) => node.charge === charge && (node.state === 'booting' || node.state === 'ready'));
    let missing = wanted - staying.length;
    for (const node of this.nodes) {
      if (missing <= 0) break;
      if (node.charge !== charge || node.state !== 'draining') continue;
      node.state = 'ready';
      missing -= 1;
    }
    for (; missing > 0; missing -= 1) this.#boot(charge, nowMs, ready);
    if (missing === 0) return;
    const { leavingNodes } = this.#pool.group.world.assumptions;
    const use = leavingNodes === 'newest' ? 0 : leavingNodes === 'most-used' ? -1 : 1;
    const leaving = staying
      .map((node, age) => ({ node, age }))
      .sort((a, b) => use * (a.node.used - b.node.used) || b.node.readyMs - a.node.readyMs || b.age - a.age)
      .slice(0, -missing);
    for (const { node } of leaving) this.#retire(node, nowMs, way);
  }

  #boot(charge: ChargeSeed, nowMs: EpochMs, ready: boolean): void {
    const bootMs = ready ? 0 : this.#pool.group.world.assumptions.nodeBootMinutes * minuteMs;
    const node = new NodeEntity(this.#pool.id, this.#serial++, charge, nowMs, nowMs + bootMs);
    this.nodes.push(node);
    if (bootMs === 0) return;
    this.#pool.group.world.clock.schedule(node.readyMs, (atMs) => {
      if (node.state !== 'booting') return;
      node.state = 'ready';
      this.#pool.nodeReady(atMs);
    });
  }

  #retire(node: NodeEntity, nowMs: EpochMs, way: Retirement): void {
    if (node.used === 0) {
      this.stop(node, nowMs);
      return;
    }
    node.state = 'draining';
    if (way === 'wait') return;
    for (const { session } of node.instances(this.#pool.capacity)) if (session) this.#pool.group.end(session, 'cut', nowMs);
  }

  /** Stops a node on which no session is. */
  stop(node: NodeEntity, nowMs: EpochMs): void {
    if (node.state === 'stopping') return;
    node.state = 'stopping';
    this.#pool.group.world.clock.schedule(nowMs + this.#pool.group.world.assumptions.nodeReleaseMinutes * minuteMs, (atMs) => {
      this.settle(atMs);
      const place = this.nodes.indexOf(node);
      if (place >= 0) this.nodes.splice(place, 1);
    });
  }
}
