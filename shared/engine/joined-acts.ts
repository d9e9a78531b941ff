import { canonicalJson } from '../journal/log/record.ts';
import type { ActDecision } from '../planning/decision.ts';

/** Actions that one call can do. `param`: the list of the input in which each names its resource; undefined for an action by itself. */
export interface JoinedActs {
  readonly decisions: readonly ActDecision[];
  readonly param: string | undefined;
}

interface Growing {
  readonly decisions: ActDecision[];
  readonly param: string | undefined;
}

/** Where an operation takes several resources, and how many at most. */
type BatchOf = (operation: string) => { readonly param: string; readonly max: number } | undefined;

/** Groups of actions that differ in nothing but the resource, each as large as the operation and the actions allow, in the order of their first. */
export function joined(decisions: readonly ActDecision[], batchOf: BatchOf = () => undefined): readonly JoinedActs[] {
  const groups: Growing[] = [];
  const open = new Map<string, Growing>();
  for (const decision of decisions) {
    const { operation, input, atOnce } = decision.action;
    const batch = batchOf(operation);
    const ids = batch && input[batch.param];
    if (!batch || !Array.isArray(ids)) {
      groups.push({ decisions: [decision], param: undefined });
      continue;
    }
    const most = Math.max(1, Math.min(batch.max, atOnce ?? batch.max));
    const key = canonicalJson([operation, { ...input, [batch.param]: [] }, most]);
    const group: Growing = open.get(key) ?? { decisions: [], param: batch.param };
    if (group.decisions.length === 0) groups.push(group);
    group.decisions.push(decision);
    if (group.decisions.length < most) open.set(key, group);
    else open.delete(key);
  }
  return groups;
}
