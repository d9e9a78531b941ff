import { disjoint } from '../../../shared/policy/check/exception-reach.ts';
import { covers } from '../../../shared/policy/check/selector-coverage.ts';
import type { CompiledSelector } from '../../../shared/policy/compiled.ts';
import { formatMoney, type Money } from '../../../shared/policy/money.ts';

/** A rule of renew-before-expiry, as far as it can let an order pass with less. */
interface RenewalRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly kind: 'never' | 'order';
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly autoPay?: boolean;
  readonly ask?: {
    readonly who: string;
    readonly above?: readonly Money[];
    readonly dearerThanLastTimeBy?: number;
    readonly links?: boolean;
  };
  readonly unanswered?: string;
  readonly maxPrice?: readonly Money[];
  readonly pricePerMonth?: Readonly<Record<string, Money>>;
  readonly aheadAtMostMs?: number;
}

/**
 * By what an order passes more easily under the later rules of renew-before-expiry than under the earlier ones, in words. Each rule that orders is held
 * against every one that may have been about the same resource before, whatever either is called and wherever it stands: a question is not got rid of by
 * another name, nor by a rule in front. What is ordered only now is no easier.
 */
export function easierOrders(earlier: readonly RenewalRule[], later: readonly RenewalRule[]): readonly string[] {
  return later.flatMap((rule, at) =>
    earlier.flatMap((before, place) => {
      if (rule.kind !== 'order' || before.kind !== 'order' || !mayMeet(rule, before)) return [];
      // First match wins: what rules in front of them cover surely is about neither.
      if (earlier.slice(0, place).some((each) => isAboutAll(each, rule))) return [];
      if (later.slice(0, at).some((each) => isAboutAll(each, before))) return [];
      const name = rule.name === before.name ? rule.name : `${rule.name}, in place of ${before.name}`;
      return passesMore(before, rule).map((text) => `rule ${name}: ${text}`);
    }),
  );
}

const kinds = ['groups', 'workstations'] as const;

/** Whether a rule is surely about every resource that another selects. */
function isAboutAll(wide: RenewalRule, narrow: RenewalRule): boolean {
  return kinds.some((kind) => {
    const [a, b] = [wide[kind], narrow[kind]];
    return a !== undefined && b !== undefined && covers(a, b);
  });
}

/** Whether two rules may be about one resource. */
function mayMeet(one: RenewalRule, other: RenewalRule): boolean {
  return kinds.some((kind) => {
    const [a, b] = [one[kind], other[kind]];
    return a !== undefined && b !== undefined && !disjoint(a, b);
  });
}

/** By what an order passes more easily than before. */
function passesMore(old: RenewalRule, now: RenewalRule): readonly string[] {
  const cheaper = Object.entries(now.pricePerMonth ?? {}).flatMap(([type, price]) => {
    const known = old.pricePerMonth?.[type];
    const isLess = known !== undefined && (known.currency !== price.currency || price.micros < known.micros);
    return isLess ? [`pricePerMonth of ${type}: ${formatMoney(known)} → ${formatMoney(price)}, by which questions and limits go`] : [];
  });
  const [ahead, aheadNow] = [old.aheadAtMostMs ?? Number.POSITIVE_INFINITY, now.aheadAtMostMs ?? Number.POSITIVE_INFINITY];
  return [
    ...(old.ask !== undefined && now.ask === undefined ? ['nobody is asked any more'] : []),
    ...(old.ask && now.ask ? lessAsked(old.ask, now.ask) : []),
    ...(now.unanswered !== old.unanswered && now.unanswered !== 'hold' ? [`unanswered: ${now.unanswered}`] : []),
    ...(now.autoPay && !old.autoPay ? ['orders are paid without anybody'] : []),
    ...(aheadNow > ahead ? ['renewAheadAtMost is longer, or gone'] : []),
    ...cap(old.maxPrice, now.maxPrice),
    ...cheaper,
  ];
}

function lessAsked(old: NonNullable<RenewalRule['ask']>, now: NonNullable<RenewalRule['ask']>): readonly string[] {
  // Without `above` everything is asked, unless something else says when; a currency that is not listed is always asked.
  const always = ({ above, dearerThanLastTimeBy }: NonNullable<RenewalRule['ask']>): boolean =>
    above === undefined && dearerThanLastTimeBy === undefined;
  const percent = ({ dearerThanLastTimeBy }: NonNullable<RenewalRule['ask']>): number => dearerThanLastTimeBy ?? Number.POSITIVE_INFINITY;
  return [
    ...(now.who === old.who ? [] : [`${now.who} is asked in place of ${old.who}`]),
    ...(now.links && !old.links ? ['approvals by link count'] : []),
    ...(always(old) && !always(now) ? ['not every order is asked about any more'] : []),
    ...(old.above !== undefined && now.above === undefined && !always(now) ? ['ask.above is gone'] : []),
    ...(old.above === undefined ? [] : dearer(old.above, now.above ?? []).map((text) => `ask.above: ${text}`)),
    ...(!always(old) && old.above === undefined && now.above !== undefined
      ? ['an order without a last price is asked about above an amount only']
      : []),
    ...(!always(old) && !always(now) && percent(now) > percent(old) ? ['a higher price than last time is asked about less'] : []),
  ];
}

function cap(old: readonly Money[] = [], now: readonly Money[] = []): readonly string[] {
  const gone = old.filter(({ currency }) => !now.some((amount) => amount.currency === currency));
  const higher =
    old.length === 0
      ? []
      : dearer(
          old,
          now.filter(({ currency }) => old.some((amount) => amount.currency === currency)),
        );
  return [...gone.map((amount) => `maxPrice ${formatMoney(amount)} is gone`), ...higher.map((text) => `maxPrice: ${text}`)];
}

/** Amounts of the later list that are above those of the earlier one, or of a currency that it does not have. */
export function dearer(old: readonly Money[], now: readonly Money[]): readonly string[] {
  return now.flatMap((amount) => {
    const known = old.find(({ currency }) => currency === amount.currency);
    if (known !== undefined && amount.micros <= known.micros) return [];
    return [`${known === undefined ? 'none' : formatMoney(known)} → ${formatMoney(amount)}`];
  });
}
