import { type GuardContext, guarding, type Settle } from '../../shared/engine/guard.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { noCounts } from '../../shared/journal/intents/intent-state.ts';
import type { ActDecision, Action, Decision } from '../../shared/planning/decision.ts';
import type { CompiledException, CompiledLimits, CompiledPolicy } from '../../shared/policy/compiled.ts';
import { noon, policyWith, target } from './dial.ts';

export const always = { 'Asia/Shanghai': { fromMs: noon - 1, untilMs: noon + 1 } };
export const cut: Partial<Action> = { effect: 'disruptive', harms: ['cut'], sessionsAtRisk: 3 };

export function act(id: string, more: Partial<Action> = {}): ActDecision {
  return {
    verdict: 'act',
    rule: 'r',
    resource: { id },
    because: [{ code: 'wish', text: 'wished' }],
    action: { key: id, operation: 'Op', input: {}, effect: 'write', change: [], writes: { setting: 's', value: 'v' }, ...more },
  };
}

export interface World extends Partial<Omit<GuardContext, 'policy'>> {
  readonly policy?: Partial<CompiledPolicy>;
  readonly limits?: CompiledLimits;
  readonly resource?: Record<string, unknown>;
}

export function contextOf({ policy, limits, resource, ...rest }: World = {}): GuardContext {
  return {
    functionName: 'scale-on-schedule',
    policy: policyWith({ ...policy, ...(limits ? { limits } : {}) }),
    target,
    nowMs: noon,
    totals: { observed: 100, announced: 100, complete: true },
    byRule: new Map(),
    nodes: 0,
    counts: noCounts,
    nodesAddedElsewhere: 0,
    resourceOf: (id) => ({ id, kind: 'delivery-group', name: id, tags: {}, ...resource }) as Resource,
    sessionUsersOf: () => [],
    tagFirstSeenMs: () => undefined,
    ...rest,
  };
}

/** The whole guard, with what protection needs at hand. */
export function guard(decisions: readonly Decision[], context: GuardContext, settle?: Settle): readonly Decision[] {
  const steps = guarding(decisions, context, settle);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

export const codeOf = (decision: Decision | undefined) => (decision?.verdict === 'hold' ? decision.because[0]?.code : decision?.verdict);
export const one = (action: Partial<Action>, world: World) => codeOf(guard([act('g', action)], contextOf(world))[0]);

export const exception = (more: Partial<CompiledException>): World => ({
  policy: { exceptions: [{ because: 'launch', groups: { all: true }, spans: always, never: ['cut-sessions'], ...more }] },
});
