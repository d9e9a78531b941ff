import type { BillLine } from './lines.ts';

/** How amounts of bills are written: from exact decimals, or as the sum of floating-point numbers. */
type BillNumbers = 'decimal' | 'float';

/** Decimal text of millionths, without zeros at the end. */
function microsText(micros: bigint): string {
  const positive = micros < 0n ? -micros : micros;
  const fraction = (positive % 1_000_000n).toString().padStart(6, '0').replace(/0+$/, '');
  return `${micros < 0n ? '-' : ''}${positive / 1_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Millionths as the number that JSON carries in a bill. */
export function microsNumber(micros: bigint): number {
  return Number(microsText(micros));
}

/** What lines of one currency come to, as a bill has it. */
function sumOf(lines: readonly BillLine[], numbers: BillNumbers): number {
  if (numbers === 'decimal') return microsNumber(lines.reduce((sum, { micros }) => sum + micros, 0n));
  return lines.reduce(
    (sum, { hourly, heldMs, micros }) =>
      sum + (hourly === undefined ? microsNumber(micros) : (Number(hourly) / 10_000) * (heldMs / 3_600_000)),
    0,
  );
}

/** Fields of money that every bill has. Nothing is deducted in this world, and all is paid. */
export function moneyFields(lines: readonly BillLine[], numbers: BillNumbers): Record<string, unknown> {
  const due = sumOf(lines, numbers);
  return {
    PretaxGrossAmount: due,
    InvoiceDiscount: 0,
    PretaxAmount: due,
    DeductedByCoupons: 0,
    DeductedByCashCoupons: 0,
    DeductedByPrepaidCard: 0,
    PaymentAmount: due,
    CashAmount: due,
    OutstandingAmount: 0,
    AdjustAmount: 0,
    Currency: lines[0]?.currency,
  };
}
