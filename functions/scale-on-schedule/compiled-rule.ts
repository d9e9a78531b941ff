import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { ruleFields, selector } from '../../shared/policy/compiled-rules.ts';
import { exactOptional, type FieldsFor, flag, int, object, oneOf, text } from '../../shared/schema/schema.ts';
import { eitherOf } from '../../shared/schema/shapes.ts';

/** How a rule brings nodes about. */
export type Method = 'service-schedule' | 'fixed' | 'usage';

/** What happens to a change that a person made since our last write. */
export type ManualChange = 'keep-until-next-step' | 'overwrite' | 'report-only';

/** What 100 % means for a group: a tag on the group itself, or a count of elastic nodes above bought ones. */
type Peak = { readonly tag: string; readonly otherwise?: number; readonly atMost?: number } | { readonly extraNodes: number };

/** What savings are measured against: what was set before the first write, a schedule at the peak of the rule, or a count of nodes. */
export type Baseline = 'as-found' | { readonly schedule: string } | { readonly nodes: number };

/** A rule of scale-on-schedule as the policy has it. */
export interface ScaleRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups: CompiledSelector;
  readonly schedule: string;
  readonly peak?: Peak;
  readonly method?: Method;
  readonly stepwise?: boolean;
  /** Whether nodes of a weekly schedule are started ahead of its periods. Default `keep`: as the pool has it, on where it says nothing. */
  readonly warmUp?: boolean | 'keep';
  readonly manualChange?: ManualChange;
  /** Default `as-found`. It decides nothing: costs are told by it. */
  readonly baseline?: Baseline;
  readonly tell?: readonly string[];
}

/** A rule as the planner reads it: defaults are filled in. */
export interface CompiledScaleRule extends ScaleRule {
  readonly stepwise: boolean;
  readonly manualChange: ManualChange;
}

const count = exactOptional(int(0));

/** What a compiled rule has to look like. */
export const compiledScaleRule = object({
  ...ruleFields,
  groups: selector,
  schedule: text,
  peak: exactOptional(eitherOf(object({ tag: text, otherwise: count, atMost: count }), object({ extraNodes: int(0) }))),
  method: exactOptional(oneOf('service-schedule', 'fixed', 'usage')),
  stepwise: flag,
  warmUp: exactOptional(oneOf<boolean | 'keep'>(true, false, 'keep')),
  manualChange: oneOf('keep-until-next-step', 'overwrite', 'report-only'),
  baseline: exactOptional(eitherOf(oneOf('as-found'), eitherOf(object({ schedule: text }), object({ nodes: int(0) })))),
} satisfies FieldsFor<CompiledScaleRule>);
