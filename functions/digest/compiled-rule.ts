import type { EpochMs } from '../../shared/client/clock.ts';
import { ruleFields, time } from '../../shared/policy/compiled-rules.ts';
import { type FieldsFor, jsonList, object, type Schema, text } from '../../shared/schema/schema.ts';
import { recordOf, where } from '../../shared/schema/shapes.ts';

/** What a digest can show, beside spending by a tag. A closed list. */
export const shownParts = [
  'done',
  'held',
  'orders',
  'expiring-30d',
  'not-covered',
  'drift',
  'exceptions-ending',
  'silent',
  'saved',
  'heads',
] as const;

/** One part of a digest, as `show` spells it. */
export type Shown = (typeof shownParts)[number] | `spend-by-tag:${string}`;

/** How `show` spells spending by a tag; the key follows. */
const byTag = 'spend-by-tag:';

/** The tag keys by which a digest sums up spending. */
export function spendTags(show: readonly Shown[]): readonly string[] {
  return show.flatMap((part) => (part.startsWith(byTag) ? [part.slice(byTag.length)] : []));
}

/** True where a digest needs what a node costs: prices are asked of the service only then. */
export function needsPrices(show: readonly Shown[]): boolean {
  return show.includes('saved') || spendTags(show).length > 0;
}

/** A rule of digest as its runs read it. */
export interface CompiledDigestRule {
  readonly name: string;
  /** Absent: every target. */
  readonly targets?: readonly string[];
  /** Names of channels. */
  readonly to: readonly string[];
  readonly show: readonly Shown[];
  /** Zone by whose clock the digest goes out and is written. */
  readonly timezone: string;
  /** Instants at which it is due, ascending; they begin before the policy does. */
  readonly slotsMs: readonly EpochMs[];
  /** How often a function runs, in milliseconds, by its name. Absent: as its own signs of life tell. */
  readonly runsEvery: Readonly<Record<string, number>>;
}

const { name, targets } = ruleFields;

/** What a compiled rule has to look like. */
export const compiledDigestRule = object({
  ...{ name, targets },
  to: jsonList(text),
  show: jsonList(
    where(text, (part) => part.startsWith(byTag) || shownParts.some((each) => each === part)) as Schema & { readonly type?: Shown },
  ),
  timezone: text,
  slotsMs: jsonList(time),
  runsEvery: recordOf(time),
} satisfies FieldsFor<CompiledDigestRule>);
