import type { EpochMs } from '../client/clock.ts';
import type { Resource } from './resource.ts';

/** How a resource is paid; undefined in a resource means that the answer did not say or said something unknown. */
export type Charge = 'subscription' | 'pay-as-you-go';

/** One time period of a native weekly schedule, minutes of the local day in the service's zone. */
export interface NativePeriod {
  readonly startMinute: number;
  readonly endMinute: number;
  readonly amount: number;
}

/** Periods by ISO weekday (1 = Monday … 7 = Sunday); a weekday without periods is absent. */
export type NativeWeek = Readonly<Partial<Record<1 | 2 | 3 | 4 | 5 | 6 | 7, readonly NativePeriod[]>>>;

/** The scaling strategy of a node pool as the service reports it. */
export type Strategy =
  | {
      readonly type: 'fixed';
      readonly nodes: number;
      /** True where the answer shows no setting, and `nodes` are those that are there at this moment. */
      readonly counted?: true;
    }
  | {
      readonly type: 'usage';
      /** Nodes that always run; undefined where the answer does not show them. */
      readonly nodes: number | undefined;
      readonly maxScaling: number | undefined;
      readonly step: number | undefined;
      /** Percent, as the text that the service sends and takes. */
      readonly threshold: string | undefined;
      readonly downAfterIdleMinutes: number | undefined;
      readonly maxIdle: number | undefined;
    }
  | {
      readonly type: 'schedule';
      readonly week: NativeWeek;
      readonly warmUp: boolean | undefined;
      /** Local dates `yyyy-MM-dd` in the service's zone. */
      readonly enableDate: string | undefined;
      readonly disableDate: string | undefined;
    };

/** A node pool of a delivery group; nearly every group has exactly one. */
export interface NodePool {
  readonly id: string;
  readonly instanceType: string | undefined;
  /** Sessions per node. */
  readonly capacity: number | undefined;
  /** Subscription nodes, or fixed pay-as-you-go nodes. */
  readonly nodeAmount: number | undefined;
  readonly nodeUsed: number | undefined;
  /** Elastic nodes. */
  readonly scalingNodeAmount: number | undefined;
  readonly scalingNodeUsed: number | undefined;
  /** Undefined: the answer's strategy is unknown or cannot be read. */
  readonly strategy: Strategy | undefined;
}

/** Nodes with sessions in the whole pool, elastic ones included; undefined when a part of it is unknown. */
export function nodesInUse(pool: NodePool): number | undefined {
  const bought = pool.nodeUsed ?? (pool.nodeAmount === 0 ? 0 : undefined);
  const elastic = pool.scalingNodeUsed ?? (pool.scalingNodeAmount === 0 ? 0 : undefined);
  return bought === undefined || elastic === undefined ? undefined : bought + elastic;
}

/** Statuses that a group leaves by itself: it is being published for the first time, or updated. */
const passing: ReadonlySet<string> = new Set(['DEPLOYING', 'MAINTAINING']);

/** True for a status that ends by itself, after which the group serves; false also where it is unknown. */
export function servesSoon(status: string | undefined): boolean {
  return status !== undefined && passing.has(status);
}

/** A delivery group as observed. Undefined always means unknown, never zero. */
export interface DeliveryGroup extends Resource {
  readonly kind: 'delivery-group';
  /** In capitals, as `resourceStatus`, whatever the answer's spelling. */
  readonly status: string | undefined;
  readonly resourceStatus: string | undefined;
  readonly charge: Charge | undefined;
  readonly createdAtMs: EpochMs | undefined;
  readonly expiresAtMs: EpochMs | undefined;
  /** Custom and system tags; undefined when the answer carried none of the tag lists. */
  readonly tags: Readonly<Record<string, string>> | undefined;
  readonly pools: readonly NodePool[] | undefined;
  readonly officeSiteId: string | undefined;
  readonly imageId: string | undefined;
  /** Fields of the answer that could not be read, for the reason of a hold. */
  readonly unreadable: readonly string[];
}
