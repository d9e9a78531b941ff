import type { DeliveryGroupEntity } from './delivery-group.ts';
import { dayMs, minuteMs } from './local-time.ts';

/** Statuses from which a subscription can run out. */
const alive: ReadonlySet<string> = new Set(['PUBLISHED', 'MAINTAINING', 'MAINTAIN_FAILED', 'DEPLOYING', 'FAILED', 'CEASED']);

/** Plans the end of a subscription. An earlier plan finds that the expiry has moved and does nothing. */
export function planExpiry(group: DeliveryGroupEntity): void {
  const expiresMs = group.expiresMs;
  if (expiresMs === undefined) return;
  group.world.clock.schedule(expiresMs, (nowMs) => {
    if (group.expiresMs !== expiresMs || !alive.has(group.status)) return;
    group.count('lapses');
    closeGroup(group, 'EXPIRED', nowMs);
    planRecycling(group);
  });
}

/** Plans what follows an expiry: reclaiming, then the end of the group. */
export function planRecycling(group: DeliveryGroupEntity): void {
  const { expiredRetentionDays, recyclingDays } = group.world.assumptions;
  const expiresMs = group.expiresMs;
  if (expiresMs === undefined) return;
  const recyclingMs = expiresMs + expiredRetentionDays * dayMs;
  group.world.clock.schedule(recyclingMs, () => {
    if (group.expiresMs === expiresMs && group.status === 'EXPIRED') group.status = 'EXPIRED_RECYCLING';
  });
  group.world.clock.schedule(recyclingMs + recyclingDays * dayMs, (nowMs) => {
    if (group.expiresMs === expiresMs && group.status === 'EXPIRED_RECYCLING') removeGroup(group, nowMs);
  });
}

/** Ends all sessions of a group and takes its nodes away, for a status under which nothing runs. */
export function closeGroup(group: DeliveryGroupEntity, status: 'EXPIRED' | 'EXPIRED_RECYCLING' | 'CEASED', nowMs: number): void {
  group.status = status;
  group.cutAllSessions(nowMs);
  for (const pool of group.pools) pool.suspend(nowMs);
}

/** Ends a group for good. */
export function removeGroup(group: DeliveryGroupEntity, nowMs: number): void {
  group.cutAllSessions(nowMs);
  for (const pool of group.pools) pool.suspend(nowMs);
  group.account.removeGroup(group);
}

/** Plans the end of a first publication. */
export function planPublication(group: DeliveryGroupEntity, nowMs: number): void {
  group.world.clock.schedule(nowMs + group.world.assumptions.deployMinutes * minuteMs, () => {
    if (group.status === 'DEPLOYING') group.status = 'PUBLISHED';
  });
}

/** Plans the good end of an update that is under way when the world begins. */
export function planMaintenanceEnd(group: DeliveryGroupEntity, nowMs: number): void {
  group.world.clock.schedule(nowMs + group.world.assumptions.imageUpdateMinutes * minuteMs, () => group.endMaintenance('PUBLISHED'));
}
