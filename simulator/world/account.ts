import type { EpochMs } from '../../shared/client/clock.ts';
import { BillingLedger } from './billing-ledger.ts';
import { BrowserGroupEntity, browserGroupId } from './browser-group.ts';
import type { DeliveryGroupEntity, TagEntity } from './delivery-group.ts';
import { type ImageEntity, systemImages } from './image.ts';
import { OrderLedger } from './order.ts';
import type { OtaTask } from './ota-task.ts';
import type { SessionEntity } from './session.ts';
import { emptyStatistics, type Statistics } from './statistics.ts';
import type { WorkstationEntity } from './workstation.ts';

/** A connection that is being prepared: which session, and when its app runs. */
export interface ConnectionTask {
  readonly session: SessionEntity;
  readonly readyMs: EpochMs;
}

/** An account of the simulated service and everything in it. */
export class Account {
  /** The account's number. */
  readonly id: string;
  /** Sessions under way, by the id of their app instance. */
  readonly sessions = new Map<string, SessionEntity>();
  /** What has happened to users since the world began. */
  readonly statistics: Statistics = emptyStatistics();
  /** Connections that are being prepared, by task id. */
  readonly connectionTasks = new Map<string, ConnectionTask>();
  /** Video settings as last written, by policy id. No operation reads them back. */
  readonly policies = new Map<string, Readonly<Record<string, unknown>>>();
  /** The one valid debugging code of each delivery group, by group id. */
  readonly debugCodes = new Map<string, { readonly code: string; readonly untilMs: EpochMs }>();
  /** Orders and what was paid. */
  readonly orders: OrderLedger;
  /** What bills are made of besides orders. */
  readonly billing = new BillingLedger();
  /** Images by id, those of the service first. */
  readonly images: Map<string, ImageEntity>;
  /** Workstations by id, in the order in which they were made. */
  readonly workstations = new Map<string, WorkstationEntity>();
  /** What an idempotence token bought, by token. */
  readonly purchases = new Map<string, { readonly answer: Readonly<Record<string, unknown>>; readonly untilMs: EpochMs }>();
  /** Approved updates by group id, oldest first. */
  readonly otaTasks = new Map<string, readonly OtaTask[]>();
  /** Tags of apps, users and the account itself, by `<kind>/<id>`; groups and images keep their own. */
  readonly resourceTags = new Map<string, Map<string, TagEntity>>();
  /** Who is in the user groups of the account, by the id of the user group. No operation of the service tells it. */
  readonly userGroups = new Map<string, Set<string>>();
  /** Cloud browser groups by id. */
  readonly browserGroups: Map<string, BrowserGroupEntity>;
  /** Whether the service reminds of groups that are about to expire. */
  expireRemind = true;
  readonly #groups = new Map<string, DeliveryGroupEntity>();
  readonly #groupsByPool = new Map<string, DeliveryGroupEntity>();
  #list: DeliveryGroupEntity[] = [];

  constructor(id: string) {
    this.id = id;
    this.orders = new OrderLedger(id);
    this.images = new Map(systemImages().map((image) => [image.id, image]));
    const browsers = new BrowserGroupEntity(browserGroupId(id));
    this.browserGroups = new Map([[browsers.id, browsers]]);
  }

  /** Puts users into a user group of the account. */
  addToUserGroup(id: string, users: readonly string[]): void {
    const members = this.userGroups.get(id) ?? new Set();
    for (const user of users) members.add(user);
    this.userGroups.set(id, members);
  }

  /** Adds a cloud browser group. @throws Error when the id is taken */
  addBrowserGroup(group: BrowserGroupEntity): void {
    if (this.browserGroups.has(group.id)) throw new Error(`account ${this.id} has a browser group ${group.id} already; give another id`);
    this.browserGroups.set(group.id, group);
  }

  /** Name of an image; undefined for one that is gone. */
  imageName(id: string): string | undefined {
    return this.images.get(id)?.name;
  }

  /** Delivery groups by id, in the order in which they were created. */
  get groups(): ReadonlyMap<string, DeliveryGroupEntity> {
    return this.#groups;
  }

  /** The same groups as a list, so that a page of it costs no more than the page. */
  get groupList(): readonly DeliveryGroupEntity[] {
    return this.#list;
  }

  /** The group that owns a node pool. */
  groupOfPool(poolId: string): DeliveryGroupEntity | undefined {
    return this.#groupsByPool.get(poolId);
  }

  /** Adds a group at the end of the list. @throws Error when the id is taken */
  addGroup(group: DeliveryGroupEntity): void {
    if (this.#groups.has(group.id)) throw new Error(`account ${this.id} has a delivery group ${group.id} already; give another id`);
    this.#groups.set(group.id, group);
    this.#list.push(group);
    for (const pool of group.pools) this.#groupsByPool.set(pool.id, group);
  }

  /** Takes a group out of the account. Its nodes and sessions are the caller's to end. */
  removeGroup(group: DeliveryGroupEntity): void {
    if (!this.#groups.delete(group.id)) return;
    this.#list = this.#list.filter((other) => other !== group);
    for (const pool of group.pools) this.#groupsByPool.delete(pool.id);
  }
}
