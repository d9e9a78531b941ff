import type { Strategy } from '../../shared/fleet/delivery-group.ts';

/** A fixed count of nodes. */
export type FixedStrategy = Extract<Strategy, { type: 'fixed' }>;

/** Scaling by usage below a ceiling. */
export type UsageStrategy = Extract<Strategy, { type: 'usage' }>;

/** The service's own weekly schedule. */
export type ScheduleStrategy = Extract<Strategy, { type: 'schedule' }>;
