import type { EpochMs } from '../client/clock.ts';
import { type ExceptionTerms, neverWords, readExceptions, type StoredException } from '../journal/people/exceptions.ts';
import type { Halt } from '../journal/people/halts.ts';
import type { JournalError, Store } from '../journal/store/store.ts';
import { runStoring, type Storing } from '../journal/store/store-effect.ts';
import type { CompiledException, CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';

/** What people have said at night beside the policy, as it stands. */
export interface Overrides {
  /** The policy with the exceptions of the journal behind its own; the very same object where there are none. */
  readonly policy: CompiledPolicy;
  /** The versions that are halted; empty for functions that approve none. */
  readonly halts: ReadonlyMap<string, Halt>;
  /** Records that cannot be read. What they may forbid is forbidden. */
  readonly damaged: readonly JournalError[];
}

/** An exception is remembered for so long after its end, in milliseconds: what is done after hours is done some time after it. */
const rememberedMs = 86_400_000;

/** How the versions that are halted are read. */
export type HaltReader = () => Storing<ReadonlyMap<string, Halt>>;

/**
 * Reads what stands in the journal beside the policy: the exceptions for a target that are not over for a day at `nowMs`, and by `readHalts` the
 * versions that are halted; default: none are read, so that a halt that cannot be read stops nobody else. One list call where nothing stands,
 * two with halts.
 *
 * What cannot be read may forbid anything: an exception whose terms are unknown counts as one that forbids everything that exceptions can, everywhere,
 * until the end that its id says; one whose id says none was never written by this program and counts for nothing.
 * @throws StoreError
 */
export function loadOverrides(
  store: Store,
  policy: CompiledPolicy,
  target: CompiledTarget,
  nowMs: EpochMs,
  readHalts?: HaltReader,
): Promise<Overrides> {
  return runStoring(store, readOverrides(policy, target, nowMs, readHalts));
}

/** As `loadOverrides`, for code that runs as effects. @throws StoreError */
export function* readOverrides(
  policy: CompiledPolicy,
  target: CompiledTarget,
  nowMs: EpochMs,
  readHalts?: HaltReader | undefined,
): Storing<Overrides> {
  const stored = yield* readExceptions(nowMs - rememberedMs);
  const halts = readHalts ? yield* readHalts() : new Map<string, Halt>();
  const unread = [...halts.values()].flatMap(({ damage }) => damage ?? []);
  return {
    policy: withExceptions(policy, target, stored),
    halts,
    damaged: [...stored.flatMap(({ damaged }) => damaged), ...unread],
  };
}

/** One that names a target that the policy does not have, as after another name was given to it, may be for any. */
function withExceptions(policy: CompiledPolicy, target: CompiledTarget, stored: readonly StoredException[]): CompiledPolicy {
  const isHere = (name: string): boolean => name === target.name || !Object.hasOwn(policy.targets, name);
  const added = stored.flatMap(({ id, terms, untilMs }) => {
    const { targets, ...said } = terms ?? unreadTerms(id);
    if (untilMs === undefined || targets?.some(isHere) === false) return [];
    return [compiledException({ ...said, untilMs }, Object.keys(policy.zones))];
  });
  return added.length === 0 ? policy : { ...policy, exceptions: [...policy.exceptions, ...added] };
}

/** What an exception may say of which nothing can be read. */
function unreadTerms(id: string): Omit<ExceptionTerms, 'untilMs'> {
  return {
    ...{ because: `the exception ${id} cannot be read: end it by 'streamwarden exception end' and add it anew`, by: '', fromMs: 0 },
    ...{ groups: { all: true }, workstations: { all: true }, never: neverWords },
  };
}

/** An exception of the journal as planners read those of the policy: its instants are the same in every zone. */
function compiledException({ fromMs, untilMs, by: _by, ...terms }: ExceptionTerms, zones: readonly string[]): CompiledException {
  return { ...terms, spans: Object.fromEntries(zones.map((zone) => [zone, { fromMs, untilMs }])) };
}
