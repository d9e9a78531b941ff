import type { EpochMs } from '../client/clock.ts';
import type { CompiledFreeze, CompiledWarning } from './compiled.ts';
import type { PolicyDocument } from './document.ts';
import type { AnyRuleModule } from './rule-module.ts';
import { dayMs } from './values/local-date-time.ts';

/** So long before a freeze begins it is told what it will stop, in milliseconds. */
const toldAheadMs = 7 * dayMs;

/**
 * What a freeze stops, by function: those that act, have rules and are not excepted. Empty where it stops nothing. Renewals, which have a
 * rule of their own about freezes, are not in it.
 */
export function stoppedBy(
  freeze: Pick<CompiledFreeze, 'except'>,
  mode: PolicyDocument['mode'],
  modules: readonly Pick<AnyRuleModule, 'name' | 'frozen'>[],
): readonly string[] {
  const acts = ({ name }: Pick<AnyRuleModule, 'name'>) => mode.default === 'act' || mode.act.includes(name);
  return modules.flatMap((module) =>
    module.frozen !== undefined && acts(module) && !freeze.except.includes(module.name) ? [`${module.name} ${module.frozen}`] : [],
  );
}

/** One warning for each freeze that stops something, from a week before it begins to its end: what it stops, and how it goes on all the same. */
export function freezeWarnings(
  freezes: readonly CompiledFreeze[],
  mode: PolicyDocument['mode'],
  modules: readonly AnyRuleModule[],
  localText: (ms: EpochMs) => string,
): CompiledWarning[] {
  return freezes.flatMap((freeze) => {
    const stopped = stoppedBy(freeze, mode, modules);
    const spans = Object.values(freeze.spans);
    if (stopped.length === 0 || spans.length === 0) return [];
    const fromMs = Math.min(...spans.map((span) => span.fromMs));
    const untilMs = Math.max(...spans.map((span) => span.untilMs));
    const text = `While the freeze "${freeze.because}" lasts, from ${localText(fromMs)} to ${localText(untilMs)}, ${stopped.join('. ')}. Add functions to its except to keep them going.`;
    return [{ code: 'freeze-stops', text, fromMs: fromMs - toldAheadMs, untilMs, beginsMs: fromMs }];
  });
}
