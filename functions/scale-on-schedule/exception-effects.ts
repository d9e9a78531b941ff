import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { CompiledException } from '../../shared/policy/compiled.ts';
import { cachedMatcher } from '../../shared/policy/exception.ts';
import type { ServiceDay } from './service-day.ts';
import type { Span } from './steps.ts';

/** A stretch of time in which an exception asks for something, and why. */
type Because = Span & { readonly because: string };

/** What the exceptions of the policy mean for the nodes of one group. */
export interface ExceptionEffects {
  /** At least this share of the peak, in percent. */
  readonly floors: readonly (Because & { readonly percent: number })[];
  /** No lowering. */
  readonly ratchets: readonly Because[];
  /** No session may be cut; only those that are not over. They do not change the wish, only how it may be brought about. */
  readonly uncut: readonly Because[];
  /** Why it cannot be told whether an exception of `uncut` applies; undefined when it can. */
  readonly uncutUnknown?: string;
  /** Exceptions about nodes, of today and tomorrow, of which it cannot be told whether they apply: no change lowers nodes in them, and the wish is as without them. */
  readonly doubts: readonly Because[];
}

const none: ExceptionEffects = { floors: [], ratchets: [], uncut: [], doubts: [] };

/** The exceptions that keep nodes of a group in the days to come, or its sessions today or tomorrow. Exceptions of other kinds are the guard's. */
export function exceptionEffects(group: DeliveryGroup, context: PlanContext, { ahead, twoDays }: ServiceDay): ExceptionEffects {
  const { policy, target, nowMs } = context;
  if (policy.exceptions.length === 0) return none;
  const floors: (Because & { readonly percent: number })[] = [];
  const ratchets: Because[] = [];
  const uncut: Because[] = [];
  const doubts: Because[] = [];
  let uncutUnknown: string | undefined;
  for (const exception of policy.exceptions) {
    const when = exception.spans[target.timezone];
    if (when === undefined || when.untilMs <= ahead.fromMs || when.fromMs >= ahead.untilMs) continue;
    const forbidsCuts = exception.never.includes('cut-sessions') && when.untilMs > nowMs && when.fromMs < twoDays.untilMs;
    if (exception.groups === undefined || exception.targets?.includes(target.name) === false) continue;
    if (!concernsNodes(exception) && !forbidsCuts) continue;
    const matches = cachedMatcher(exception.groups, policy.zones[target.timezone])(group, nowMs);
    if (matches === 'no') continue;
    if (matches !== 'yes') {
      const soon = when.fromMs < twoDays.untilMs && when.untilMs > nowMs;
      const because = `${exception.because} (${matches.unknown} is unknown)`;
      if (concernsNodes(exception) && soon) doubts.push({ fromMs: when.fromMs, untilMs: when.untilMs, because });
      if (forbidsCuts) uncutUnknown ??= `"${exception.because}": ${matches.unknown}`;
      continue;
    }
    const base = { fromMs: when.fromMs, untilMs: when.untilMs, because: exception.because };
    if (forbidsCuts) uncut.push(base);
    if (!concernsNodes(exception)) continue;
    if (exception.keepAtLeastPercent !== undefined) floors.push({ ...base, percent: exception.keepAtLeastPercent });
    if (exception.never.includes('scale-down')) ratchets.push(base);
  }
  return { floors, ratchets, uncut, doubts, ...(uncutUnknown === undefined ? {} : { uncutUnknown }) };
}

/** Whether an exception changes how many nodes are wanted. */
function concernsNodes(exception: CompiledException): boolean {
  return exception.keepAtLeastPercent !== undefined || exception.never.includes('scale-down');
}
