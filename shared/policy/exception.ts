import type { EpochMs } from '../client/clock.ts';
import type { CompiledException, CompiledFreeze, CompiledPolicy, CompiledSelector, CompiledTarget, Never, ZoneTable } from './compiled.ts';
import { type Matcher, matcher, type Selectable } from './selector.ts';

/** A resource as exceptions see it: those for `groups` apply to delivery groups, those for `workstations` to workstations. */
export interface ExceptionSubject extends Selectable {
  readonly kind: string;
}

/** What the exceptions of the policy ask for one resource at one instant. */
export interface InForce {
  /** Those that certainly apply, in the order of the policy. */
  readonly exceptions: readonly CompiledException[];
  /** The highest share of the peak that an exception keeps up, in percent; absent where none does. */
  readonly keepAtLeastPercent?: number;
  /** The union of what must never happen. */
  readonly never: ReadonlySet<Never>;
  /** Those that may apply: a value that the selector needs is unknown. What they would forbid or raise has to hold. */
  readonly uncertain: readonly { readonly exception: CompiledException; readonly unknown: string }[];
}

/** Half-open: from its first millisecond up to, not including, `untilMs`. */
function isIn(span: { readonly fromMs: EpochMs; readonly untilMs: EpochMs } | undefined, nowMs: EpochMs): boolean {
  return span !== undefined && span.fromMs <= nowMs && nowMs < span.untilMs;
}

/** All exceptions that apply to a resource of a target at `nowMs`; times are local to the target. */
export function exceptionsInForce(policy: CompiledPolicy, target: CompiledTarget, resource: ExceptionSubject, nowMs: EpochMs): InForce {
  const exceptions: CompiledException[] = [];
  const uncertain: { exception: CompiledException; unknown: string }[] = [];
  const never = new Set<Never>();
  let keep: number | undefined;
  for (const exception of policy.exceptions) {
    if (!isIn(exception.spans[target.timezone], nowMs)) continue;
    if (exception.targets !== undefined && !exception.targets.includes(target.name)) continue;
    const selector = resource.kind === 'workstation' ? exception.workstations : exception.groups;
    if (selector === undefined) continue;
    const match = cachedMatcher(selector, policy.zones[target.timezone])(resource, nowMs);
    if (match === 'no') continue;
    if (match !== 'yes') {
      uncertain.push({ exception, unknown: match.unknown });
      continue;
    }
    exceptions.push(exception);
    for (const word of exception.never) never.add(word);
    if (exception.keepAtLeastPercent !== undefined) keep = Math.max(keep ?? 0, exception.keepAtLeastPercent);
  }
  return { exceptions, never, uncertain, ...(keep === undefined ? {} : { keepAtLeastPercent: keep }) };
}

/** A stretch of time in which an exception keeps capacity up: to everybody it is within hours, whatever the schedule says. */
export interface KeptSpan {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
  readonly because: string;
}

/**
 * When exceptions keep the capacity of a resource up, ascending, past and to come. What is done after hours (log-off, power, scale) is done after
 * these as well. `unknown`: those that are not over of which it cannot be told whether they apply, and why.
 */
export function keptSpans(
  policy: CompiledPolicy,
  target: CompiledTarget,
  resource: ExceptionSubject,
  nowMs: EpochMs,
): { readonly spans: readonly KeptSpan[]; readonly unknown: readonly KeptSpan[] } {
  const spans: KeptSpan[] = [];
  const unknown: KeptSpan[] = [];
  for (const { keepAtLeastPercent = 0, targets, because, ...exception } of policy.exceptions) {
    const span = exception.spans[target.timezone];
    const selector = resource.kind === 'workstation' ? exception.workstations : exception.groups;
    // One that was ended before it began ends before its start, and keeps nothing up.
    if (span === undefined || span.untilMs <= span.fromMs) continue;
    if (keepAtLeastPercent <= 0 || selector === undefined || targets?.includes(target.name) === false) continue;
    const match = cachedMatcher(selector, policy.zones[target.timezone])(resource, nowMs);
    if (match === 'yes') spans.push({ ...span, because });
    else if (match !== 'no' && span.untilMs > nowMs) unknown.push({ ...span, because: `${because}: ${match.unknown} is unknown` });
  }
  spans.sort((a, b) => a.fromMs - b.fromMs || a.untilMs - b.untilMs);
  return { spans, unknown };
}

/** The freeze under which a function only observes at `nowMs` in a zone that the policy names, or undefined when it may act. */
export function frozen(policy: CompiledPolicy, functionName: string, timezone: string, nowMs: EpochMs): CompiledFreeze | undefined {
  return policy.freezes.find((freeze) => isIn(freeze.spans[timezone], nowMs) && !freeze.except.includes(functionName));
}

/**
 * Until when a function only observes, from `nowMs` on: the end of the freeze in force, or of the last of freezes that follow each other without
 * a gap. Undefined where it may act at `nowMs`.
 */
export function frozenUntil(policy: CompiledPolicy, functionName: string, timezone: string, nowMs: EpochMs): EpochMs | undefined {
  let untilMs: EpochMs | undefined;
  for (let freeze = frozen(policy, functionName, timezone, nowMs); freeze; freeze = frozen(policy, functionName, timezone, untilMs)) {
    untilMs = freeze.spans[timezone]?.untilMs ?? nowMs;
  }
  return untilMs;
}

const matchers = new WeakMap<CompiledSelector, Map<ZoneTable | undefined, Matcher>>();

/** As `matcher`, prepared once for each selector object and zone. */
export function cachedMatcher(selector: CompiledSelector, zone?: ZoneTable): Matcher {
  let byZone = matchers.get(selector);
  if (byZone === undefined) {
    byZone = new Map();
    matchers.set(selector, byZone);
  }
  let prepared = byZone.get(zone);
  if (prepared === undefined) {
    prepared = matcher(selector, zone);
    byZone.set(zone, prepared);
  }
  return prepared;
}
