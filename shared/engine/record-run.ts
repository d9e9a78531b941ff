import type { EpochMs } from '../client/clock.ts';
import { sha256 } from '../client/hmac.ts';
import type { IntentLog, Signed } from '../journal/intents/intent-log.ts';
import type { ExternalChange, ExternalSetting, ToldHolds } from '../journal/intents/intent-record.ts';
import { keptPrefix, tagKeyOf } from '../journal/intents/intent-view.ts';
import { readRun, recordHeartbeat, recordRun } from '../journal/log/runs.ts';
import { JournalError } from '../journal/store/store.ts';
import type { Storing } from '../journal/store/store-effect.ts';
import type { UsageSample } from '../journal/usage/sample-rows.ts';
import type { Decision } from '../planning/decision.ts';
import { holdIdentity, isExpected, isWaiting, type RunReport, reportJson, runError } from './report.ts';

/** What a run has seen on settings that is not ours. */
interface Found {
  readonly manual: readonly ExternalChange[];
  /** Owners' tags that are set. */
  readonly tags: readonly ExternalChange[];
  /** Resources that are as wanted and on which no person's change stands. */
  readonly calm: ReadonlySet<string>;
  /** What was seen and is not there any more. */
  readonly gone: readonly ExternalSetting[];
}

/** So many go into one record: the first sight of a large fleet, in one piece, would need more memory than the rest of the run. */
const seenAtOnce = 2000;

/**
 * Writes which values on settings are not ours, so that the next runs know since when they stand; and which stand no longer. What the
 * journal knows already is not written again, unless a clock that was ahead wrote it: it would stand until that time has come, and longer.
 * @throws StoreError @throws JournalError
 */
export function* writeSeen(log: IntentLog, signed: Signed, target: string, found: Found): Storing<void> {
  const seen = [...found.manual, ...found.tags].filter(({ resource, setting, value }) => {
    const known = log.view.external(resource, setting);
    return known?.value !== value || known.sinceMs > signed.atMs;
  });
  const changesGone = [...found.calm].flatMap((resource) =>
    log
      .externalSettings(resource)
      .filter((setting) => tagKeyOf(setting) === undefined && !setting.startsWith(keptPrefix))
      .map((setting) => ({ resource, setting })),
  );
  // A value in the place of another is one that is seen, not one that is gone.
  const isSeen = (gone: ExternalSetting) => seen.some(({ resource, setting }) => resource === gone.resource && setting === gone.setting);
  const gone = [...changesGone, ...found.gone].filter((each) => !isSeen(each));
  for (let start = 0; start < Math.max(seen.length, gone.length); start += seenAtOnce) {
    const body = { target, seen: seen.slice(start, start + seenAtOnce), gone: gone.slice(start, start + seenAtOnce) };
    yield* log.add(signed, { kind: 'foreign', body });
  }
}

/** A hold that comes back within this time of its end is the same, in milliseconds: causes take turns, and what alternates is no news. */
const sameHoldMs = 24 * 60 * 60 * 1000;

/** So many holds that have ended are remembered of a target. */
const mostGone = 1000;

/**
 * Compares what is not done with what was told last: the holds, and what a function that only observes would do. `fresh`: ids of resources
 * with a hold that was not among them, nor among those that ended within a day, or that reached nobody; one id for each resource and cause. What
 * merely waits for its time is never among them. @throws StoreError
 */
export function* compareHolds(
  log: IntentLog,
  target: string,
  { decisions, functionMode }: Pick<RunReport, 'decisions' | 'functionMode'>,
  nowMs: EpochMs,
): Storing<{ readonly changed: boolean; readonly fresh: readonly string[] }> {
  const told = log.toldHolds(target);
  const untold = new Set(told?.untold);
  const changed = digestOf(undone(decisions, functionMode)) !== (told?.digest ?? digestOf([]));
  const known = changed
    ? new Set([...(yield* toldIdentities(told)), ...recentlyGone(told, nowMs).map(([identity]) => identity)])
    : undefined;
  const fresh = new Map<string, string>();
  for (const hold of decisions) {
    if (hold.verdict !== 'hold' || isWaiting(hold)) continue;
    const identity = holdIdentity(hold);
    const isNew = known !== undefined && !known.has(identity);
    if ((isNew || untold.has(hold.resource.id)) && !fresh.has(identity)) fresh.set(identity, hold.resource.id);
  }
  return { changed, fresh: [...fresh.values()] };
}

/** Identities of the holds that were told last; what reached nobody is not among them, or it would be no news when it comes back. */
function* toldIdentities(told: ToldHolds | undefined): Storing<readonly string[]> {
  const before = told && ((yield* readRunOrNothing(told.run))?.decisions as readonly Decision[] | undefined);
  const untold = new Set(told?.untold);
  return (before ?? []).filter(({ verdict, resource }) => verdict === 'hold' && !untold.has(resource.id)).map(holdIdentity);
}

/** Holds that ended within a day. One that a clock ahead of ours saw end is remembered no longer than others. */
function recentlyGone(told: ToldHolds | undefined, nowMs: EpochMs): NonNullable<ToldHolds['gone']> {
  return (told?.gone ?? []).filter(([, atMs]) => Math.abs(nowMs - atMs) < sameHoldMs);
}

/**
 * Ends a run of mode `apply` in the journal, and gives its report with the key of its record. Where nothing can be written the report says so, and
 * has failed. What is written: the report where it acted, failed or the set of holds changed, the set of holds as told,
 * and a sign of life. A run that an event began gives none (`ofEvent`): it looks at little, and must not hide that the sweep is missing. Nor does one
 * whose lists were not whole.
 * `policyFormats`: those that a deployed function reads.
 * `untold`: new holds that nobody was told of, since no channel delivered; the next run tells them again.
 */
export function* endRun(report: RunReport, atMs: EpochMs, log: IntentLog | undefined, options: EndOptions = {}): Storing<RunReport> {
  try {
    const record = yield* writeEnd(report, atMs, log, options);
    return record === undefined ? report : { ...report, record };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { ...report, errors: [...report.errors, runError(error)], failed: true };
  }
}

interface EndOptions {
  readonly ofEvent?: boolean;
  readonly untold?: readonly string[] | undefined;
  readonly policyFormats?: readonly number[] | undefined;
  /** What the run saw of the fleet, for its heartbeat. Default: nothing. */
  readonly usage?: RunUsage | undefined;
}

/** What a run saw of the fleet; `written` hears that it stands in the journal. */
export interface RunUsage {
  readonly sample: UsageSample;
  written?(): void;
}

function* writeEnd(
  report: RunReport,
  atMs: EpochMs,
  log: IntentLog | undefined,
  { ofEvent = false, untold = [], policyFormats, usage }: EndOptions,
): Storing<string | undefined> {
  const name = { functionName: report.function, target: report.target, region: report.region, owner: report.run, atMs };
  let record: string | undefined;
  if (report.outcomes.length > 0 || report.failed || report.holdsChanged) {
    record = yield* recordRun(name, JSON.parse(reportJson(report)) as Record<string, unknown>);
  }
  if (record !== undefined && report.holdsChanged && log) {
    const digest = digestOf(undone(report.decisions, report.functionMode));
    const before = log.toldHolds(report.target);
    const standing = new Set(report.decisions.filter(({ verdict }) => verdict === 'hold').map(holdIdentity));
    const ended = [...recentlyGone(before, atMs), ...(yield* toldIdentities(before)).map((identity) => [identity, atMs] as const)];
    const gone = [...new Map(ended.filter(([identity]) => !standing.has(identity)))].slice(-mostGone);
    const body = {
      ...{ target: report.target, digest, run: record },
      ...(untold.length > 0 ? { untold: [...untold] } : {}),
      ...(gone.length > 0 ? { gone: gone.map(([identity, endMs]): [string, number] => [identity, endMs]) } : {}),
    };
    yield* log.add({ owner: report.run, atMs }, { kind: 'holds', body });
  }
  const told = log?.toldHolds(report.target);
  if (log && told && !report.holdsChanged && report.newHolds.length > 0 && untold.length === 0) {
    const { untold: _told, ...rest } = told;
    yield* log.add({ owner: report.run, atMs }, { kind: 'holds', body: { target: report.target, ...rest } });
  }
  // Who has not seen everything gives none: it would hide that nobody looks after what is missing.
  const saw = !report.errors.some(({ code }) => code === 'IncompleteList' || code === 'MalformedList');
  if (!ofEvent && saw) {
    const body = { failed: report.failed, policyFormats, usage: usage?.sample };
    // Where another run had the minute nothing of this one stands there, so nothing may go by it.
    if ((yield* recordHeartbeat(name, body)) === 'created') usage?.written?.();
  }
  return record;
}

/** What a run told; nothing where its record cannot be read, and all is told again then. */
function* readRunOrNothing(key: string): Storing<Readonly<Record<string, unknown>> | undefined> {
  try {
    return yield* readRun(key);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return undefined;
  }
}

/** Decisions after which nothing happens although something is wanted. */
function undone(decisions: readonly Decision[], mode: RunReport['functionMode']): readonly Decision[] {
  return decisions.filter(({ verdict }) => verdict === 'hold' || (verdict === 'act' && mode === 'observe'));
}

function digestOf(undone: readonly Decision[]): string {
  const identities = undone.map((each) => (each.verdict === 'act' ? `${each.resource.id} ${each.action.key}` : holdIdentity(each)));
  return sha256([...new Set(identities)].sort().join('\n'));
}
