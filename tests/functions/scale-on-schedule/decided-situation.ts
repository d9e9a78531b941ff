import type { DeliveryGroup, NodePool } from '../../../shared/fleet/delivery-group.ts';

/** A group and what is decided about it. */
export interface Situation {
  readonly is: string;
  readonly rules?: string;
  readonly sections?: string;
  readonly group?: Partial<DeliveryGroup>;
  readonly pool?: Partial<NodePool>;
  /** By the clock of Shanghai. Default Wednesday 2026-11-25 08:40. */
  readonly now?: string;
  readonly verdict: 'act' | 'keep' | 'hold';
  /** Codes that must be among the reasons. */
  readonly codes: readonly string[];
  /** What the setting is to become; only for acts. */
  readonly to?: string;
}
