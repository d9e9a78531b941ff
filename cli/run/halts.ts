import { type HaltHistory, haltHistories, sayHalt } from '../../shared/journal/halts.ts';
import { runStoring } from '../../shared/journal/store-effect.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';
import type { Speaker } from './speaker.ts';

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
  version: string,
  { kind, because }: { readonly kind: 'halt' | 'resume'; readonly because: string | undefined },
  speaker: Speaker,
): Promise<SaidHalt> {
  if (version.trim() === '') throw new CommandFailure('Usage', 'Name a version, such as 7.4.2.');
  if (kind === 'halt' && (because ?? '').trim() === '') throw new CommandFailure('Usage', '--because is missing: a halt must say why.');
  const said = await runStoring(world.store, sayHalt(version, speaker, { kind, by: speaker.by, because }));
  if (said.outcome === 'said') return { version, kind, by: speaker.by, record: said.key };
  const stands = kind === 'halt' ? 'is halted already' : 'is not halted';
  throw new CommandFailure('AlreadySo', `Version ${version} ${stands}; 'streamwarden ota list' shows what is.`);
}

/** The versions of which something was said; without `all` only those that are halted. @throws JournalError @throws StoreError */
export async function listHalts({ world }: Session, { all = false } = {}): Promise<readonly HaltHistory[]> {
  const histories = await runStoring(world.store, haltHistories());
  return histories.filter(({ words }) => all || words.at(-1)?.kind === 'halt');
}
