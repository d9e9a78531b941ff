import { ruleModule } from '../../functions/renew-before-expiry/rule.ts';
import { limitsOf, monthOf as monthOfPolicy } from '../../functions/renew-before-expiry/run/budget.ts';
import type { RenewalContext } from '../../functions/renew-before-expiry/run/planner.ts';
import type { EpochMs } from '../../shared/client/clock.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';

/** What one order costs. */
export const price = { currency: 'CNY', micros: 100_000_000n };

/** A policy under which everything is renewed by a month, and the month's budget holds so many orders. */
function policyFor(limit: number): CompiledPolicy {
  const text = `version: 1
timezone: Asia/Shanghai
targets: {cn: {account: "1000000000000001", endpoint: cn-shanghai}}
limits: {spendPerMonth: [${limit * 100} CNY]}
rules:
  renew-before-expiry:
    - {name: all, groups: all, consoleAutoRenew: disabled, daysBefore: 14, period: 1 Month, autoPay: true}
`;
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (!document) throw new Error(problems.map((problem) => problem.text).join('\n'));
  return compile(document, Date.UTC(2026, 9, 1), 400, [ruleModule]);
}

const policies = new Map<number, CompiledPolicy>();

/** What the shipped planner goes by at an instant. */
export function contextAt(nowMs: number, limit: number): RenewalContext {
  const policy = policies.get(limit) ?? policyFor(limit);
  policies.set(limit, policy);
  return { policy, target: policy.targets['cn'] as CompiledTarget, nowMs };
}

/** A reading of the calendar that is done once for each instant. Those of a model are few. */
export function remembering(monthOf: (ms: EpochMs) => string): (ms: EpochMs) => string {
  const months = new Map<EpochMs, string>();
  return (ms) => {
    const known = months.get(ms);
    if (known !== undefined) return known;
    const month = monthOf(ms);
    months.set(ms, month);
    return month;
  };
}

/** Months as the policy and the bill count them. */
export const monthOf = remembering(monthOfPolicy(contextAt(0, 1)));

/** The limits of the policy. */
export const limitsFor = (limit: number) => limitsOf(contextAt(0, limit));
