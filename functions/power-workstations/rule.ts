import * as z from 'zod/mini';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { ruleKeys, scheduleName } from '../../shared/policy/schema/rule.ts';
import { workstationSelector } from '../../shared/policy/schema/selector.ts';
import type { CompiledPowerRule, PowerRule } from './power-rule.ts';
import { checkPowerRule } from './rule-checks.ts';

const described = <T, I>(schema: z.ZodMiniType<T, I>, description: string) =>
  z.exactOptional(schema.check(z.meta({ description })) as z.ZodMiniType<T, I>);

const schema = z.strictObject({
  ...ruleKeys,
  workstations: workstationSelector,
  power: described(
    z.literal('leave-alone'),
    'Neither start nor stop them. Put such a rule above those that follow a schedule: the first that matches wins.',
  ),
  schedule: described(scheduleName, 'On where the level of this schedule is above zero, off elsewhere.'),
  stopOnlyWithoutSession: described(z.boolean(), 'A workstation on which somebody has a session is not stopped. Default: true.'),
  atOnce: described(
    z.int().check(z.minimum(1), z.maximum(500), z.meta({ title: 'a number of workstations', examples: [50] })),
    'So many workstations of this rule are under way at most; the next ones follow once the list shows that those are there. Default: all of them. ' +
      'One call takes 20 at most.',
  ),
});

/** What power-workstations adds to the policy language. */
export const ruleModule: RuleModule<PowerRule, CompiledPowerRule> = {
  name: 'power-workstations',
  frozen: 'stops no workstation; it goes on to start them',
  schema,
  check: checkPowerRule,
  compile: (rule) => ({ ...rule, stopOnlyWithoutSession: rule.stopOnlyWithoutSession ?? true }),
};
