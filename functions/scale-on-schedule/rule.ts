import * as z from 'zod/mini';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { ruleKeys, scheduleName } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { plainText } from '../../shared/policy/schema/text.ts';
import { mostNodes } from '../../shared/policy/values/level.ts';
import { checkScaleRule } from './rule-checks.ts';
import type { CompiledScaleRule, ScaleRule } from './scale-rule.ts';

const nodes = (description: string) =>
  z.int().check(z.minimum(1), z.maximum(mostNodes), z.meta({ description, title: 'a count of nodes' }));

const tagPeak = z.strictObject({
  tag: plainText({
    title: 'a tag key',
    description: "The tag that carries the group's peak: a whole number from 1 to 100.",
    examples: ['peak-nodes'],
  }),
  otherwise: z.exactOptional(nodes('The peak of a group without that tag. Default: such a group is held.')),
  atMost: z.exactOptional(nodes('Caps the tag, since whoever can tag can spend. Default: no cap below 100.')),
});

const extraPeak = z.strictObject({
  extraNodes: nodes('Pay-as-you-go nodes above the bought ones at 100 %. Subscription groups only.'),
});

const schema = z.strictObject({
  ...ruleKeys,
  groups: groupSelector,
  schedule: scheduleName,
  peak: z.exactOptional(
    z.union([tagPeak, extraPeak]).check(z.meta({ description: 'What 100 % means. Needed where the schedule has percentages.' })),
  ),
  method: z.exactOptional(
    z
      .enum(['service-schedule', 'fixed', 'usage'])
      .check(
        z.meta({ description: "The service's own weekly schedule, a fixed count set at each step, or the ceiling of usage scaling." }),
      ),
  ),
  stepwise: z.exactOptional(
    z
      .boolean()
      .check(z.meta({ description: 'Rewrite the amount of a running period at each step instead of merging steps. Default false.' })),
  ),
  warmUp: z.exactOptional(
    z.union([z.boolean(), z.literal('keep')]).check(
      z.meta({
        description:
          "Start the nodes of the service's weekly schedule ahead of its periods. Default keep: as the group has it, and true for one that has none.",
      }),
    ),
  ),
  manualChange: z.exactOptional(
    z
      .enum(['keep-until-next-step', 'overwrite', 'report-only'])
      .check(z.meta({ description: 'What happens to a change by a person. Default keep-until-next-step.' })),
  ),
});

/** What scale-on-schedule adds to the policy language. */
export const ruleModule: RuleModule<ScaleRule, CompiledScaleRule> = {
  name: 'scale-on-schedule',
  frozen: 'lowers no nodes; it goes on to raise them, to keep exceptions and to extend weekly schedules',
  schema,
  check: checkScaleRule,
  compile: (rule) => ({ ...rule, stepwise: rule.stepwise ?? false, manualChange: rule.manualChange ?? 'keep-until-next-step' }),
};
