import * as z from 'zod/mini';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { countNumber, durationText } from '../../shared/policy/schema/quantity.ts';
import { ruleKeys } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { nameText, oneOrMany, parsedText, plainText } from '../../shared/policy/schema/text.ts';
import { parseTimeRange } from '../../shared/policy/values/time-of-day.ts';
import type { CompiledOtaRule, OtaRule } from './ota-rule.ts';
import { checkOtaRule } from './rule-checks.ts';
import { compileOtaRule } from './window-compile.ts';
import { parseWindowDay } from './window-days.ts';

const described = <T, I>(schema: z.ZodMiniType<T, I>, description: string) =>
  z.exactOptional(schema.check(z.meta({ description })) as z.ZodMiniType<T, I>);

const day = parsedText(parseWindowDay, { title: 'a day', examples: ['workday', 'saturday', '2026-12-31'] });

const window = z
  .strictObject({
    days: oneOrMany(day).check(z.meta({ description: 'Days on which the window begins, by the calendar of each target.' })),
    at: parsedText(parseTimeRange, {
      title: 'a period of the day',
      description:
        'When updates may run, by the clock of each target. They start when it begins. 22:00-06:00 belongs to the day it starts on.',
      examples: ['02:00-05:00'],
      pattern: '^\\d{2}:\\d{2} ?- ?\\d{2}:\\d{2}$',
    }),
  })
  .check(z.meta({ title: 'a window', description: 'When updates may run.', examples: [{ days: 'restday', at: '02:00-05:00' }] }));

const ring = z
  .strictObject({
    name: nameText('the name of a ring', 'canary').check(z.meta({ description: 'Name of the ring; reports use it.' })),
    groups: groupSelector,
    window,
    soak: described(
      durationText,
      'How long every finished update must have been seen before the next ring opens. Default: the next opens as soon as all are finished.',
    ),
  })
  .check(z.meta({ title: 'a ring' }));

const schema = z.strictObject({
  ...ruleKeys,
  type: described(
    z.enum(['Fota']),
    'Kind of update: Fota, the agent of the group. Nothing tells what is on offer of other kinds. Default: Fota.',
  ),
  neverVersions: described(
    z.array(plainText({ title: 'a version', examples: ['7.4.1'] })),
    'Versions that are never approved. At night, without a push: halt a version.',
  ),
  approveAhead: described(
    durationText,
    'How long before a window its updates are approved; late, since an approval cannot be withdrawn. Default: 30m.',
  ),
  onlyWithSessionsUpTo: described(countNumber, 'Approve only while at most so many sessions are connected. Default: any number.'),
  rings: z.array(ring).check(
    z.minLength(1),
    z.meta({
      description:
        'Groups belong to the first ring that selects them. A ring opens once every group of those before has finished and soaked.',
    }),
  ),
});

/** What approve-ota-windows adds to the policy language. */
export const ruleModule: RuleModule<OtaRule, CompiledOtaRule> = {
  name: 'approve-ota-windows',
  frozen: 'approves no update',
  alwaysCuts: true,
  schema,
  check: checkOtaRule,
  compile: compileOtaRule,
};
