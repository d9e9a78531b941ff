import type { Resource } from '../fleet/resource.ts';
import { allHarms } from '../planning/decision.ts';
import type { CompiledPolicy } from '../policy/compiled.ts';
import { misfit } from '../policy/compiled-rules.ts';
import type { Schema } from '../schema/schema.ts';
import type { Automation, RulesCheck } from './automation.ts';
import { reason } from './reasons.ts';
import type { RunError } from './report.ts';

/** Compares the rules of a function with what its compiled rules have to look like. */
export function rulesCheck(name: string, rule: Schema): RulesCheck {
  return (policy) => {
    const error = rulesError(policy, name, rule);
    return error && { error, policy: withoutRules(policy, name), hold: (automation) => holding(automation, error.message) };
  };
}

/** Why the rules of a function in a policy do not count; undefined where they do. */
export function rulesError(policy: CompiledPolicy, name: string, rule: Schema): RunError | undefined {
  const where = misfit(policy, name, rule);
  if (where === undefined) return undefined;
  const message = `This version cannot read the rules of ${name}, so none counts. Push the policy again with it, or deploy the newer one. Wrong: ${where}.`;
  return { code: 'PolicyFormat', message };
}

/** A policy as it is to a function whose rules do not count. */
export function withoutRules(policy: CompiledPolicy, name: string): CompiledPolicy {
  return { ...policy, rules: { ...policy.rules, [name]: [] } };
}

function holding<R extends Resource>(automation: Automation<R>, message: string): Automation<R> {
  const { planner } = automation;
  const because = [reason('policy-format', message)];
  return {
    ...automation,
    planner: {
      ...planner,
      decide(resource, context) {
        const decision = planner.decide(resource, context);
        const givesBack = decision.verdict === 'act' && decision.action.restores !== undefined && allHarms(decision.action).length === 0;
        return givesBack ? decision : { rule: null, resource: decision.resource, verdict: 'hold', because };
      },
    },
  };
}
