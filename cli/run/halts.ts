import { isExpected } from '../../shared/engine/report.ts';
import { observeOtaGroups } from '../../shared/fleet/ota-observe.ts';
import { type HaltHistory, haltHistories, sayHalt } from '../../shared/journal/people/halts.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { CommandFailure } from '../failure.ts';
import type { Actor } from './actor.ts';
import type { Session } from './session.ts';

/** A word that was said on a version. */
export interface SaidHalt {
  readonly version: string;
  readonly kind: 'halt' | 'resume';
  readonly by: string;
  /** Key of the record. */
  readonly record: string;
}

/** Halts a version or lets it go on. @throws CommandFailure when that is how it stands already, the version is empty, or a halt says no why */
export async function sayOnVersion(
  { world }: Session,
  named: string,
  { kind, because }: { readonly kind: 'halt' | 'resume'; readonly because: string | undefined },
  actor: Actor,
): Promise<SaidHalt> {
  if (named.trim() === '') throw new CommandFailure('Usage', 'Name a version, such as 7.4.2.');
  if (kind === 'halt' && (because ?? '').trim() === '') throw new CommandFailure('Usage', '--because is missing: a halt must say why.');
  const version = kind === 'halt' ? named.trim() : named;
  const said = await runStoring(world.store, sayHalt(version, actor, { kind, by: actor.by, because }));
  if (said.outcome === 'said') return { version, kind, by: actor.by, record: said.key };
  const stands = kind === 'halt' ? 'is halted already' : 'is not halted';
  throw new CommandFailure('AlreadySo', `Version ${version} ${stands}; 'streamwarden ota list' shows what is.`);
}

/** The versions of which something was said; without `all` only those that are halted. @throws JournalError @throws StoreError */
export async function listHalts({ world }: Session, { all = false } = {}): Promise<readonly HaltHistory[]> {
  const histories = await runStoring(world.store, haltHistories());
  return histories.filter(({ words }) => all || words.at(-1)?.kind === 'halt');
}

/** The versions that groups run or are offered, so that a halt of one that nobody has is noticed; undefined where they could not all be read. */
export async function knownVersions({ world, targets }: Session): Promise<ReadonlySet<string> | undefined> {
  const versions = new Set<string>();
  try {
    for (const target of targets) {
      for await (const { resources } of observeOtaGroups(world.clientFor(target))) {
        for (const { ota } of resources) for (const version of [ota?.current, ota?.offered]) if (version) versions.add(version);
      }
    }
  } catch (error) {
    // The halt stands already, and whoever halts at night may have no right to read.
    if (isExpected(error)) return undefined;
    throw error;
  }
  return versions;
}
