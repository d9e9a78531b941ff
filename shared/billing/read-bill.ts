import { describeInstanceBill } from '../client/billing/describe-instance-bill.ts';
import { type BillingRow, billingPages } from '../client/billing-pages.ts';
import { atSite } from '../client/billing-sites.ts';
import type { Client } from '../client/client.ts';
import { parseBilled } from '../policy/bill-amount.ts';
import type { TargetBilling } from '../policy/compiled.ts';
import type { BilledLine } from './reconcile.ts';

/** A bill, line by line, and sentences on what of it could not be read. */
export interface ReadBill {
  readonly lines: readonly BilledLine[];
  /** Where there are any, amounts are missing. */
  readonly failures: readonly string[];
  /** Lines with digits below a millionth, which were cut off; bills that are sums of floating-point numbers have them. */
  readonly cut: number;
}

/** Rows of a page; the most that are allowed. */
const pageSize = 300;

/**
 * Reads a month's bill of the product, by resource. With dates it reads it day by day instead, one list for each date.
 * @param month `yyyy-mm`
 * @param dates `yyyy-MM-dd`, within the month
 * @throws ApiError as `billingPages` @throws CredentialsError
 */
export async function readBill(
  client: Client,
  { site, productCode, productType }: TargetBilling,
  month: string,
  dates?: readonly string[],
): Promise<ReadBill> {
  const about = { BillingCycle: month, ProductCode: productCode, ...(productType === undefined ? {} : { ProductType: productType }) };
  const lists = dates?.map((date) => ({ Granularity: 'DAILY' as const, BillingDate: date })) ?? [{ Granularity: 'MONTHLY' as const }];
  const lines: BilledLine[] = [];
  const failures: string[] = [];
  let cut = 0;
  for (const list of lists) {
    for await (const { rows } of billingPages(client, atSite(site, describeInstanceBill), { ...about, ...list, MaxResults: pageSize })) {
      for (const row of rows) {
        const read = lineOf(row, 'BillingDate' in list ? list.BillingDate : undefined);
        if (typeof read === 'string') failures.push(read);
        else {
          lines.push(read.line);
          if (read.cut) cut++;
        }
      }
    }
  }
  return { lines, failures, cut };
}

const items = { PayAsYouGoBill: 'usage', SubscriptionOrder: 'order', Refund: 'refund', Adjustment: 'adjustment' } as const;

type Row = BillingRow<typeof describeInstanceBill>;

/** A line, or a sentence on why it cannot be read. */
function lineOf(row: Row, date: string | undefined): { readonly line: BilledLine; readonly cut: boolean } | string {
  const { InstanceID: resource, Item = '', Currency: currency } = row;
  const named = resource === undefined || resource === '' ? 'a line without an id' : `the line of ${resource}`;
  if (!Object.hasOwn(items, Item)) return `${named} is of a kind that is not known here: '${Item}'`;
  let cut = false;
  const micros = (amount: unknown): bigint | string => {
    const whole = withinMillionths(amount);
    cut ||= whole !== amount;
    const parsed = parseBilled(whole, currency);
    return parsed.ok ? parsed.value.micros : parsed.message;
  };
  const due = micros(row.PretaxAmount);
  if (typeof due === 'string') return `the amount of ${named} cannot be read: ${due}`;
  // What explains a difference may be missing; the amount itself may not.
  const known = (amount: unknown): bigint => {
    const value = micros(amount);
    return typeof value === 'string' ? 0n : value;
  };
  const gross = row.PretaxGrossAmount === undefined ? due : known(row.PretaxGrossAmount);
  const deducted = [row.DeductedByCoupons, row.DeductedByCashCoupons, row.DeductedByPrepaidCard].reduce<bigint>(
    (sum, amount) => sum + known(amount),
    0n,
  );
  const line = { resource: resource ?? '', item: items[Item as keyof typeof items], currency: currency as string, due, gross, deducted };
  return { line: { ...line, discount: known(row.InvoiceDiscount), ...(date === undefined ? {} : { date }) }, cut };
}

/** Digits without those below a millionth. They are no money: only sums of floating-point numbers have them. */
function withinMillionths(amount: unknown): unknown {
  if (typeof amount !== 'string') return amount;
  if (/^-?\d(\.\d+)?[eE]-\d+$/.test(amount) && Math.abs(Number(amount)) < 1e-6) return '0';
  return /^(-?\d+\.\d{6})\d*[1-9]\d*$/.exec(amount)?.[1] ?? amount;
}
