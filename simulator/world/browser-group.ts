import type { EpochMs } from '../../shared/client/clock.ts';
import { idText } from './random.ts';
import type { BrowserGroupSeed } from './seed.ts';

/** An entry of a cloud browser group that is edited by id. */
export interface BrowserEntry {
  readonly id: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A persistent session of a cloud browser group. */
interface BrowserPlace {
  readonly id: string;
  readonly name: string;
  readonly users: readonly string[];
  readonly createdMs: EpochMs;
}

/**
 * A cloud browser group. No operation of the API makes or lists one by itself, so each account has one from the start; its persistent
 * sessions and who is bound to it show where those of delivery groups do.
 */
export class BrowserGroupEntity {
  readonly id: string;
  readonly region: string;
  readonly persistent: readonly BrowserPlace[];
  /** Users who are bound to a browser. */
  readonly bound: readonly string[];
  bookmarks: readonly BrowserEntry[] = [];
  restrictedUrls: readonly BrowserEntry[] = [];
  /** All other settings as last written, by parameter. */
  settings: Readonly<Record<string, unknown>> = {};

  constructor(id: string, region = 'cn-hangzhou', persistent: readonly BrowserPlace[] = [], bound: readonly string[] = []) {
    this.id = id;
    this.region = region;
    this.persistent = persistent;
    this.bound = bound;
  }
}

/** Makes a cloud browser group of a seed. */
export function seedBrowserGroup(accountId: string, seed: BrowserGroupSeed, nowMs: EpochMs): BrowserGroupEntity {
  const id = seed.id ?? `big-${idText(`${accountId} browser ${seed.name}`)}`;
  const places = (seed.persistent ?? []).map((place) => ({
    id: place.id ?? `p-${idText(`${id} ${place.name}`)}`,
    name: place.name,
    users: place.users ?? [],
    createdMs: nowMs,
  }));
  const group = new BrowserGroupEntity(id, seed.region, places, seed.bound ?? []);
  group.settings = { CloudBrowserName: seed.name };
  return group;
}

/** Id of the cloud browser group that an account has from the start. */
export function browserGroupId(accountId: string): string {
  return `big-${idText(`${accountId} browser`)}`;
}
