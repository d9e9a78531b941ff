import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { ruleFields, selector } from '../../shared/policy/compiled-rules.ts';
import { exactOptional, type FieldsFor, flag, int, object, oneOf, text } from '../../shared/schema/schema.ts';
import { where } from '../../shared/schema/shapes.ts';

/** A rule of power-workstations as the policy has it. */
export interface PowerRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly workstations: CompiledSelector;
  /** They are nobody's business but their owner's. Exactly one of this and `schedule` is set. */
  readonly power?: 'leave-alone';
  /** On where the level of this schedule is above zero, off elsewhere. */
  readonly schedule?: string;
  readonly stopOnlyWithoutSession?: boolean;
  readonly atOnce?: number;
  readonly tell?: readonly string[];
}

/** A rule as the planner reads it: defaults are filled in. */
export interface CompiledPowerRule extends PowerRule {
  readonly stopOnlyWithoutSession: boolean;
}

/** What a compiled rule has to look like: it follows a schedule, or leaves alone. */
export const compiledPowerRule = where(
  object({
    ...ruleFields,
    workstations: selector,
    power: exactOptional(oneOf('leave-alone')),
    schedule: exactOptional(text),
    stopOnlyWithoutSession: flag,
    atOnce: exactOptional(int(1)),
  } satisfies FieldsFor<CompiledPowerRule>),
  ({ power, schedule }) => (power === undefined) !== (schedule === undefined),
);
