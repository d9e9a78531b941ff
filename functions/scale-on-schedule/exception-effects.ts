import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { CompiledException } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { Span } from './steps.ts';

/** What the exceptions of the policy mean for the nodes of one group. */
export interface ExceptionEffects {
  /** At least this share of the peak, in percent. */
  readonly floors: readonly (Span & { readonly percent: number; readonly because: string })[];
  /** No lowering. */
  readonly ratchets: readonly (Span & { readonly because: string })[];
  /** Equal for groups under the same exceptions. */
  readonly key: string;
  /** Why it cannot be told whether an exception applies; undefined when it can. */
  readonly unknown?: string;
}

const none: ExceptionEffects = { floors: [], ratchets: [], key: '' };

/** The exceptions that keep or raise nodes of a group at some time in `span`. Exceptions of other kinds are the guard's. */
export function exceptionEffects(group: DeliveryGroup, context: PlanContext, span: Span): ExceptionEffects {
  const { policy, target } = context;
  const floors: (Span & { readonly percent: number; readonly because: string })[] = [];
  const ratchets: (Span & { readonly because: string })[] = [];
  const applied: number[] = [];
  for (const [index, exception] of policy.exceptions.entries()) {
    const when = exception.spans[target.timezone];
    if (when === undefined || when.untilMs <= span.fromMs || when.fromMs >= span.untilMs) continue;
    if (exception.groups === undefined || !concernsNodes(exception) || exception.targets?.includes(target.name) === false) continue;
    const matches = cachedMatcher(exception.groups, policy.zones[target.timezone])(group, context.nowMs);
    if (matches === 'no') continue;
    if (matches !== 'yes') return { ...none, unknown: `"${exception.because}": ${matches.unknown}` };
    applied.push(index);
    const base = { fromMs: when.fromMs, untilMs: when.untilMs, because: exception.because };
    if (exception.keepAtLeastPercent !== undefined) floors.push({ ...base, percent: exception.keepAtLeastPercent });
    if (exception.never.includes('scale-down')) ratchets.push(base);
  }
  return applied.length === 0 ? none : { floors, ratchets, key: applied.join(',') };
}

function concernsNodes(exception: CompiledException): boolean {
  return exception.keepAtLeastPercent !== undefined || exception.never.includes('scale-down');
}
