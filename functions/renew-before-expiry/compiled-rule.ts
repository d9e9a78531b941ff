import type { SubscriptionPeriod } from '../../shared/fleet/subscription-period.ts';
import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { money, ruleFields, selector, time } from '../../shared/policy/compiled-rules.ts';
import type { Money } from '../../shared/policy/money.ts';
import { exactOptional, type FieldsFor, flag, int, jsonList, object, oneOf, type Schema, text } from '../../shared/schema/schema.ts';
import { eitherOf, recordOf, where } from '../../shared/schema/shapes.ts';

/** When people are asked before an order is placed. Amounts compare strictly above; a currency that is not listed always asks. */
export interface Ask {
  /** Circle of approvers, a name under `approvers`. */
  readonly who: string;
  readonly above?: readonly Money[];
  /** Whole percent over what the same period of the same resource cost last. */
  readonly dearerThanLastTimeBy?: number;
  /** Times before the expiry at which an unanswered question is asked again, in milliseconds. */
  readonly remind?: readonly number[];
  /** True: approvals given by link count too. */
  readonly links?: boolean;
}

/** What is done 24 hours before the expiry when nobody has answered. */
type Unanswered = 'hold' | 'renew 1 Week';

interface Selecting {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups?: CompiledSelector;
  readonly workstations?: CompiledSelector;
  readonly tell?: readonly string[];
}

/** A rule of renew-before-expiry as the policy has it. */
export interface RenewRule extends Selecting {
  readonly renew?: 'never';
  readonly consoleAutoRenew?: 'disabled' | 'enabled';
  readonly daysBefore?: number;
  readonly period?: SubscriptionPeriod;
  readonly autoPay?: boolean;
  readonly maxPrice?: readonly Money[];
  readonly ask?: Ask;
  readonly unanswered?: Unanswered;
  /** By exact ServerInstanceType. */
  readonly pricePerMonth?: Readonly<Record<string, Money>>;
  readonly renewAheadAtMost?: number;
}

/** A rule that lets resources lapse. */
interface NeverRule extends Selecting {
  readonly kind: 'never';
  /** How long before the expiry people are told, in milliseconds. */
  readonly leadMs: number;
}

/** A rule that orders renewals; defaults are filled in. */
export interface OrderRule extends Selecting {
  readonly kind: 'order';
  readonly consoleAutoRenew: 'disabled' | 'enabled';
  /** How long before the expiry a renewal is due, in milliseconds. */
  readonly leadMs: number;
  readonly period: SubscriptionPeriod;
  readonly autoPay: boolean;
  /** Beyond it nothing is ordered, and no approval helps; empty: no ceiling. A currency that is not listed has none. */
  readonly maxPrice: readonly Money[];
  readonly ask?: Ask;
  readonly unanswered: Unanswered;
  readonly pricePerMonth: Readonly<Record<string, Money>>;
  /** How far ahead of now a renewal may move the expiry, in milliseconds. Absent: any. */
  readonly aheadAtMostMs?: number;
}

/** A rule as the planner reads it. */
export type CompiledRenewRule = NeverRule | OrderRule;

const selecting = { ...ruleFields, groups: exactOptional(selector), workstations: exactOptional(selector) };
const amounts = jsonList(money);

/** What a compiled rule has to look like: it lets lapse, or orders. */
export const compiledRenewRule = where(
  eitherOf(
    object({ ...selecting, kind: oneOf('never'), leadMs: time } satisfies FieldsFor<NeverRule>),
    object({
      ...selecting,
      kind: oneOf('order'),
      consoleAutoRenew: oneOf('disabled', 'enabled'),
      leadMs: time,
      period: object({ count: int(1), unit: text }) as Schema & { readonly type?: SubscriptionPeriod },
      autoPay: flag,
      maxPrice: amounts,
      ask: exactOptional(
        object({
          who: text,
          above: exactOptional(amounts),
          dearerThanLastTimeBy: exactOptional(int(0)),
          remind: exactOptional(jsonList(time)),
          links: exactOptional(flag),
        } satisfies FieldsFor<Ask>),
      ),
      unanswered: oneOf('hold', 'renew 1 Week'),
      pricePerMonth: recordOf(money),
      aheadAtMostMs: exactOptional(time),
    } satisfies FieldsFor<OrderRule>),
  ),
  ({ groups, workstations }) => groups !== undefined || workstations !== undefined,
);

const dayMs = 86_400_000;

/** Days before the expiry at which a renewal is due where the rule does not say: a week for people to react. */
export const defaultDaysBefore = 7;

/** Fills in the defaults. A rule without `period` renews nothing: the checks of the policy have refused it before. */
export function compileRenewRule(rule: RenewRule): CompiledRenewRule {
  const { name, targets, groups, workstations, tell, daysBefore = defaultDaysBefore } = rule;
  const selecting: Selecting = {
    name,
    ...(targets === undefined ? {} : { targets }),
    ...(groups === undefined ? {} : { groups }),
    ...(workstations === undefined ? {} : { workstations }),
    ...(tell === undefined ? {} : { tell }),
  };
  const leadMs = daysBefore * dayMs;
  if (rule.renew === 'never' || rule.period === undefined) return { ...selecting, kind: 'never', leadMs };
  return {
    ...selecting,
    kind: 'order',
    consoleAutoRenew: rule.consoleAutoRenew ?? 'enabled',
    leadMs,
    period: rule.period,
    autoPay: rule.autoPay ?? false,
    maxPrice: rule.maxPrice ?? [],
    ...(rule.ask === undefined ? {} : { ask: rule.ask }),
    unanswered: rule.unanswered ?? 'hold',
    pricePerMonth: rule.pricePerMonth ?? {},
    ...(rule.renewAheadAtMost === undefined ? {} : { aheadAtMostMs: rule.renewAheadAtMost }),
  };
}
