import { createHash } from 'node:crypto';
import type { EpochMs } from '../client/clock.ts';
import { readRun, recordHeartbeat, recordRun } from '../journal/runs.ts';
import type { Storing } from '../journal/store-effect.ts';
import type { Signed, WrittenLog } from '../journal/written-log.ts';
import type { ForeignSetting, ForeignValue } from '../journal/written-record.ts';
import type { Decision } from './decision.ts';
import { isTagSetting } from './protection-facts.ts';
import { holdIdentity, type RunReport, reportJson } from './report.ts';

/** What a run has seen on settings that is not ours. */
interface Found {
  readonly manual: readonly ForeignValue[];
  /** Owners' tags that matter now. */
  readonly tags: readonly ForeignValue[];
  /** Resources that are as wanted and on which no person's change stands. */
  readonly calm: ReadonlySet<string>;
  /** Owners' tags that were set and are not any more. */
  readonly tagsGone: readonly ForeignSetting[];
}

/**
 * Writes which values on settings are not ours, so that the next runs know since when they stand; and which stand no longer. What the
 * journal knows already is not written again. @throws StoreError @throws JournalError
 */
export function* writeSeen(log: WrittenLog, signed: Signed, target: string, found: Found): Storing<void> {
  const seen = [...found.manual, ...found.tags].filter(
    ({ resource, setting, value }) => log.view.foreign(resource, setting)?.value !== value,
  );
  const changesGone = [...found.calm].flatMap((resource) =>
    log
      .foreignSettings(resource)
      .filter((setting) => !isTagSetting(setting))
      .map((setting) => ({ resource, setting })),
  );
  // A value in the place of another is one that is seen, not one that is gone.
  const isSeen = (gone: ForeignSetting) => seen.some(({ resource, setting }) => resource === gone.resource && setting === gone.setting);
  const gone = [...changesGone, ...found.tagsGone].filter((each) => !isSeen(each));
  if (seen.length + gone.length === 0) return;
  yield* log.add(signed, { kind: 'foreign', body: { target, seen, gone } });
}

/** Compares the holds with those told last. `fresh`: ids of resources whose hold was not among them. @throws StoreError */
export function* compareHolds(
  log: WrittenLog,
  target: string,
  decisions: readonly Decision[],
): Storing<{ readonly changed: boolean; readonly fresh: readonly string[] }> {
  const holds = decisions.filter(({ verdict }) => verdict === 'hold');
  const told = log.toldHolds(target);
  if (digestOf(holds) === (told?.digest ?? digestOf([]))) return { changed: false, fresh: [] };
  const before = told && ((yield* readRun(told.run))?.decisions as readonly Decision[] | undefined);
  const known = new Set((before ?? []).filter(({ verdict }) => verdict === 'hold').map(holdIdentity));
  return { changed: true, fresh: holds.filter((hold) => !known.has(holdIdentity(hold))).map(({ resource }) => resource.id) };
}

/**
 * Ends a run of mode `apply` in the journal: the report where it acted, failed or the set of holds changed, the set of holds as told,
 * and a sign of life. A run that an event began gives none (`ofEvent`): it looks at little, and must not hide that the sweep is missing.
 * Gives the key of the run's record. @throws StoreError @throws JournalError
 */
export function* writeEnd(report: RunReport, atMs: EpochMs, log: WrittenLog | undefined, ofEvent = false): Storing<string | undefined> {
  const name = { functionName: report.function, target: report.target, owner: report.run, atMs };
  let record: string | undefined;
  if (report.outcomes.length > 0 || report.failed || report.holdsChanged) {
    record = yield* recordRun(name, JSON.parse(reportJson(report)) as Record<string, unknown>);
  }
  if (record !== undefined && report.holdsChanged && log) {
    const digest = digestOf(report.decisions.filter(({ verdict }) => verdict === 'hold'));
    yield* log.add({ owner: report.run, atMs }, { kind: 'holds', body: { target: report.target, digest, run: record } });
  }
  if (!ofEvent) yield* recordHeartbeat(name, { failed: report.failed });
  return record;
}

function digestOf(holds: readonly Decision[]): string {
  const identities = holds.map(holdIdentity).sort();
  return createHash('sha256').update(identities.join('\n')).digest('hex');
}
