import type { EpochMs } from '../../shared/client/clock.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { type PastRenewal, pastRenewals } from '../../shared/journal/renewals/past-renewals.ts';
import { keyOf } from '../../shared/journal/store/key.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { dayMs, parseLocalDateTime } from '../../shared/policy/values/local-date-time.ts';
import { parseTimestamp } from '../../shared/policy/values/timestamp.ts';
import { CommandFailure } from '../failure.ts';
import type { LocalClock } from '../render/local-clock.ts';
import type { Session } from '../run/session.ts';
import { readAuditTrail, writers } from './audit-trail.ts';
import { gatherStories } from './explanation.ts';
import { type RecordedRun, runOf, runsBetween } from './run-records.ts';
import { type SettingAt, settingsAt } from './settings-at.ts';

/** A decision about a resource that a run record tells. */
interface DecisionAt {
  readonly atMs: EpochMs;
  readonly function: string;
  readonly verdict: 'act' | 'hold';
  readonly rule: string | null;
  readonly because: readonly { readonly code: string; readonly text: string }[];
  /** What became of it, where it was acted on. */
  readonly outcome?: string;
  /** Key of the run's record. */
  readonly record: string;
}

/** An act that happens once only, claimed. */
interface ClaimAt {
  readonly atMs: EpochMs;
  readonly function: string;
  readonly intent: string;
  /** Key of the record. */
  readonly record: string;
}

/** What the journal tells of a resource around an instant. */
export interface ExplanationAt {
  readonly target: string;
  readonly resource: string;
  readonly name?: string;
  readonly atMs: EpochMs;
  /** Each setting that Streamwarden ever wrote or watched, as it stood then and by whom. */
  readonly settings: readonly SettingAt[];
  /** Within a day before and after; of equal ones in a row the first. */
  readonly decisions: readonly DecisionAt[];
  /** Within a day before and after. */
  readonly claims: readonly ClaimAt[];
  /** Renewals claimed up to a day after the instant. */
  readonly renewals: readonly PastRenewal[];
}

/**
 * What the journal tells of the resources of an id or name around an instant. Nothing is decided anew, and the service is asked only where
 * the journal knows nothing under that name. Empty where neither does.
 * @throws StoreError @throws JournalError where a record cannot be read
 * @throws CommandFailure when the service had to be asked and could not be
 */
export async function storiesAt(session: Session, wanted: string, atMs: EpochMs): Promise<readonly ExplanationAt[]> {
  const { store } = session.world;
  const runs = await runsBetween(store, atMs - dayMs, atMs + dayMs);
  const known: ExplanationAt[] = [];
  for (const target of session.targets) {
    for (const id of idsIn(runs, target.name, wanted)) {
      const explanation = await explanationAt(store, runs, target, id, atMs);
      if (tells(explanation)) known.push(explanation);
    }
  }
  if (known.length > 0) return known;
  const met = new Map<string, ExplanationAt>();
  for (const { target: name, resource } of await gatherStories(session, wanted)) {
    const target = session.targets.find((each) => each.name === name);
    if (!target || met.has(`${name}/${resource.id}`)) continue;
    const explanation = await explanationAt(store, runs, target, resource.id, atMs);
    met.set(`${name}/${resource.id}`, { ...explanation, ...(resource.name === undefined ? {} : { name: resource.name }) });
  }
  return [...met.values()];
}

function tells({ settings, decisions, claims, renewals }: ExplanationAt): boolean {
  return settings.length + decisions.length + claims.length + renewals.length > 0;
}

/** The id itself, and the ids that run records have under this name. */
function idsIn(runs: readonly RecordedRun[], target: string, wanted: string): ReadonlySet<string> {
  const named = runs
    .filter((run) => run.target === target)
    .flatMap(({ decisions }) => decisions.flatMap(({ resource }) => (resource.name === wanted ? [wholeId(resource.id)] : [])));
  return new Set([wanted, ...named]);
}

function wholeId(id: string): string {
  return id.split('/')[0] ?? id;
}

async function explanationAt(
  store: Store,
  runs: readonly RecordedRun[],
  target: CompiledTarget,
  id: string,
  atMs: EpochMs,
): Promise<ExplanationAt> {
  const trail = await readAuditTrail(store, target.account, id);
  const settings = await settingsAt(store, target.name, trail, atMs);
  const name = runs.flatMap(({ decisions }) => decisions).find(({ resource }) => resource.id === id)?.resource.name;
  return {
    target: target.name,
    resource: id,
    ...(name === undefined ? {} : { name }),
    atMs,
    settings: await Promise.all(settings.map((setting) => withReasons(store, setting))),
    decisions: decisionsOf(runs, target.name, id),
    claims: await claimsOf(store, target.account, id, atMs),
    renewals: (await pastRenewals(store, target.account, id)).filter((renewal) => renewal.atMs < atMs + dayMs),
  };
}

/** With why it was written, from the record of the run that wrote it. */
async function withReasons(store: Store, setting: SettingAt): Promise<SettingAt> {
  const { event } = setting;
  const run = event?.kind === 'wrote' ? await runOf(store, event.owner, event.atMs) : undefined;
  const decision = run?.decisions.find(({ resource }) => resource.id === event?.resource);
  return decision === undefined ? setting : { ...setting, rule: decision.rule, because: decision.because };
}

function decisionsOf(runs: readonly RecordedRun[], target: string, id: string): readonly DecisionAt[] {
  const last = new Map<string, string>();
  return runs
    .filter((run) => run.target === target)
    .flatMap((run) =>
      run.decisions.flatMap(({ resource, verdict, rule, because, action }): readonly DecisionAt[] => {
        if (resource.id !== id && !resource.id.startsWith(`${id}/`)) return [];
        const outcome = run.outcomes.find(({ key }) => key === action?.key)?.outcome;
        const same = JSON.stringify([verdict, rule, because[0]?.code, outcome]);
        const place = `${run.function} ${resource.id}`;
        if (last.get(place) === same) return [];
        last.set(place, same);
        const decision = { atMs: run.atMs, function: run.function, verdict, rule, because, record: run.record };
        return [outcome === undefined ? decision : { ...decision, outcome }];
      }),
    );
}

async function claimsOf(store: Store, account: string, id: string, atMs: EpochMs): Promise<readonly ClaimAt[]> {
  const claims: ClaimAt[] = [];
  for (const name of writers) {
    for await (const key of store.list(keyOf('claims', name, account, id))) {
      const bytes = await store.read(key);
      const record = bytes && parseRecord(key, bytes);
      const { resource, intent } = (record?.body ?? {}) as { readonly resource?: unknown; readonly intent?: unknown };
      const isMine = typeof resource === 'string' && wholeId(resource) === id;
      if (!record || !isMine || Math.abs(record.atMs - atMs) >= dayMs) continue;
      claims.push({ atMs: record.atMs, function: name, intent: String(intent), record: key });
    }
  }
  return claims.sort((a, b) => a.atMs - b.atMs);
}

/** A past instant that a flag names, by a clock or in RFC 3339. @throws CommandFailure `Usage` where it is none, or is still to come */
export function momentOf(flag: string, text: string, clock: LocalClock, nowMs: EpochMs): EpochMs {
  const instant = parseTimestamp(text);
  const local = instant.ok ? undefined : parseLocalDateTime(text);
  if (local?.ok === false) {
    throw new CommandFailure('Usage', `${flag}: ${local.message}, or an instant with its offset such as 2026-12-11T18:00:00+08:00.`);
  }
  const atMs = local?.ok ? clock.instant(local.value) : instant.ok ? instant.value : nowMs;
  if (atMs > nowMs) throw new CommandFailure('Usage', `${flag} is ${text}, which is still to come; it is ${clock.text(nowMs)} now.`);
  return atMs;
}
