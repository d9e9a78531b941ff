import { ownRecords } from '../../functions/digest/costs/own-records.ts';
import { readBillOrders } from '../../functions/digest/facts/read-bill-orders.ts';
import { readCosts } from '../../functions/digest/facts/read-costs.ts';
import { type ReadBill, readBill } from '../../shared/billing/read-bill.ts';
import {
  billFinalMs,
  billSpan,
  billZone,
  type ReconcileInput,
  type Reconciliation,
  reconcile,
  wantsDays,
} from '../../shared/billing/reconcile.ts';
import type { EpochMs } from '../../shared/client/clock.ts';
import { ApiError, CredentialsError } from '../../shared/client/errors.ts';
import type { CompiledTarget, TargetBilling } from '../../shared/policy/compiled.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';

/** What was compared, account by account. */
export interface ReconcileFound {
  /** `yyyy-mm`. */
  readonly month: string;
  /** From when on the bill of the month changes no more. */
  readonly finalMs: EpochMs;
  readonly nowMs: EpochMs;
  readonly timezone: string;
  readonly from: string;
  readonly accounts: readonly AccountFound[];
  /** Sentences. Where there are any, something could not be read, and the comparison is not whole. */
  readonly failures: readonly string[];
}

/** The comparison of one account. */
export interface AccountFound extends Reconciliation {
  readonly account: string;
  /** Its targets in the policy. */
  readonly targets: readonly string[];
  /** Names of resources, by id, as far as they are there. */
  readonly names: ReadonlyMap<string, string>;
  /** Lines of the bill whose digits below a millionth were cut off. */
  readonly cut: number;
}

/** What the command says beside the policy. */
export interface ReconcileOptions {
  /** `yyyy-mm`. Default: the last month that is over, by the clock of bills. */
  readonly month?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onRead?: ((resources: number) => void) | undefined;
}

/** Bills can be read for so long, in months. */
const monthsKept = 18;

/** Orders that were claimed so long before a month may have been paid in it, in milliseconds. */
const paidLaterMs = 35 * dayMs;

/**
 * Compares the bill of a month with what runs measured and what the journal ordered. A bill is about an account, so all targets of the accounts of the
 * session are read. Writes nothing. @throws CommandFailure `Usage`, `NotBilled` where no target says how it is billed @throws StoreError
 */
export async function gatherReconciliation(session: Session, options: ReconcileOptions): Promise<ReconcileFound> {
  const { policy, world, targets } = session;
  const nowMs = world.clock.now();
  const month = monthOf(options.month, nowMs);
  const accounts = [...new Set(targets.map(({ account }) => account))];
  const unbilled = targets.filter(({ account }) => billingOf(session, account) === undefined);
  if (unbilled.length === targets.length) {
    const names = unbilled.map(({ name }) => name).join(', ');
    throw new CommandFailure('NotBilled', `The policy does not say how ${names} is billed. ${howToSay}`);
  }
  const failures = unbilled.map(({ name }) => `${name}: the policy does not say how it is billed. ${howToSay}`);
  const found: AccountFound[] = [];
  for (const account of accounts) {
    const billing = billingOf(session, account);
    if (billing === undefined) continue;
    const all = Object.values(policy.targets).filter((target) => target.account === account);
    const one = await reconcileAccount(session, { account, all, billing, month, nowMs }, options, failures);
    if (one !== undefined) found.push(one);
  }
  return { month, finalMs: billFinalMs(month), nowMs, timezone: policy.timezone, from: world.headline, accounts: found, failures };
}

const howToSay =
  "Add 'billing: {site, productCode}' to the target, and let 'streamwarden doctor' compare the code with the list of products.";

/** How an account is billed, which every target of it that says so says alike. */
function billingOf({ policy }: Session, account: string): TargetBilling | undefined {
  return Object.values(policy.targets).find((target) => target.account === account && target.billing !== undefined)?.billing;
}

function monthOf(wanted: string | undefined, nowMs: EpochMs): string {
  const running = localTimeAt(billZone, nowMs).date.slice(0, 7);
  const month = wanted ?? monthsBefore(running, 1);
  if (!/^\d{4}-(0[1-9]|1[0-2])$/.test(month)) throw new CommandFailure('Usage', `--month takes a month such as 2026-11, not '${month}'.`);
  if (month > running) throw new CommandFailure('Usage', `${month} has not begun: there is no bill yet.`);
  if (month < monthsBefore(running, monthsKept)) {
    throw new CommandFailure('Usage', `${month} is too long ago: bills can be read for ${monthsKept} months.`);
  }
  return month;
}

function monthsBefore(month: string, back: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  const index = year * 12 + number - 1 - back;
  return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
}

interface Place {
  readonly account: string;
  /** Its targets. */
  readonly all: readonly CompiledTarget[];
  readonly billing: TargetBilling;
  readonly month: string;
  readonly nowMs: EpochMs;
}

/** The comparison of an account; undefined where its bill could not be read. */
async function reconcileAccount(
  { policy, world }: Session,
  { account, all, billing, month, nowMs }: Place,
  { signal, onRead }: ReconcileOptions,
  failures: string[],
): Promise<AccountFound | undefined> {
  const whole = billSpan(month);
  const span = { fromMs: whole.fromMs, untilMs: Math.min(whole.untilMs, nowMs) };
  const [first] = all as readonly [CompiledTarget, ...CompiledTarget[]];
  const client = world.clientFor(all.find((target) => target.billing !== undefined) ?? first);
  const read = async (dates?: readonly string[]): Promise<ReadBill | undefined> => {
    try {
      return await readBill(client, billing, month, dates);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof CredentialsError)) throw error;
      failures.push(`${account}: the bill could not be read: ${error.message} ${whatToDo(error)}`);
      return undefined;
    }
  };
  const bill = await read();
  if (bill === undefined) return undefined;
  failures.push(...bill.failures.map((failure) => `${account}: ${failure}`));
  const costs = [];
  for (const target of all) {
    const input = { policy, target, client: world.clientFor(target), store: world.store, nowMs, span, signal, onRead };
    const one = await readCosts(input);
    failures.push(...one.failures.map((failure) => `${target.name}: ${failure}`));
    costs.push(one);
  }
  const orders = await readBillOrders(world.store, account, { fromMs: span.fromMs - paidLaterMs, untilMs: span.untilMs }, failures);
  const own = ownRecords(
    costs.map(({ input }) => input),
    span,
    orders,
  );
  const compared: ReconcileInput = { month, nowMs, own, bill: bill.lines };
  let result = reconcile(compared);
  if (wantsDays(result)) {
    const daily = await read(datesOf(span));
    if (daily !== undefined) result = reconcile({ ...compared, daily: daily.lines });
  }
  const isDue = result.rows.some(({ state }) => state === 'only-here');
  if (bill.lines.length === 0 && bill.failures.length === 0 && isDue) {
    failures.push(
      `${account}: the bill of ${month} has no line of the product ${billing.productCode}: 'streamwarden doctor' compares the code with the list of products`,
    );
  }
  const names = costs.flatMap(({ fleet }) => fleet.flatMap(({ id, name }) => (name === undefined ? [] : [[id, name] as const])));
  return { ...result, account, targets: all.map(({ name }) => name), names: new Map(names), cut: bill.cut };
}

function whatToDo(error: Error): string {
  const code = error instanceof ApiError ? error.code : '';
  if (code === 'NotApplicable') return "Billing offers no such bill for the product: 'streamwarden doctor' compares billing.productCode.";
  if (/NoPermission|NotAuthorized|Forbidden|AccessDenied/i.test(code))
    return 'Grant bssapi:DescribeInstanceBill on * to whoever runs this.';
  return "Try again; 'streamwarden doctor' checks how the target is billed.";
}

function datesOf({ fromMs, untilMs }: { readonly fromMs: EpochMs; readonly untilMs: EpochMs }): readonly string[] {
  const dates: string[] = [];
  for (let ms = fromMs; ms < untilMs; ms += dayMs) dates.push(localTimeAt(billZone, ms).date);
  return dates;
}
