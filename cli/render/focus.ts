import type { CostLine } from '../../shared/billing/cost-table.ts';
import type { ZoneTable } from '../../shared/policy/compiled.ts';
import { addDays, localMsOf } from '../../shared/policy/values/local-date-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { instantOf } from '../../shared/policy/zones.ts';
import type { CostFound } from '../run/cost.ts';
import { csvLine, exactAmount } from './cost.ts';

/** One line of costs with what is known around it. */
interface FocusLine {
  readonly line: CostLine;
  readonly kind: 'by the hour' | 'subscription';
  readonly micros: bigint;
  readonly account: string;
  readonly name: string | undefined;
  readonly region: string | undefined;
  readonly kindOfResource: 'delivery-group' | 'workstation' | undefined;
  readonly day: { readonly fromMs: number; readonly untilMs: number };
}

const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');

/**
 * Columns of FOCUS 1.2 (FinOps Open Cost and Usage Specification) in alphabetical order, its mandatory ones included. Amounts are measured and priced by
 * what the service quoted; no invoice was read. A subscription is paid in advance, so its days have a `BilledCost` of zero and their part of the order as
 * `EffectiveCost`.
 */
const columns: Readonly<Record<string, (line: FocusLine, found: CostFound) => string>> = {
  BilledCost: ({ kind, line: { currency }, micros }) => exactAmount({ currency, micros: kind === 'by the hour' ? micros : 0n }),
  BillingAccountId: ({ account }) => account,
  BillingAccountName: ({ line }) => line.target,
  BillingCurrency: ({ line }) => line.currency,
  BillingPeriodEnd: (_line, { monthEndMs }) => instant(monthEndMs),
  BillingPeriodStart: (_line, { span }) => instant(span.fromMs),
  ChargeCategory: () => 'Usage',
  ChargeClass: () => '',
  ChargeDescription: ({ kind, line }) =>
    `${kind === 'by the hour' ? 'Nodes by the hour' : 'Subscription, its part of the day'} of ${line.resource}`,
  ChargeFrequency: ({ kind }) => (kind === 'by the hour' ? 'Usage-Based' : 'Recurring'),
  ChargePeriodEnd: ({ day }) => instant(day.untilMs),
  ChargePeriodStart: ({ day }) => instant(day.fromMs),
  ContractedCost: ({ line: { currency }, micros }) => exactAmount({ currency, micros }),
  EffectiveCost: ({ line: { currency }, micros }) => exactAmount({ currency, micros }),
  InvoiceIssuerName: () => 'Alibaba Cloud',
  ListCost: ({ line: { currency }, micros }) => exactAmount({ currency, micros }),
  PricingCategory: ({ kind }) => (kind === 'by the hour' ? 'Standard' : 'Committed'),
  PricingQuantity: () => '',
  PricingUnit: () => '',
  ProviderName: () => 'Alibaba Cloud',
  PublisherName: () => 'Alibaba Cloud',
  RegionId: ({ region }) => region ?? '',
  RegionName: ({ region }) => region ?? '',
  ResourceId: ({ line }) => line.resource,
  ResourceName: ({ name }) => name ?? '',
  ResourceType: ({ kindOfResource }) => kindOfResource ?? '',
  ServiceCategory: () => 'End User Computing',
  ServiceName: () => 'App Streaming',
  SkuId: ({ line }) => line.instanceType ?? '',
  SubAccountId: ({ account }) => account,
  SubAccountName: ({ line }) => line.target,
  Tags: ({ line }) => JSON.stringify(line.tags ?? {}),
};

/** The columns of the export, in order. */
export const focusColumns: readonly string[] = Object.keys(columns);

/** Costs by resource and day as CSV in the columns of FOCUS 1.2. What is unknown has no line: no amount stands for it. */
export function focusCsv(found: CostFound): string {
  const zone = zoneTable(found.timezone, found.span.fromMs - 86_400_000, found.monthEndMs + 86_400_000);
  const lines = found.targets.flatMap(({ account, fleet, costs }) => {
    const known = new Map(fleet.map((resource) => [resource.id, resource]));
    return costs.lines.flatMap((line) => {
      const resource = known.get(line.resource);
      const base = {
        line,
        account,
        name: resource?.name,
        region: resource?.region,
        kindOfResource: resource?.kind,
        day: dayOf(line.date, zone),
      };
      return [
        ...(line.measured === 0n ? [] : [{ ...base, kind: 'by the hour' as const, micros: line.measured }]),
        ...(line.amortized === 0n ? [] : [{ ...base, kind: 'subscription' as const, micros: line.amortized }]),
      ];
    });
  });
  return [focusColumns, ...lines.map((line) => Object.values(columns).map((cell) => cell(line, found)))].map(csvLine).join('');
}

function dayOf(date: string, zone: ZoneTable): FocusLine['day'] {
  return { fromMs: instantOf(zone, localMsOf(date, 0)), untilMs: instantOf(zone, localMsOf(addDays(date, 1), 0)) };
}
