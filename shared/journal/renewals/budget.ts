import type { EpochMs } from '../../client/clock.ts';
import { read } from '../../schema/compare.ts';
import { anyText, jsonList, matching, openObject, type Schema, type TypeOf } from '../../schema/schema.ts';
import type { JournalRecord } from '../log/record.ts';
import { append, brokenLink, lastListed, Misfits, type OtherEntry, readFrom, type StreamEnd } from '../log/stream.ts';
import { fromSegment, keyOf, streamKey } from '../store/key.ts';
import { JournalError, malformed } from '../store/store.ts';
import { type Storing, storeFolders } from '../store/store-effect.ts';

/** A month's budget in one currency, over all targets: `budget/all/<currency>/<yyyy-mm>`. */
function budgetStream(currency: string, month: string): string {
  return keyOf('budget', 'all', currency, month);
}

/** Id of the reservation for claim `n` of a resource. */
export function reservationId(account: string, resourceId: string, n: number): string {
  return keyOf(account, resourceId, String(n));
}

/** What a reservation is for; undefined for an id that no reservation of ours has. */
export function parseReservationId(id: string): { readonly account: string; readonly resourceId: string; readonly n: number } | undefined {
  const [account, resource, n, ...more] = id.split('/');
  if (!account || !resource || n === undefined || !/^\d{1,8}$/.test(n) || more.length > 0) return undefined;
  return { account: fromSegment(account), resourceId: fromSegment(resource), n: Number(n) };
}

/** A month's budget as read. */
export interface BudgetView {
  readonly stream: string;
  readonly records: readonly BudgetRecord[];
  readonly state: BudgetState;
  /** When each id was reserved first. */
  readonly since: ReadonlyMap<string, EpochMs>;
  readonly end: StreamEnd;
  /** Others' records that came first while this was added to. */
  readonly misfits: Misfits;
}

/** Reads a month's budget. What cannot be read is in its state. @throws StoreError */
export function* readBudget(currency: string, month: string): Storing<BudgetView> {
  const stream = budgetStream(currency, month);
  const records: BudgetRecord[] = [];
  const since = new Map<string, EpochMs>();
  let damaged: JournalError | undefined;
  const end = yield* readFrom(
    stream,
    0,
    yield* lastListed(stream),
    ({ sequence, record }) => {
      const read = readBudgetRecord(streamKey(stream, sequence), record);
      records.push(read);
      note(since, read, record.atMs);
    },
    (error) => {
      damaged ??= error;
    },
  );
  return { stream, records, state: { ...foldBudget(records), damaged }, since, end, misfits: new Misfits(stream) };
}

function note(since: Map<string, EpochMs>, record: BudgetRecord, atMs: EpochMs): void {
  if (record.kind !== 'reserve') return;
  for (const { id } of record.body.reservations) if (!since.has(id)) since.set(id, atMs);
}

/**
 * Adds a record to a month's budget as it was read: the next number is the compare-and-set. `added: false` means that somebody else's
 * record came first; the view that is returned has it, and the caller decides anew.
 * @throws StoreError
 */
export function* addToBudget(
  view: BudgetView,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  record: BudgetRecord,
): Storing<{ readonly added: boolean; readonly view: BudgetView }> {
  const records = [...view.records];
  const since = new Map(view.since);
  let { damaged } = view.state;
  const appended = yield* append(view.stream, view.end, { ...signed, kind: record.kind, body: record.body }, (other) => {
    const there = otherIn(view, other);
    if ('read' in there) {
      records.push(there.read);
      note(since, there.read, there.atMs);
    } else damaged ??= there.damaged;
    view.misfits.note('read' in there);
    return 'stop';
  });
  const added = appended.outcome === 'appended';
  if (added) {
    records.push(record);
    note(since, record, signed.atMs);
  }
  return { added, view: { ...view, records, state: { ...foldBudget(records), damaged }, since, end: appended.end } };
}

/** A record that somebody else has added meanwhile, or why it cannot be read. */
function otherIn(
  { stream, end }: BudgetView,
  { sequence, record }: OtherEntry,
): { readonly read: BudgetRecord; readonly atMs: EpochMs } | { readonly damaged: JournalError } {
  const key = streamKey(stream, sequence);
  try {
    if (record instanceof JournalError) throw record;
    if (record.prev !== end.prev) throw brokenLink(key);
    return { read: readBudgetRecord(key, record), atMs: record.atMs };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { damaged: error };
  }
}

/**
 * Releases reservations of one month for good. What is not reserved there, or released already, is left alone.
 * @throws JournalError @throws StoreError
 */
export function* releaseReservations(
  currency: string,
  month: string,
  ids: readonly string[],
  signed: { readonly owner: string; readonly atMs: EpochMs },
): Storing<BudgetView> {
  let view = yield* readBudget(currency, month);
  for (;;) {
    const due = ids.filter((id) => view.state.reserved.has(id));
    if (due.length === 0) return view;
    const result = yield* addToBudget(view, signed, { kind: 'release', body: { ids: due } });
    if (result.added) return result.view;
    view = result.view;
  }
}

/** The budgets that a journal has, as far as its store lists them: months `yyyy-mm` by currency, both in order. @throws StoreError */
export function* listBudgets(): Storing<ReadonlyMap<string, readonly string[]>> {
  const currencies = [...(yield* storeFolders('budget/all/'))].map(fromSegment).sort();
  const months = new Map<string, readonly string[]>();
  for (const currency of currencies) {
    const folders = yield* storeFolders(`${keyOf('budget', 'all', currency)}/`);
    months.set(currency, folders.filter((month) => /^\d{4}-\d{2}$/.test(month)).sort());
  }
  return months;
}

/** What the records of a month's budget add up to. Never a running number, which a crash could leave wrong. */
export interface BudgetState {
  /** The largest amount reserved by each id, in millionths, released ids left out. */
  readonly reserved: ReadonlyMap<string, bigint>;
  /** Ids that were released: they count nothing and are never reserved again. */
  readonly released: ReadonlySet<string>;
  /** The sum of what is reserved and not released. */
  readonly usedMicros: bigint;
  /** Why a record cannot be read: what it set aside is not known, so nothing more fits. */
  readonly damaged?: JournalError | undefined;
}

/** Folds the records of a stream, in their order. */
export function foldBudget(records: readonly BudgetRecord[]): BudgetState {
  const reserved = new Map<string, bigint>();
  const released = new Set<string>();
  for (const { kind, body } of records) {
    if (kind === 'release') for (const id of body.ids) released.add(id);
    else {
      for (const { id, micros } of body.reservations) {
        const amount = BigInt(micros);
        if (amount > (reserved.get(id) ?? -1n)) reserved.set(id, amount);
      }
    }
  }
  for (const id of released) reserved.delete(id);
  return { reserved, released, usedMicros: [...reserved.values()].reduce((sum, amount) => sum + amount, 0n) };
}

/** Amounts set aside, by reservation id, in millionths of the stream's currency. */
const reserve = openObject({
  reservations: jsonList(openObject({ id: anyText, micros: matching(/^\d{1,30}$/, 'write millionths in digits') })),
});

/** Ids of reservations that are given back for good. */
const release = openObject({ ids: jsonList(anyText) });

const bodies = { reserve, release } as const;

/** A record of a budget stream, read. */
export type BudgetRecord =
  | { readonly kind: 'reserve'; readonly body: TypeOf<typeof reserve> }
  | { readonly kind: 'release'; readonly body: TypeOf<typeof release> };

/**
 * Reads a record of a budget stream. Other kinds are refused: a budget that is half understood is none.
 * @throws JournalError `MalformedRecord`
 */
export function readBudgetRecord(key: string, record: JournalRecord): BudgetRecord {
  const kind = record.kind;
  if (kind === 'reserve' || kind === 'release') {
    const parsed = read(bodies[kind] as Schema, record.body);
    if (parsed.ok) return { kind, body: parsed.value } as BudgetRecord;
  }
  throw malformed(key, 'it is neither a reservation nor a release');
}
