import type { EpochMs } from '../client/clock.ts';
import { isGiven, objectOf, textOf } from './answer-fields.ts';
import type { DeliveryGroup } from './delivery-group.ts';
import { parseInstant } from './instant.ts';
import { mapDeliveryGroup } from './map-delivery-group.ts';

/** What a delivery group says of its agent (`OtaInfo`). */
interface OtaOffer {
  /** The version in use; undefined: unknown. */
  readonly current: string | undefined;
  /** The version on offer; null: none is (service notes: an empty NewOtaVersion means so), undefined: unknown. */
  readonly offered: string | null | undefined;
  /** The id that an approval needs now; every approval changes it. */
  readonly taskId: string | undefined;
}

/** An update of a delivery group, as ListOtaTask shows it. */
export interface OtaTask {
  readonly version: string | undefined;
  /** In capitals: STANDBY, RUNNING, FINISHED, PART_FINISHED, FAILED, TERMINATED, or something new. */
  readonly status: string | undefined;
  /** When it starts or started. Null: the row carries no start; undefined: it carries one that cannot be read. */
  readonly startMs: EpochMs | null | undefined;
}

/** Who is on a delivery group. */
export interface OtaSessions {
  /** Sessions that are connected or about to be. */
  readonly connected: number;
  /** EndUserIds with an app instance, connected or not; undefined where one in use names nobody. */
  readonly users: readonly string[] | undefined;
}

/** A delivery group with what updates depend on. Undefined always means unknown or not read. */
export interface OtaGroup extends DeliveryGroup {
  readonly ota: OtaOffer | undefined;
  /** All its updates; undefined: not read. */
  readonly tasks?: readonly OtaTask[];
  /** Undefined: not read, or not to be told. */
  readonly sessions?: OtaSessions;
}

/** A delivery group with its offer, from a row of ListAppInstanceGroup or the object of GetAppInstanceGroup; undefined without an id. */
export function mapOtaGroup(answer: unknown): OtaGroup | undefined {
  const group = mapDeliveryGroup(answer);
  return group && { ...group, ota: mapOffer(objectOf(answer)?.OtaInfo) };
}

function mapOffer(value: unknown): OtaOffer | undefined {
  const info = objectOf(value);
  if (info === undefined) return undefined;
  const offered = isGiven(info.NewOtaVersion) ? textOf(info.NewOtaVersion) : null;
  return { current: textOf(info.OtaVersion), offered, taskId: textOf(info.TaskId) };
}

/** An update from a row of ListOtaTask. Never throws: what is missing or wrong is undefined. */
export function mapOtaTask(answer: unknown): OtaTask {
  const row = objectOf(answer) ?? {};
  const start = textOf(row.TaskStartTime);
  return {
    version: textOf(row.OtaVersion),
    status: textOf(row.TaskDisplayStatus)?.toUpperCase(),
    startMs: isGiven(row.TaskStartTime) ? parseOtaInstant(start ?? '') : null,
  };
}

/** Times of updates may come without seconds, as `yyyy-MM-ddTHH:mmZ` (service notes, Times). */
function parseOtaInstant(text: string): EpochMs | undefined {
  return parseInstant(text.replace(/^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(Z|[+-]\d{2}:?\d{2})$/, '$1:00$2'));
}
