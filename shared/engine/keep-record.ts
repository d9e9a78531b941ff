import { createHash } from 'node:crypto';
import type { EpochMs } from '../client/clock.ts';
import { JournalError } from '../journal/journal-error.ts';
import { readRun, recordHeartbeat, recordRun } from '../journal/runs.ts';
import type { Storing } from '../journal/store-effect.ts';
import { tagKeyOf } from '../journal/written.ts';
import type { Signed, WrittenLog } from '../journal/written-log.ts';
import type { ForeignSetting, ForeignValue } from '../journal/written-record.ts';
import type { Decision } from './decision.ts';
import { keptPrefix } from './reasons.ts';
import { holdIdentity, type RunReport, reportJson } from './report.ts';

/** What a run has seen on settings that is not ours. */
interface Found {
  readonly manual: readonly ForeignValue[];
  /** Owners' tags that are set. */
  readonly tags: readonly ForeignValue[];
  /** Resources that are as wanted and on which no person's change stands. */
  readonly calm: ReadonlySet<string>;
  /** What was seen and is not there any more. */
  readonly gone: readonly ForeignSetting[];
}

/**
 * Writes which values on settings are not ours, so that the next runs know since when they stand; and which stand no longer. What the
 * journal knows already is not written again, unless a clock that was ahead wrote it: it would stand until that time has come, and longer.
 * @throws StoreError @throws JournalError
 */
export function* writeSeen(log: WrittenLog, signed: Signed, target: string, found: Found): Storing<void> {
  const seen = [...found.manual, ...found.tags].filter(({ resource, setting, value }) => {
    const known = log.view.foreign(resource, setting);
    return known?.value !== value || known.sinceMs > signed.atMs;
  });
  const changesGone = [...found.calm].flatMap((resource) =>
    log
      .foreignSettings(resource)
      .filter((setting) => tagKeyOf(setting) === undefined && !setting.startsWith(keptPrefix))
      .map((setting) => ({ resource, setting })),
  );
  // A value in the place of another is one that is seen, not one that is gone.
  const isSeen = (gone: ForeignSetting) => seen.some(({ resource, setting }) => resource === gone.resource && setting === gone.setting);
  const gone = [...changesGone, ...found.gone].filter((each) => !isSeen(each));
  if (seen.length + gone.length === 0) return;
  yield* log.add(signed, { kind: 'foreign', body: { target, seen, gone } });
}

/**
 * Compares what is not done with what was told last: the holds, and what a function that only observes would do. `fresh`: ids of resources
 * whose hold was not among them, or reached nobody. @throws StoreError
 */
export function* compareHolds(
  log: WrittenLog,
  target: string,
  { decisions, functionMode }: Pick<RunReport, 'decisions' | 'functionMode'>,
): Storing<{ readonly changed: boolean; readonly fresh: readonly string[] }> {
  const holds = decisions.filter(({ verdict }) => verdict === 'hold');
  const told = log.toldHolds(target);
  const untold = new Set(told?.untold);
  const idsOf = (some: readonly Decision[]) => some.map(({ resource }) => resource.id);
  if (digestOf(undone(decisions, functionMode)) === (told?.digest ?? digestOf([]))) {
    return { changed: false, fresh: idsOf(holds.filter(({ resource }) => untold.has(resource.id))) };
  }
  const before = told && ((yield* readRunOrNothing(told.run))?.decisions as readonly Decision[] | undefined);
  const known = new Set((before ?? []).filter(({ verdict }) => verdict === 'hold').map(holdIdentity));
  return { changed: true, fresh: idsOf(holds.filter((hold) => !known.has(holdIdentity(hold)) || untold.has(hold.resource.id))) };
}

/**
 * Ends a run of mode `apply` in the journal: the report where it acted, failed or the set of holds changed, the set of holds as told,
 * and a sign of life. A run that an event began gives none (`ofEvent`): it looks at little, and must not hide that the sweep is missing. Nor does one
 * whose lists were not whole.
 * `untold`: new holds that nobody was told of, since no channel delivered; the next run tells them again.
 * Gives the key of the run's record. @throws StoreError @throws JournalError
 */
export function* writeEnd(
  report: RunReport,
  atMs: EpochMs,
  log: WrittenLog | undefined,
  { ofEvent = false, untold = [] }: { readonly ofEvent?: boolean; readonly untold?: readonly string[] | undefined } = {},
): Storing<string | undefined> {
  const name = { functionName: report.function, target: report.target, region: report.region, owner: report.run, atMs };
  let record: string | undefined;
  if (report.outcomes.length > 0 || report.failed || report.holdsChanged) {
    record = yield* recordRun(name, JSON.parse(reportJson(report)) as Record<string, unknown>);
  }
  if (record !== undefined && report.holdsChanged && log) {
    const digest = digestOf(undone(report.decisions, report.functionMode));
    yield* log.add(
      { owner: report.run, atMs },
      { kind: 'holds', body: { target: report.target, digest, run: record, ...(untold.length > 0 ? { untold: [...untold] } : {}) } },
    );
  }
  const told = log?.toldHolds(report.target);
  if (log && told && !report.holdsChanged && report.newHolds.length > 0 && untold.length === 0) {
    const { digest, run } = told;
    yield* log.add({ owner: report.run, atMs }, { kind: 'holds', body: { target: report.target, digest, run } });
  }
  // Who has not seen everything gives none: it would hide that nobody looks after what is missing.
  const saw = !report.errors.some(({ code }) => code === 'IncompleteList' || code === 'MalformedList');
  if (!ofEvent && saw) yield* recordHeartbeat(name, { failed: report.failed });
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
  const identities = undone.map((each) => (each.verdict === 'act' ? `${each.resource.id} ${each.action.key}` : holdIdentity(each))).sort();
  return createHash('sha256').update(identities.join('\n')).digest('hex');
}
