import type { OtaGroup } from '../../shared/fleet/ota-group.ts';

/** What a closer look at a group has to read: its updates, and beside them who is on it where it may be approved now. */
export type LookWish = 'updates' | 'updates-and-sessions';

const wishes = new WeakMap<OtaGroup, LookWish>();

/** Remembers what a look at a group has to read. */
export function wishFor(group: OtaGroup, wish: LookWish): void {
  wishes.set(group, wish);
}

/** What a look at a group has to read. Default: everything. */
export function wishOf(group: OtaGroup): LookWish {
  return wishes.get(group) ?? 'updates-and-sessions';
}
