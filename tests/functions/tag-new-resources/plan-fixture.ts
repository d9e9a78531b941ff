import { ruleModule as enforceRules } from '../../../functions/enforce-policy/rule.ts';
import { ruleModule as scaleRules } from '../../../functions/scale-on-schedule/rule.ts';
import { ruleModule } from '../../../functions/tag-new-resources/rule.ts';
import type { PlanContext } from '../../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../../shared/fleet/delivery-group.ts';
import type { IntentView, WrittenValue } from '../../../shared/journal/intents/intent-view.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { compiledPolicy, policyText, start } from '../../e2e/live-function.ts';

const nowMs = Date.parse(start);

/** A policy with rules of tag-new-resources, of scale-on-schedule and of enforce-policy. */
export function policyOf(rules: readonly string[], scale: readonly string[] = [], enforce: readonly string[] = []): CompiledPolicy {
  const lists = {
    ...(scale.length > 0 ? { 'scale-on-schedule': scale } : {}),
    ...(enforce.length > 0 ? { 'enforce-policy': enforce } : {}),
    'tag-new-resources': rules,
  };
  return compiledPolicy(policyText(lists), [scaleRules, enforceRules, ruleModule], nowMs);
}

/** A journal that holds values of tags by group. */
export function writtenView(values: ReadonlyMap<string, readonly WrittenValue[]> = new Map()): IntentView {
  return { values: (id) => values.get(id) ?? [], external: () => undefined };
}

/** What the planner gets to see. */
export function contextOf(policy: CompiledPolicy, written: IntentView = writtenView()): PlanContext {
  const target = policy.targets['home'];
  if (target === undefined) throw new Error('the policy has no target home');
  return { policy, target, nowMs, written, facts: { nodePricePerHour: () => undefined } };
}

/** A group that serves and has no tags. */
export function groupOf(change: Partial<DeliveryGroup> = {}): DeliveryGroup {
  return {
    ...{ kind: 'delivery-group', id: 'g', name: 'fin-ledger', region: 'cn-hangzhou', status: 'PUBLISHED', resourceStatus: 'AVAILABLE' },
    ...{ charge: 'pay-as-you-go', createdAtMs: nowMs - 86_400_000, expiresAtMs: undefined, tags: {}, pools: [] },
    ...{ officeSiteId: undefined, imageId: undefined, unreadable: [] },
    ...change,
  };
}
