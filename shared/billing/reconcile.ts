import type { EpochMs } from '../client/clock.ts';
import type { ZoneTable } from '../policy/compiled.ts';
import type { Money } from '../policy/money.ts';
import { minorDecimals } from '../policy/values/currency.ts';
import { dayMs, localMsOf } from '../policy/values/local-date-time.ts';
import { instantOf } from '../policy/zones.ts';
import type { Span } from './set-strategy.ts';

/** The clock of bills: the vendor keeps its books in UTC+8, whatever the zone of the policy (inferred; service notes, Billing). */
export const billZone: ZoneTable = { transitions: [{ atMs: 0, offsetMs: 8 * 3_600_000 }] };

/** Bills are documented to be so far behind what was used, in milliseconds. */
const billLagMs = dayMs;

/** How a resource is charged for something. */
type BilledCharge = 'usage' | 'order';

/** A line of a bill, in millionths of one currency. */
export interface BilledLine {
  readonly resource: string;
  /** `usage`: nodes by the hour. `order`: a subscription. The last two are money that the vendor gives back or charges later. */
  readonly item: BilledCharge | 'refund' | 'adjustment';
  readonly currency: string;
  /** What is due: the amount that is compared. */
  readonly due: bigint;
  /** By the price list. */
  readonly gross: bigint;
  /** How much the vendor took off. */
  readonly discount: bigint;
  /** How much coupons and cards have covered. */
  readonly deducted: bigint;
  /** `yyyy-MM-dd`; only where the bill was asked for by day. */
  readonly date?: string;
}

/** What nodes by the hour of a resource cost on a day of bills, as measured. Amounts are in millionths. */
export interface OwnDay {
  readonly resource: string;
  /** `yyyy-MM-dd`. */
  readonly date: string;
  readonly currency: string;
  readonly cost: bigint;
  /** The same node time at the lowest and at the highest price that was quoted in the month. */
  readonly lowest: bigint;
  readonly highest: bigint;
  /** What sampling may be off by: for each change, its nodes for the time between the looks that it falls between. */
  readonly sampling: bigint;
}

/** Why the cost of a resource on a day is not known in full. */
type GapBecause = 'unmeasured' | 'no-price' | 'charge-not-told' | 'not-metered';

/** Something of a resource that no amount stands for. */
interface OwnGap {
  readonly resource: string;
  /** Undefined: on no day in particular. */
  readonly date: string | undefined;
  readonly because: GapBecause;
}

/** An order of the journal. */
export interface OwnOrder {
  readonly resource: string;
  readonly amount: Money;
  /** When it was claimed. */
  readonly atMs: EpochMs;
  /** `open`: it is not known yet whether it was placed and paid; it counts for nothing, and may explain a line of the bill. */
  readonly state: 'renewed' | 'open';
  /** False: somebody pays it later, perhaps in another month. */
  readonly paysItself: boolean;
}

/** What is known here of one account. */
export interface OwnRecords {
  readonly days: readonly OwnDay[];
  readonly gaps: readonly OwnGap[];
  /** Those of the month, and those of the 35 days before, which may have been paid in it. */
  readonly orders: readonly OwnOrder[];
}

/** Why two amounts differ, as far as it can be told. */
export type DifferenceCause = 'promotion' | 'price-change' | GapBecause | 'open-order' | 'other-month' | 'unknown';

/** How the two sides of a row stand to each other. `pending`: the bill may still show it. `correction`: a refund or an adjustment. */
export type RowState = 'matched' | 'differing' | 'only-bill' | 'only-here' | 'pending' | 'correction';

/** What one resource was charged in one way, on both sides. */
export interface ReconciledRow {
  readonly resource: string;
  readonly item: BilledLine['item'];
  readonly state: RowState;
  readonly own: Money;
  readonly billed: Money;
  /** Up to here a difference counts as none: a minor unit, and what sampling may be off by. */
  readonly tolerance: Money;
  /** Each once. Empty unless the sides differ. */
  readonly causes: readonly DifferenceCause[];
  /** The days that differ; only where daily lines were given. */
  readonly days: readonly { readonly date: string; readonly own: Money; readonly billed: Money }[];
}

/** Both sides of one currency, over all rows. */
interface ReconciledTotal {
  readonly own: Money;
  readonly billed: Money;
}

/** A month's bill of one account against what is known here. */
export interface Reconciliation {
  /** In the order of states, then of ids. */
  readonly rows: readonly ReconciledRow[];
  /** By currency. */
  readonly totals: readonly ReconciledTotal[];
  /** True until the bill of the month changes no more. */
  readonly provisional: boolean;
}

/** What is compared. */
export interface ReconcileInput {
  /** `yyyy-mm`. */
  readonly month: string;
  readonly nowMs: EpochMs;
  readonly own: OwnRecords;
  /** The bill of the month. */
  readonly bill: readonly BilledLine[];
  /** The same bill by day, where it was read. Without it, days that differ and their causes cannot be told. */
  readonly daily?: readonly BilledLine[] | undefined;
}

/** The month of a bill. */
export function billSpan(month: string): Span {
  return { fromMs: startOf(`${month}-01`), untilMs: startOf(`${monthAfter(month)}-01`) };
}

/** From when on the bill of a month changes no more: the 3rd of the next month, 12:00. */
export function billFinalMs(month: string): EpochMs {
  return billSpan(month).untilMs + 2 * dayMs + dayMs / 2;
}

/** True for a row that a person has to look at. Money that the vendor gave back is none. */
export function isOpen({ state, billed }: ReconciledRow): boolean {
  return state === 'correction' ? billed.micros > 0n : state !== 'matched' && state !== 'pending';
}

/** True where the bill by day would tell more: usage differs, and no discount of the bill explains it. */
export function wantsDays({ rows }: Reconciliation): boolean {
  return rows.some(({ item, causes }) => item === 'usage' && causes.includes('unknown'));
}

/**
 * Compares a bill with what is known here, by resource and kind of charge. Pure. Every amount of either side is in exactly one row, so rows add up to
 * the totals. Currencies are never converted: the same resource in two currencies is two rows.
 */
export function reconcile(input: ReconcileInput): Reconciliation {
  const { month, nowMs, bill } = input;
  const corrections = bill.filter(({ item }) => item === 'refund' || item === 'adjustment').map(correctionRow);
  const rows = [...usageRows(input), ...orderRows(input), ...corrections].sort(inOrder);
  const totals = new Map<string, ReconciledTotal>();
  for (const row of rows) {
    const { currency } = row.own;
    const sum = totals.get(currency) ?? { own: { currency, micros: 0n }, billed: { currency, micros: 0n } };
    totals.set(currency, {
      own: { currency, micros: sum.own.micros + row.own.micros },
      billed: { currency, micros: sum.billed.micros + row.billed.micros },
    });
  }
  const byCurrency = [...totals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, total]) => total);
  return { rows, totals: byCurrency, provisional: nowMs < billFinalMs(month) };
}

/** Rows are shown in the order of these. */
const states: readonly RowState[] = ['differing', 'only-bill', 'only-here', 'correction', 'pending', 'matched'];

function inOrder(a: ReconciledRow, b: ReconciledRow): number {
  const byState = states.indexOf(a.state) - states.indexOf(b.state);
  if (byState !== 0) return byState;
  const [keyA, keyB] = [a, b].map(({ resource, item, own }) => JSON.stringify([resource, item, own.currency])) as [string, string];
  return keyA < keyB ? -1 : keyA > keyB ? 1 : 0;
}

function correctionRow({ resource, item, currency, due }: BilledLine): ReconciledRow {
  const nothing = { currency, micros: 0n };
  const billed = { currency, micros: due };
  return { resource, item, state: 'correction', own: nothing, billed, tolerance: nothing, causes: [], days: [] };
}

/** Entries by resource and currency. */
function grouped<T>(entries: readonly T[], keyOf: (entry: T) => readonly [resource: string, currency: string]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const entry of entries) {
    const key = JSON.stringify(keyOf(entry));
    const group = groups.get(key);
    if (group) group.push(entry);
    else groups.set(key, [entry]);
  }
  return groups;
}

function usageRows({ month, nowMs, own, bill, daily }: ReconcileInput): ReconciledRow[] {
  const place = ({ resource, currency }: OwnDay | BilledLine) => [resource, currency] as const;
  const days = grouped(own.days, place);
  const lines = grouped(ofKind(bill, 'usage'), place);
  const dailyLines = daily && grouped(ofKind(daily, 'usage'), place);
  const gaps = grouped(own.gaps, ({ resource }) => [resource, '']);
  return [...new Set([...days.keys(), ...lines.keys()])].map((key): ReconciledRow => {
    const [resource, currency] = JSON.parse(key) as [string, string];
    const mine = days.get(key) ?? [];
    const billed = lines.get(key) ?? [];
    const isDue = ({ date }: { readonly date: string }): boolean => shownMs(month, startOf(date)) <= nowMs;
    const sides = {
      own: sum(mine, ({ cost }) => cost),
      due: sum(mine.filter(isDue), ({ cost }) => cost),
      billed: sum(billed, ({ due }) => due),
      tolerance: minorUnit(currency) + sum(mine, ({ sampling }) => sampling),
    };
    const state = stateOf(sides, billed.length > 0, mine.length > 0);
    const differs = state !== 'matched' && state !== 'pending';
    const byDiscount = differs && isPromotion(sides.own, billed, sides.tolerance);
    const differing =
      differs && dailyLines ? differingDays(mine, dailyLines.get(key) ?? [], gaps.get(JSON.stringify([resource, ''])) ?? [], currency) : [];
    const shown = differing.filter((day) => isDue(day) || day.billed.micros !== 0n);
    const causes = new Set(shown.map(({ cause }) => cause));
    if (differs && !byDiscount && causes.size === 0) causes.add('unknown');
    return {
      ...rowOf(resource, 'usage', currency, state, sides),
      causes: byDiscount ? ['promotion'] : [...causes],
      days: shown.map(({ date, own: ownOf, billed: billedOf }) => ({ date, own: ownOf, billed: billedOf })),
    };
  });
}

interface DifferingDay {
  readonly date: string;
  readonly own: Money;
  readonly billed: Money;
  readonly cause: DifferenceCause;
}

function differingDays(
  mine: readonly OwnDay[],
  lines: readonly BilledLine[],
  gaps: readonly OwnGap[],
  currency: string,
): readonly DifferingDay[] {
  const dates = [...new Set([...mine, ...lines].flatMap(({ date }) => date ?? []))].sort();
  return dates.flatMap((date): readonly DifferingDay[] => {
    const day = mine.filter((each) => each.date === date);
    const billedLines = lines.filter((each) => each.date === date);
    const tolerance = minorUnit(currency) + sum(day, ({ sampling }) => sampling);
    const own = sum(day, ({ cost }) => cost);
    const billed = sum(billedLines, ({ due }) => due);
    if (isNear(own, billed, tolerance)) return [];
    const lowest = sum(day, (each) => each.lowest);
    const highest = sum(day, (each) => each.highest);
    // Time that nobody saw makes a bill higher than what was measured, never lower.
    const gap = billed > own ? gaps.find((each) => each.date === date || each.date === undefined) : undefined;
    const cause = isPromotion(own, billedLines, tolerance)
      ? 'promotion'
      : lowest < highest && billed >= lowest - tolerance && billed <= highest + tolerance
        ? 'price-change'
        : (gap?.because ?? 'unknown');
    return [{ date, own: { currency, micros: own }, billed: { currency, micros: billed }, cause }];
  });
}

function orderRows({ month, nowMs, own, bill }: ReconcileInput): ReconciledRow[] {
  const span = billSpan(month);
  const isInside = ({ atMs }: OwnOrder): boolean => atMs >= span.fromMs && atMs < span.untilMs;
  const place = ({ resource, amount }: OwnOrder) => [resource, amount.currency] as const;
  const counted = grouped(
    own.orders.filter((order) => order.state === 'renewed' && isInside(order)),
    place,
  );
  const others = grouped(
    own.orders.filter((order) => order.state === 'open' || !isInside(order)),
    place,
  );
  const lines = grouped(ofKind(bill, 'order'), ({ resource, currency }) => [resource, currency] as const);
  return [...new Set([...counted.keys(), ...lines.keys()])].map((key): ReconciledRow => {
    const [resource, currency] = JSON.parse(key) as [string, string];
    const mine = counted.get(key) ?? [];
    const billed = lines.get(key) ?? [];
    const isDue = ({ atMs }: OwnOrder): boolean => shownMs(month, atMs) <= nowMs;
    const sides = {
      own: sum(mine, ({ amount }) => amount.micros),
      due: sum(mine.filter(isDue), ({ amount }) => amount.micros),
      billed: sum(billed, ({ due }) => due),
      tolerance: minorUnit(currency),
    };
    const state = stateOf(sides, billed.length > 0, mine.length > 0);
    const differs = state !== 'matched' && state !== 'pending';
    const causes = differs ? [orderCause(sides, mine, others.get(key) ?? [], billed, span)] : [];
    return { ...rowOf(resource, 'order', currency, state, sides), causes, days: [] };
  });
}

function orderCause(
  { own, billed, tolerance }: Sides,
  mine: readonly OwnOrder[],
  others: readonly OwnOrder[],
  lines: readonly BilledLine[],
  span: Span,
): DifferenceCause {
  if (isPromotion(own, lines, tolerance)) return 'promotion';
  const isOf = ({ amount }: OwnOrder): boolean => isNear(amount.micros, billed > own ? billed - own : own - billed, tolerance);
  if (billed > own) {
    const explains = others.find(isOf);
    return explains === undefined ? 'unknown' : explains.state === 'open' ? 'open-order' : 'other-month';
  }
  const isLater = (order: OwnOrder): boolean => !order.paysItself || order.atMs >= span.untilMs - dayMs;
  return mine.some((order) => isLater(order) && isOf(order)) ? 'other-month' : 'unknown';
}

/** The two sides of a row, in millionths. */
interface Sides {
  readonly own: bigint;
  /** The part of `own` that the bill has to show by now. */
  readonly due: bigint;
  readonly billed: bigint;
  readonly tolerance: bigint;
}

function stateOf({ own, due, billed, tolerance }: Sides, hasLine: boolean, isKnown: boolean): RowState {
  if (!isKnown) return billed === 0n ? 'matched' : 'only-bill';
  if (isNear(own, billed, tolerance)) return 'matched';
  if (billed >= due - tolerance && billed <= own) return 'pending';
  return hasLine ? 'differing' : 'only-here';
}

function rowOf(
  resource: string,
  item: BilledCharge,
  currency: string,
  state: RowState,
  { own, billed, tolerance }: Sides,
): Omit<ReconciledRow, 'causes' | 'days'> {
  const money = (micros: bigint): Money => ({ currency, micros });
  return { resource, item, state, own: money(own), billed: money(billed), tolerance: money(tolerance) };
}

/** Whether what the bill itself says was taken off is the difference. Nothing says whether coupons lower what is due, so either may be. */
function isPromotion(own: bigint, lines: readonly BilledLine[], tolerance: bigint): boolean {
  const due = sum(lines, (line) => line.due);
  const discount = sum(lines, (line) => line.discount);
  const deducted = sum(lines, (line) => line.deducted);
  const before = [sum(lines, (line) => line.gross), due + discount, due + deducted, due + discount + deducted];
  return (discount !== 0n || deducted !== 0n) && before.some((amount) => amount !== due && isNear(own, amount, tolerance));
}

/** From when on what was used on a day, or ordered at an instant, has to be in the bill. What happened on the last day may come late. */
function shownMs(month: string, ms: EpochMs): EpochMs {
  const { untilMs } = billSpan(month);
  return ms >= untilMs - dayMs ? billFinalMs(month) : ms + dayMs + billLagMs;
}

function ofKind(lines: readonly BilledLine[], kind: BilledCharge): readonly BilledLine[] {
  return lines.filter(({ item }) => item === kind);
}

const isNear = (a: bigint, b: bigint, tolerance: bigint): boolean => (a > b ? a - b : b - a) <= tolerance;

const minorUnit = (currency: string): bigint => 10n ** BigInt(6 - minorDecimals(currency));

function sum<T>(entries: readonly T[], amountOf: (entry: T) => bigint): bigint {
  return entries.reduce((total, entry) => total + amountOf(entry), 0n);
}

const startOf = (date: string): EpochMs => instantOf(billZone, localMsOf(date, 0));

function monthAfter(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
