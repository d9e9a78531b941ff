import { randomBytes } from 'node:crypto';
import type { Clock, EpochMs } from '../client/clock.ts';
import type { TriggerEvent } from '../engine/automation.ts';
import type { RunReport } from '../engine/report.ts';
import { IntentLog, writtenScope } from '../journal/intents/intent-log.ts';
import { awaitedSetting } from '../journal/intents/intent-view.ts';
import { closeQueue, enqueue, slotAt, slotMs, takeTurn } from '../journal/log/event-queue.ts';
import type { Store } from '../journal/store/store.ts';
import { runStoring } from '../journal/store/store-effect.ts';
import type { CompiledTarget } from '../policy/compiled.ts';
import { creations } from './events/audited-calls.ts';

/** How often a run on events is repeated where another run was in its way. */
const repeats = 6;

/** Longest wait before a repetition, in milliseconds; the wait is a random part of it, so that runs that met do not meet again. */
const longestWaitMs = 2_000;

/** So long after a slot has ended it is closed: clocks differ a little, and a record takes its time. */
const graceMs = 1_000;

/** So many slots are tried at most. Where all are closed, by a clock that is ahead of ours, an invocation sees to its own events. */
const mostSlots = 3;

/** So many resources are looked at in one turn; the rest is left to the sweep. */
const mostLooked = 300;

/** After so long each it is looked again for a resource that was made and does not show yet, in milliseconds. */
const looksAgainMs = [5_000, 20_000] as const;

/** So much time a run on events takes at least, in milliseconds: with less left nothing is begun. */
const runMs = 20_000;

/** Where events are seen to. */
export interface EventTurn {
  readonly triggerEvents: readonly TriggerEvent[];
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** When the platform ends the invocation. Default: never. */
  readonly endMs: EpochMs | undefined;
  /** Where the events of invocations meet. Absent: they do not, and each sees to its own. */
  readonly queue?: { readonly store: Store; readonly functionName: string; readonly scope: string } | undefined;
  run(triggerEvents: readonly TriggerEvent[]): Promise<RunReport>;
  /** Hears of each run. */
  onReport(report: RunReport): void;
}

/** Why a resource that events named is left to the sweep. */
type LeftWhy =
  /** Other runs were in the way, each time. */
  | 'crowded-out'
  /** No time was left. */
  | 'deadline-near'
  /** It was made, and does not show yet. */
  | 'not-visible'
  /** Events named more than are looked at. */
  | 'too-many'
  /** A run failed before it had looked. */
  | 'run-failed'
  /** What others heard is damaged, or too much: the ids are those of its records. */
  | 'unread';

/** What became of the events of an invocation. */
export interface EventsTaken {
  /** The last run, or the first that failed; undefined where another invocation sees to these events. */
  readonly report: RunReport | undefined;
  /** Ids that are left to the sweep, by why. The first two fail the invocation, so that the platform delivers its event again. */
  readonly left: Readonly<Partial<Record<LeftWhy, readonly string[]>>>;
}

/**
 * Sees to events. Those of a few seconds are put into one slot of the journal, and the one invocation whose turn it is looks at each resource once,
 * whatever the number of events; the others end at once. So a storm is one run and no race. A resource that was made and does not show yet is looked
 * for again, twice. What is not done is named; the sweep sees to it. @throws StoreError where the journal cannot be used
 */
export async function takeEvents(input: EventTurn): Promise<EventsTaken> {
  const { clock, queue, signal } = input;
  if (queue === undefined) return look(input, input.triggerEvents);
  const { store, functionName, scope } = queue;
  const owner = randomBytes(16).toString('hex');
  const signed = () => ({ owner, atMs: clock.now() });
  let slot = slotAt(clock.now());
  for (let tries = 1; ; tries++) {
    if (await runStoring(store, enqueue({ functionName, scope, slot }, signed(), input.triggerEvents))) break;
    if (tries === mostSlots) return look(input, input.triggerEvents);
    slot = Math.max(slot + 1, slotAt(clock.now()));
  }
  const place = { functionName, scope, slot };
  if (!(await runStoring(store, takeTurn(place, signed())))) return { report: undefined, left: {} };
  const waitMs = (slot + 1) * slotMs + graceMs - clock.now();
  if (waitMs > 0) await clock.sleep(waitMs, signal).catch(() => undefined);
  const { heard, unread } = await runStoring(store, closeQueue(place, signed(), isTrigger));
  const { report, left } = await look(input, mergeTriggerEvents([...input.triggerEvents, ...heard]));
  return { report, left: unread.length === 0 ? left : { ...left, unread } };
}

async function look(input: EventTurn, all: readonly TriggerEvent[]): Promise<EventsTaken> {
  const { clock, signal, endMs } = input;
  const hasTime = (ms: number): boolean => !signal?.aborted && (endMs === undefined || clock.now() + ms < endMs);
  const beyond = all.slice(mostLooked).map(({ resourceId }) => resourceId);
  let looked = await runOut(input, all.slice(0, mostLooked));
  for (const ms of looksAgainMs) {
    if (looked.unseen.length === 0 || !hasTime(ms + runMs)) break;
    await clock.sleep(ms, signal).catch(() => undefined);
    const again = await runOut(input, looked.unseen);
    looked = {
      report: worse(looked.report, again.report),
      crowded: [...looked.crowded, ...again.crowded],
      late: [...looked.late, ...again.late],
      missed: [...looked.missed, ...again.missed],
      unseen: again.unseen,
    };
  }
  const { report, crowded, late, missed, unseen } = looked;
  const left = {
    ...(crowded.length === 0 ? {} : { 'crowded-out': crowded }),
    ...(late.length === 0 ? {} : { 'deadline-near': late }),
    ...(unseen.length === 0 ? {} : { 'not-visible': unseen.map(({ resourceId }) => resourceId) }),
    ...(beyond.length === 0 ? {} : { 'too-many': beyond }),
    ...(missed.length === 0 ? {} : { 'run-failed': missed }),
  };
  return { report, left };
}

/** What became of trigger events in the runs on them. */
interface Looked {
  readonly report: RunReport;
  readonly crowded: readonly string[];
  readonly late: readonly string[];
  /** Not seen by a run that failed. Who ended at once since their events were here hears nothing of it: those events do not come again. */
  readonly missed: readonly string[];
  /** Made, by what was heard, and not seen by a run that failed at nothing. */
  readonly unseen: readonly TriggerEvent[];
}

/** Runs on trigger events, and again on those that another run of the same function was in the way of, such as the sweep. */
async function runOut({ clock, signal, run, onReport }: EventTurn, triggerEvents: readonly TriggerEvent[]): Promise<Looked> {
  let todo = triggerEvents;
  let worst: RunReport | undefined;
  const late = new Set<string>();
  const missed: string[] = [];
  const unseen: TriggerEvent[] = [];
  for (let turn = 0; ; turn++) {
    const report = await run(todo);
    onReport(report);
    worst = worse(worst ?? report, report);
    for (const id of stoppedBy(report, todo, 'deadline-near')) late.add(id);
    const missing = todo.filter(isMissing(report));
    if (report.errors.length > 0) missed.push(...missing.map(({ resourceId }) => resourceId));
    else unseen.push(...missing.filter(({ operation }) => creations.has(operation)));
    const crowded = new Set(stoppedBy(report, todo, 'another-run'));
    todo = todo.filter(({ resourceId }) => crowded.has(resourceId));
    if (todo.length === 0 || turn === repeats || signal?.aborted)
      return { report: worst, crowded: [...crowded], late: [...late], missed, unseen };
    await clock.sleep(Math.ceil(Math.random() * longestWaitMs), signal).catch(() => undefined);
  }
}

/** The later report, unless the earlier one failed: a run on what was left must not hide it. */
function worse(before: RunReport, after: RunReport): RunReport {
  return before.failed ? before : after;
}

/** Ids of those that events named whose action a cause stopped. A part of a resource is named behind the resource. */
function stoppedBy({ outcomes }: RunReport, triggerEvents: readonly TriggerEvent[], code: string): readonly string[] {
  const stopped = outcomes.flatMap(({ because, resource }) => (because?.code === code ? [resource.id] : []));
  return triggerEvents.map(({ resourceId }) => resourceId).filter((id) => stopped.some((each) => each === id || each.startsWith(`${id}/`)));
}

/** Tells which trigger events a run has not seen. */
function isMissing({ decisions, kept, notCovered }: RunReport): (triggerEvent: TriggerEvent) => boolean {
  const seen = new Set([...decisions.map(({ resource }) => resource.id), ...kept, ...notCovered]);
  return ({ resourceId }) => !seen.has(resourceId);
}

/** After so long nothing is waited for any more, in milliseconds: the sweep sees to it. */
const awaitedForMs = 6 * 3_600_000;

/**
 * What the last runs of a function wait for on a target, by what they noted in the journal: groups that are not published yet, say, of which no event
 * comes. One read of the journal where there is nothing. @throws StoreError @throws JournalError
 */
export async function awaitedBy(
  store: Store,
  functionName: string,
  target: CompiledTarget,
  nowMs: EpochMs,
): Promise<readonly TriggerEvent[]> {
  const log = await runStoring(store, IntentLog.load(functionName, writtenScope(target)));
  const known = log.externalOn(awaitedSetting).filter(({ sinceMs }) => sinceMs > nowMs - awaitedForMs);
  return known.map(({ resource }) => ({ resourceId: resource, operation: 'awaited', atMs: nowMs }));
}

/** One trigger event for each resource: how it came to be says more than what was done to it since; else the later one counts. */
export function mergeTriggerEvents(triggerEvents: readonly TriggerEvent[]): readonly TriggerEvent[] {
  const merged = new Map<string, TriggerEvent>();
  for (const triggerEvent of triggerEvents) {
    const before = merged.get(triggerEvent.resourceId);
    if (before === undefined || saysMore(triggerEvent, before)) merged.set(triggerEvent.resourceId, triggerEvent);
  }
  return [...merged.values()];
}

/** Events come in any order, and one of a creation may name nobody where another does. */
function saysMore(triggerEvent: TriggerEvent, before: TriggerEvent): boolean {
  const [now, then] = [triggerEvent, before].map(({ operation, caller }) =>
    creations.has(operation) ? (caller === undefined ? 1 : 2) : 0,
  );
  return now === then ? triggerEvent.atMs > before.atMs : Number(now) > Number(then);
}

function isTrigger(value: unknown): value is TriggerEvent {
  if (typeof value !== 'object' || value === null) return false;
  const { resourceId, operation, atMs, ...words } = value as Partial<Record<keyof TriggerEvent, unknown>>;
  return [resourceId, operation, ...Object.values(words)].every((each) => typeof each === 'string') && typeof atMs === 'number';
}
