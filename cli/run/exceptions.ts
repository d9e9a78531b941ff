import type { EpochMs } from '../../shared/client/clock.ts';
import {
  addException,
  endException,
  exceptionIds,
  neverWords,
  parseExceptionId,
  readExceptions,
  type StoredException,
} from '../../shared/journal/people/exceptions.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import type { CompiledException, CompiledPolicy } from '../../shared/policy/compiled.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { CommandFailure } from '../failure.ts';
import type { Actor } from './actor.ts';
import { type ExceptionFlags, exceptionOfFlags, type NewException } from './exception-flags.ts';
import type { Session } from './session.ts';

/** What was written by `exception add`. */
export interface AddedException extends NewException {
  readonly by: string;
  /** Key of the record. */
  readonly record: string;
}

/** What was written by `exception end`. */
export interface EndedException {
  readonly id: string;
  readonly by: string;
  /** Key of the record. */
  readonly record: string;
}

/** One exception as `exception list` shows it. */
export interface ListedException extends Omit<CompiledException, 'spans'> {
  readonly source: 'policy' | 'journal';
  readonly state: 'in force' | 'coming' | 'ended';
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  /** Of the journal's: what `exception end` takes. */
  readonly id?: string;
  readonly by?: string;
  readonly endedBy?: string;
  readonly endedBecause?: string;
}

/** Exceptions that ended longer ago are listed only where all are asked for, in milliseconds. */
const listedForMs = 30 * dayMs;

/** Writes the exception that flags say. @throws CommandFailure when it is wrong, or its id is taken */
export async function addStored({ policy, world }: Session, flags: ExceptionFlags, actor: Actor): Promise<AddedException> {
  const added = exceptionOfFlags(flags, policy, actor.atMs);
  const body = { ...added.body, by: actor.by };
  const { outcome, key } = await runStoring(world.store, addException(added.id, actor, body));
  if (outcome === 'added') return { ...added, by: actor.by, record: key };
  throw new CommandFailure('AlreadyThere', `There is an exception ${added.id} already; give this one a name of its own with --id.`);
}

/**
 * Ends an exception of the journal now. `wanted` is its id, or the name in it where only one that is not over has that name.
 * @throws CommandFailure when there is none, it was ended already, or the name fits several
 */
export async function endStored({ world }: Session, wanted: string, because: string | undefined, actor: Actor): Promise<EndedException> {
  const id = await idOf(world.store, wanted, actor.atMs);
  const ended = await runStoring(world.store, endException(id, actor, { by: actor.by, because }));
  if (ended.key !== undefined) return { id, by: actor.by, record: ended.key };
  throw new CommandFailure('NothingToEnd', `The exception ${id} was ended already.`);
}

async function idOf(store: Session['world']['store'], wanted: string, nowMs: EpochMs): Promise<string> {
  const ids = await runStoring(store, exceptionIds());
  if (ids.includes(wanted)) return wanted;
  const named = ids.filter((id) => parseExceptionId(id).name === wanted);
  const alive = named.filter((id) => (parseExceptionId(id).untilMs ?? Number.POSITIVE_INFINITY) > nowMs);
  const [only] = alive;
  if (only !== undefined && alive.length === 1) return only;
  if (alive.length > 1) {
    throw new CommandFailure('NothingToEnd', `Several exceptions are named '${wanted}'; say which: ${alive.join(', ')}.`);
  }
  const over = named.length > 0 ? ` ${named.join(', ')} ended by itself.` : '';
  throw new CommandFailure(
    'NothingToEnd',
    `The journal has no exception '${wanted}' that could be ended.${over} 'streamwarden exception list' shows what there is; one of the policy is ended in the policy.`,
  );
}

/**
 * The exceptions of the policy and of the journal, by their start. What ended more than 30 days ago is left out unless `all`.
 * @throws StoreError
 */
export async function listExceptions({ policy, world }: Session, { all = false } = {}): Promise<readonly ListedException[]> {
  const nowMs = world.clock.now();
  const sinceMs = all ? Number.NEGATIVE_INFINITY : nowMs - listedForMs;
  const stored = await runStoring(world.store, readExceptions(sinceMs));
  const listed = [
    ...policy.exceptions.map((exception) => ofPolicy(exception, policy, nowMs)),
    ...stored.map((each) => ofJournal(each, nowMs)),
  ];
  return listed.filter(({ untilMs }) => untilMs > sinceMs).sort((a, b) => a.fromMs - b.fromMs || (a.id ?? '').localeCompare(b.id ?? ''));
}

/** Local times of several zones become one stretch: from the first zone in which it begins to the last in which it ends. */
function ofPolicy({ spans, ...exception }: CompiledException, policy: CompiledPolicy, nowMs: EpochMs): ListedException {
  const names = exception.targets ?? Object.keys(policy.targets);
  const lived = names.flatMap((name) => spans[policy.targets[name]?.timezone ?? ''] ?? []);
  const fromMs = Math.min(...lived.map((span) => span.fromMs));
  const untilMs = Math.max(...lived.map((span) => span.untilMs));
  return { source: 'policy', state: stateOf(fromMs, untilMs, nowMs), ...exception, fromMs, untilMs };
}

function ofJournal({ id, addedAtMs, terms, ended, untilMs = Number.POSITIVE_INFINITY }: StoredException, nowMs: EpochMs): ListedException {
  const fromMs = terms?.fromMs ?? addedAtMs ?? 0;
  const unread = { because: 'cannot be read: until somebody ends it, what exceptions can forbid is forbidden', never: neverWords };
  return {
    ...{ source: 'journal', state: stateOf(fromMs, untilMs, nowMs), ...(terms ?? unread), id, fromMs, untilMs },
    ...(ended === undefined ? {} : { endedBy: ended.by }),
    ...(ended?.because === undefined ? {} : { endedBecause: ended.because }),
  };
}

function stateOf(fromMs: EpochMs, untilMs: EpochMs, nowMs: EpochMs): ListedException['state'] {
  if (untilMs <= nowMs) return 'ended';
  return fromMs <= nowMs ? 'in force' : 'coming';
}
