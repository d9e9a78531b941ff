import * as z from 'zod/mini';
import { monthsOf, periodOf, periodText, samePeriod, shortestMs, subscriptionPeriods } from '../../shared/fleet/subscription-period.ts';
import { formatMoney, type Money, times } from '../../shared/policy/money.ts';
import type { RuleCheckContext, RuleModule, RuleReport } from '../../shared/policy/rule-module.ts';
import { durationText, moneyText, percentText } from '../../shared/policy/schema/quantity.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector, workstationSelector } from '../../shared/policy/schema/selector.ts';
import { nameText, oneOrMany, parsedText } from '../../shared/policy/schema/text.ts';
import { formatDuration } from '../../shared/policy/values/duration.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { type CompiledRenewRule, compileRenewRule, defaultDaysBefore, type RenewRule } from './compiled-rule.ts';

const periodTexts = subscriptionPeriods.map(periodText);

const period = parsedText(
  (text) => {
    const known = periodOf(text);
    return known ? parsed(known) : refused(`"${text}" cannot be ordered; write one of ${periodTexts.join(', ')}`);
  },
  { title: 'a period', examples: ['1 Month'], pattern: `^(${periodTexts.join('|')})$` },
);

const described = <T, I>(schema: z.ZodMiniType<T, I>, description: string) =>
  z.exactOptional(schema.check(z.meta({ description })) as z.ZodMiniType<T, I>);

const ask = z
  .strictObject({
    who: nameText('the name of a circle of approvers', 'finance').check(
      z.meta({ description: 'Who is asked, by the name under approvers.' }),
    ),
    above: described(oneOrMany(moneyText), 'Ask above these amounts, one per currency; a currency that is not listed always asks.'),
    dearerThanLastTimeBy: described(percentText, 'Ask where it costs more than this over the last time.'),
    remind: described(z.array(durationText), 'Times before the expiry at which an unanswered question is asked again.'),
    links: described(z.boolean(), 'Approvals given by link count too. Default: false.'),
  })
  .check(z.meta({ title: 'who is asked, and when' }));

const schema = z.strictObject({
  ...ruleKeys,
  groups: z.exactOptional(groupSelector),
  workstations: z.exactOptional(workstationSelector),
  renew: described(z.literal('never'), 'Let them lapse; people are told before.'),
  consoleAutoRenew: described(
    z.enum(['disabled', 'enabled']),
    'State of automatic renewal in the console, which the API cannot show. With both active you pay twice, so enabled holds.',
  ),
  daysBefore: described(
    z.int().check(z.minimum(1), z.maximum(90), z.meta({ title: 'a number of days', examples: [7] })),
    'Days of 24 hours before the expiry at which the renewal is ordered. Default: 7.',
  ),
  period: described(period, 'What is ordered.'),
  autoPay: described(z.boolean(), 'Pay at once. Default: false, which leaves an order that somebody has to pay by hand.'),
  maxPrice: described(oneOrMany(moneyText), 'Nothing dearer is ordered, approved or not; one amount per currency. Default: no ceiling.'),
  ask: described(ask, 'When people are asked before an order. Default: never.'),
  unanswered: described(
    z.enum(['hold', 'renew 1 Week']),
    'What is done 24 hours before the expiry when nobody has answered. Default: hold.',
  ),
  pricePerMonth: described(
    z.record(z.string(), moneyText),
    'Price of a month by exact type of workstation, since the API has none; types that are not listed hold.',
  ),
  renewAheadAtMost: described(durationText, 'How far ahead of now a renewal may move the expiry. Default: any.'),
});

/** What renew-before-expiry adds to the policy language. */
export const ruleModule: RuleModule<RenewRule, CompiledRenewRule> = {
  name: 'renew-before-expiry',
  schema,
  check: checkRenewRule,
  orders: ({ renew }) => renew !== 'never',
  compile: compileRenewRule,
};

const dayMs = 86_400_000;
/** A period must outlast the lead by this much, or each renewal would fall due at once again. */
const marginDays = 3;

/** Finds what is wrong between the keys of a rule, and names that lead nowhere. */
function checkRenewRule(rule: RenewRule, context: RuleCheckContext, report: RuleReport): void {
  if ((rule.groups === undefined) === (rule.workstations === undefined)) {
    const text =
      rule.groups === undefined ? 'selects nothing; add groups or workstations' : 'has both groups and workstations; make two rules of it';
    report({ path: [], text });
  }
  if (rule.ask !== undefined) context.expectName('approvers', rule.ask.who, ['ask', 'who']);
  if (rule.renew === 'never') {
    checkNever(rule, report);
    return;
  }
  checkRequired(rule, report);
  checkPeriod(rule, report);
  checkKind(rule, report);
  checkAmounts(rule, report);
  checkAgainstLimits(rule, context, report);
  checkAsk(rule, report);
}

const keysOfOrders = [
  'consoleAutoRenew',
  'period',
  'autoPay',
  'maxPrice',
  'ask',
  'unanswered',
  'pricePerMonth',
  'renewAheadAtMost',
] as const satisfies readonly (keyof RenewRule)[];

function checkNever(rule: RenewRule, report: RuleReport): void {
  for (const key of keysOfOrders) {
    if (rule[key] !== undefined) report({ path: [key], at: 'key', text: 'means nothing beside renew: never; remove one of the two' });
  }
}

function checkRequired(rule: RenewRule, report: RuleReport): void {
  if (rule.period === undefined) report({ path: [], text: 'says not what to order; add period, such as 1 Month, or renew: never' });
  if (rule.consoleAutoRenew === undefined) {
    report({
      path: [],
      text: 'does not state consoleAutoRenew; switch automatic renewal off in the console, then add consoleAutoRenew: disabled',
    });
  } else if (rule.consoleAutoRenew === 'enabled') {
    const text = 'holds all that this rule covers, since both would renew; switch it off in the console, then write disabled';
    report({ path: ['consoleAutoRenew'], severity: 'warning', text });
  }
}

function checkPeriod({ period, daysBefore = defaultDaysBefore, renewAheadAtMost }: RenewRule, report: RuleReport): void {
  if (period === undefined) return;
  if (shortestMs(period) < (daysBefore + marginDays) * dayMs) {
    report({
      path: ['period'],
      text: `${periodText(period)} is shorter than daysBefore (${daysBefore}) and ${marginDays} days, so it would renew without end; order a longer period or lower daysBefore`,
    });
  }
  if (renewAheadAtMost !== undefined && renewAheadAtMost < shortestMs(period)) {
    report({
      path: ['renewAheadAtMost'],
      text: `is less than ${periodText(period)}, so every renewal would hold; write at least ${formatDuration(shortestMs(period) + daysBefore * dayMs)}`,
    });
  }
}

function checkKind({ workstations, period, pricePerMonth, unanswered }: RenewRule, report: RuleReport): void {
  if (workstations === undefined) {
    if (pricePerMonth !== undefined) {
      report({
        path: ['pricePerMonth'],
        at: 'key',
        text: 'is for workstations; the price of delivery groups is asked from the service. Remove it',
      });
    }
    return;
  }
  if (period?.unit === 'Week') report({ path: ['period'], text: 'workstations cannot be renewed by the week; write months or years' });
  if (unanswered === 'renew 1 Week') {
    report({ path: ['unanswered'], text: 'workstations cannot be renewed by the week; write hold' });
  }
  if (pricePerMonth === undefined || Object.keys(pricePerMonth).length === 0) {
    report({
      path: [],
      severity: 'warning',
      text: 'has no pricePerMonth, and the API has no price for workstations, so all of them hold; add pricePerMonth: {TYPE: AMOUNT CURRENCY}',
    });
  }
}

function checkAmounts({ maxPrice = [], ask }: RenewRule, report: RuleReport): void {
  checkCurrencies(maxPrice, ['maxPrice'], report);
  const above = ask?.above ?? [];
  checkCurrencies(above, ['ask', 'above'], report);
  for (const ceiling of maxPrice) {
    const asked = above.find(({ currency }) => currency === ceiling.currency);
    if (asked !== undefined && asked.micros >= ceiling.micros) {
      const text = `does not ask below maxPrice in ${ceiling.currency}, so it never asks; lower it, or raise maxPrice`;
      report({ path: ['ask', 'above'], severity: 'warning', text });
    }
  }
}

/** Names amounts that no month's limit lets pass. Without any limit the policy is named as a whole. */
function checkAgainstLimits(
  { maxPrice = [], pricePerMonth = {}, period }: RenewRule,
  { limits }: RuleCheckContext,
  report: RuleReport,
): void {
  const spendPerMonth = limits?.spendPerMonth;
  if (spendPerMonth === undefined) return;
  const limitIn = (currency: string) => spendPerMonth.find((limit) => limit.currency === currency);
  const unlimited = (currency: string): string =>
    `limits.spendPerMonth has no amount in ${currency}, so nothing is ordered in it; add one there, or remove this`;
  for (const [index, { currency }] of maxPrice.entries()) {
    if (limitIn(currency) === undefined) report({ path: ['maxPrice', index], severity: 'warning', text: unlimited(currency) });
  }
  for (const [type, price] of Object.entries(pricePerMonth)) {
    const limit = limitIn(price.currency);
    const path = ['pricePerMonth', type];
    if (limit === undefined) report({ path, severity: 'warning', text: unlimited(price.currency) });
    else if (period !== undefined && times(price, monthsOf(period) ?? 0).micros > limit.micros) {
      const text = `${periodText(period)} of it costs ${formatMoney(times(price, monthsOf(period) ?? 0))}, more than limits.spendPerMonth (${formatMoney(limit)}), so it is never ordered; raise the limit, or order a shorter period`;
      report({ path, severity: 'warning', text });
    }
  }
}

function checkCurrencies(amounts: readonly Money[], path: readonly string[], report: RuleReport): void {
  for (const [index, { currency }] of amounts.entries()) {
    if (amounts.findIndex((other) => other.currency === currency) === index) continue;
    report({ path: [...path, index], text: `${currency} has an amount already; keep one amount per currency` });
  }
}

function checkAsk({ ask, unanswered, period, daysBefore = defaultDaysBefore }: RenewRule, report: RuleReport): void {
  if (unanswered !== undefined && ask === undefined) {
    report({ path: ['unanswered'], at: 'key', text: 'means nothing without ask; add ask, or remove it' });
  }
  if (unanswered === 'renew 1 Week' && period !== undefined && samePeriod(period, { count: 1, unit: 'Week' })) {
    report({ path: ['unanswered'], text: 'would order the very period that was asked for; write hold, or order a longer period' });
  }
  for (const [index, ms] of (ask?.remind ?? []).entries()) {
    if (ms < daysBefore * dayMs) continue;
    const text = `${formatDuration(ms)} is not after the question, which is asked ${daysBefore} days before the expiry; write a shorter time`;
    report({ path: ['ask', 'remind', index], severity: 'warning', text });
  }
}
