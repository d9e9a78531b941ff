import * as z from 'zod/mini';
import type { EpochMs } from '../../shared/client/clock.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { segment } from '../../shared/journal/store/key.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';

const reason = z.object({ code: z.string(), text: z.string() });
const resource = z.object({ id: z.string(), name: z.optional(z.string()) });

/** As much of a report as is read back; reports of other versions may lack parts. */
const report = z.object({
  run: z.string(),
  function: z.string(),
  target: z.string(),
  decisions: z.array(
    z.object({
      resource,
      verdict: z.enum(['act', 'hold']),
      rule: z.nullable(z.string()),
      because: z.array(reason),
      action: z.optional(z.object({ key: z.string() })),
    }),
  ),
  outcomes: z.array(z.object({ resource, key: z.string(), outcome: z.string(), because: z.optional(reason) })),
});

/** A run as its record tells it. */
export interface RecordedRun extends z.output<typeof report> {
  readonly atMs: EpochMs;
  /** Key of the record. */
  readonly record: string;
}

/** Runs that left a record within `[fromMs, untilMs)`, oldest first; records that are no reports are passed over. @throws StoreError @throws JournalError */
export async function runsBetween(store: Store, fromMs: EpochMs, untilMs: EpochMs): Promise<readonly RecordedRun[]> {
  const runs: RecordedRun[] = [];
  for (let day = Math.floor(fromMs / dayMs); day * dayMs < untilMs; day += 1) {
    for await (const key of store.list(`runs/${new Date(day * dayMs).toISOString().slice(0, 10).replaceAll('-', '/')}/`)) {
      const run = await readRecorded(store, key);
      if (run && run.atMs >= fromMs && run.atMs < untilMs) runs.push(run);
    }
  }
  return runs.sort((a, b) => a.atMs - b.atMs);
}

/** The record of the run that wrote something at an instant: of that day, or of the day before where it ran past midnight. @throws as `runsBetween` */
export async function runOf(store: Store, owner: string, atMs: EpochMs): Promise<RecordedRun | undefined> {
  for (const day of [atMs, atMs - dayMs]) {
    const prefix = `runs/${new Date(day).toISOString().slice(0, 10).replaceAll('-', '/')}/`;
    for await (const key of store.list(prefix)) {
      const run = key.endsWith(`-${owner.slice(0, 12)}`) ? await readRecorded(store, key) : undefined;
      if (run?.run === owner) return run;
    }
  }
  return undefined;
}

async function readRecorded(store: Store, key: string): Promise<RecordedRun | undefined> {
  const bytes = await store.read(key);
  if (!bytes) return undefined;
  const record = parseRecord(key, bytes);
  const parsed = record.kind === 'run' ? z.safeParse(report, record.body) : undefined;
  return parsed?.success ? { ...parsed.data, atMs: record.atMs, record: key } : undefined;
}

/** Days that are looked through for the last sign of life before an instant. */
const lookBackDays = 40;

/**
 * When the last run before an instant began that saw a target without failing, by its sign of life; undefined where the 40 days before have
 * none. `but`: the run that is asked about. @throws StoreError @throws JournalError
 */
export async function lastGoodRun(
  store: Store,
  name: string,
  target: string,
  beforeMs: EpochMs,
  but: string,
): Promise<EpochMs | undefined> {
  for (let days = 0; days <= lookBackDays; days += 1) {
    const day = new Date(beforeMs - days * dayMs).toISOString().slice(0, 10).replaceAll('-', '');
    const keys: string[] = [];
    for await (const key of store.list(`heartbeats/${segment(name)}/${segment(target)}/${day}`)) keys.push(key);
    for (const key of keys.reverse()) {
      const bytes = await store.read(key);
      const record = bytes && parseRecord(key, bytes);
      if (record && record.atMs < beforeMs && record.owner !== but && record.body['failed'] === false) return record.atMs;
    }
  }
  return undefined;
}
