import { type Amount, toHundredths } from './amount.ts';
import { nodeTypes } from './node-type.ts';
import type { PeriodUnit } from './period.ts';

/** A price before it is put into words: what is due is `original - discount`. */
export interface Price {
  readonly currency: string;
  readonly original: Amount;
  readonly discount: Amount;
  /** The promotion that gives the discount; an order has to name it. */
  readonly promotionId: string | undefined;
}

/** The promotion behind every discount of this world. */
const longTermPromotion = '17440009001';

/** Regions that are paid in US dollars; all others in yuan. */
const dollarRegion = /^(ap|eu|us|me)-/;

/** Currency of a region's prices. */
export function currencyOf(region: string): string {
  return dollarRegion.test(region) ? 'USD' : 'CNY';
}

/** Percent off by length of the period in months; the figures of this world, not of a price list. */
function percentOff(months: number): bigint {
  if (months >= 36) return 50n;
  if (months >= 24) return 30n;
  return months >= 12 ? 15n : 0n;
}

function inCurrency(yuan: Amount, region: string): Amount {
  return currencyOf(region) === 'USD' ? (yuan * 15n) / 100n : yuan;
}

/** Price of one pay-as-you-go node for one hour; undefined for a type that is not on sale. */
export function hourlyAmount(instanceType: string, region: string): Amount | undefined {
  const type = nodeTypes.get(instanceType);
  if (!type) return undefined;
  const yuan = BigInt(type.cpus) * 1200n + BigInt(type.memory / 1024) * 300n + BigInt(type.gpuMemory / 1024) * 3500n;
  return inCurrency(yuan, region);
}

/** Price per hour of a session that is connected or that stands by, by type of app instance; undefined for a type not on sale. */
export function sessionAmount(appInstanceType: string, kind: 'Connected' | 'Standby', region: string): Amount | undefined {
  const yuan = { 'appstreaming.general': 4000n, 'appstreaming.vgpu': 12_000n }[appInstanceType];
  if (yuan === undefined) return undefined;
  return inCurrency(kind === 'Connected' ? yuan : yuan / 10n, region);
}

/** The hourly price of a number of things, without discount. */
export function hourlyPrice(amount: Amount, count: number, region: string): Price {
  return { currency: currencyOf(region), original: amount * BigInt(count), discount: 0n, promotionId: undefined };
}

function termPrice(monthly: Amount, count: number, period: number, unit: PeriodUnit, region: string): Price {
  const months = unit === 'Week' ? 0 : period * (unit === 'Year' ? 12 : 1);
  const each = unit === 'Week' ? (monthly * 3n * BigInt(period)) / 10n : monthly * BigInt(months);
  const original = toHundredths(each * BigInt(count));
  const discount = toHundredths((original * percentOff(months)) / 100n);
  return { currency: currencyOf(region), original, discount, promotionId: discount > 0n ? longTermPromotion : undefined };
}

/** Price of subscription nodes for a period; undefined for a type that is not on sale. A month costs 324 hours. */
export function subscriptionPrice(type: string, region: string, count: number, period: number, unit: PeriodUnit): Price | undefined {
  const hourly = hourlyAmount(type, region);
  return hourly === undefined ? undefined : termPrice(hourly * 324n, count, period, unit, region);
}

/** Price of a workstation for a month. Sizes are read from the name of its type, as in `….96c384g.192g4x`. */
function workstationMonthly(type: string, region: string): Amount {
  const [, cpus = '8', memory = '16', gpu = '0'] = /\.(\d+)c(\d+)g(?:\.(\d+)g)?/.exec(type) ?? [];
  return inCurrency(BigInt(cpus) * 500_000n + BigInt(memory) * 100_000n + BigInt(gpu) * 600_000n, region);
}

/** Price of a pay-as-you-go workstation for one hour, of which a month costs 324 as with nodes. */
export function workstationHourlyAmount(type: string, region: string): Amount {
  return workstationMonthly(type, region) / 324n;
}

/** Price of a workstation for a period. */
export function workstationPrice(type: string, region: string, period: number, unit: PeriodUnit): Price {
  return termPrice(workstationMonthly(type, region), 1, period, unit, region);
}
