import * as z from 'zod/mini';
import { periodOf, periodText, subscriptionPeriods } from '../../shared/fleet/subscription-period.ts';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { durationText, moneyText, percentText } from '../../shared/policy/schema/quantity.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector, workstationSelector } from '../../shared/policy/schema/selector.ts';
import { nameText, oneOrMany, parsedText } from '../../shared/policy/schema/text.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { type CompiledRenewRule, compileRenewRule, type RenewRule } from './renew-rule.ts';
import { checkRenewRule } from './rule-checks.ts';

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
  compile: compileRenewRule,
};
