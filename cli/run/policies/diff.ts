import type { EpochMs } from '../../../shared/client/clock.ts';
import { policyAt } from '../../../shared/journal/people/policies.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { CommandFailure } from '../../failure.ts';
import type { World } from '../../world/world.ts';
import { newestIn } from '../session.ts';
import { calendarChanges } from './calendar-changes.ts';
import { type Comparison, comparePolicies } from './compare.ts';
import { isNumber, namedSource, storedSource } from './history.ts';
import { compileSource, fileSource, type PolicySourceText } from './source.ts';
import { type Weakened, weakenedBy } from './weakened.ts';

/** Two policies as written. */
export interface PolicyPair {
  readonly from: PolicySourceText;
  readonly to: PolicySourceText;
}

/** The two policies where both are files, which need no store; undefined where one is not. @throws CommandFailure `PolicyNotRead` */
export async function filePair(from: string | undefined, to: string | undefined): Promise<PolicyPair | undefined> {
  if (from === undefined || to === undefined || isNumber(from) || isNumber(to)) return undefined;
  return { from: await fileSource(from), to: await fileSource(to) };
}

/**
 * The two policies that people name, by number or file. Without a second the one in force; without any that one and the one before.
 * @throws CommandFailure `NothingBefore` where there are not two to compare; else as `namedSource`
 */
export async function diffedPair(store: Store, from: string | undefined, to: string | undefined): Promise<PolicyPair> {
  const latter = to === undefined ? await inForce(store) : await namedSource(store, to);
  if (from !== undefined) return { from: await namedSource(store, from), to: latter };
  const { good } = await newestIn({ store });
  for (let at = (good?.sequence ?? 0) - 1; at >= 0; at--) {
    const entry = await runStoring(store, policyAt(at));
    if (entry && !('because' in entry)) return { from: storedSource(entry), to: latter };
  }
  throw new CommandFailure('NothingBefore', `${store.name} has one policy only: name a file to compare it with.`);
}

/** What two policies take for granted otherwise beside their texts: days of calendars, offsets of zones. Empty where one cannot be compiled. */
export function calendarChangesOf({ from, to }: PolicyPair, nowMs: EpochMs): readonly string[] {
  try {
    return calendarChanges(compileSource(from, nowMs), compileSource(to, nowMs));
  } catch (error) {
    if (error instanceof CommandFailure) return [];
    throw error;
  }
}

/** What two policies decide about live state over the coming week, and what the later one guards less well. */
export interface ComparedPair extends Comparison {
  readonly weakened: readonly Weakened[];
  /** Zone of the later policy. */
  readonly timezone: string;
}

/** Compares two policies on live state. @throws CommandFailure `PolicyBroken` */
export async function decisionsOf(world: World, { from, to }: PolicyPair): Promise<ComparedPair> {
  const nowMs = world.clock.now();
  const [before, after] = [compileSource(from, nowMs).policy, compileSource(to, nowMs).policy];
  const comparison = await comparePolicies(world, before, after);
  return { ...comparison, weakened: weakenedBy(before, after, nowMs), timezone: after.timezone };
}

async function inForce(store: Store): Promise<PolicySourceText> {
  const { good } = await newestIn({ store });
  if (good) return storedSource(good);
  throw new CommandFailure('NothingBefore', `${store.name} has no policy that could be used: name two files.`);
}
