import * as z from 'zod/mini';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { durationText } from '../../shared/policy/schema/quantity.ts';
import { ruleKeys, scheduleName } from '../../shared/policy/schema/rule.ts';
import { groupSelector } from '../../shared/policy/schema/selector.ts';
import { oneOrMany, parsedText } from '../../shared/policy/schema/text.ts';
import { weekdayWords } from '../../shared/policy/values/day-selector.ts';
import { refused } from '../../shared/policy/values/parsed.ts';
import { minutesPerDay, parseTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import type { CompiledLogOffRule, LogOffRule } from './log-off-rule.ts';
import { checkLogOffRule } from './rule-checks.ts';
import { startsOf } from './starts.ts';

const timeOfDay = parsedText(
  (text) => {
    const time = parseTimeOfDay(text);
    return time.ok && time.value === minutesPerDay ? refused('"24:00" is the next day; write 00:00 and the day after') : time;
  },
  { title: 'a time of day', examples: ['22:00'], pattern: '^\\d{2}:\\d{2}$' },
);

const days = [
  ...(['workday', 'restday', 'everyday'] as const),
  ...weekdayWords,
  ...weekdayWords.flatMap((word) => [`${word} workday`, `${word} restday`] as const),
] as const;

const schema = z.strictObject({
  ...ruleKeys,
  groups: groupSelector,
  after: z.exactOptional(
    z
      .strictObject({
        schedule: scheduleName,
        wait: z.exactOptional(durationText.check(z.meta({ description: 'How long after the end of the last period. Default 0m.' }))),
      })
      .check(z.meta({ description: "Log off after the schedule's last period of the day." })),
  ),
  at: z.exactOptional(timeOfDay.check(z.meta({ description: 'Log off at this local time, on the days named by days.' }))),
  days: z.exactOptional(
    oneOrMany(z.enum(days)).check(
      z.meta({
        title: 'days',
        description: 'Days of a log-off at a time: workday, restday, everyday, weekdays, or both as in friday workday.',
        examples: ['workday'],
      }),
    ),
  ),
  who: z
    .union([
      z.enum(['everyone', 'disconnected']),
      z.strictObject({ longerThan: durationText.check(z.meta({ description: 'Sessions in use for at least this long.' })) }),
    ])
    .check(z.meta({ description: 'Which sessions: everyone, disconnected, or {longerThan: 8h}.' })),
  resetAfterUnbind: z.exactOptional(
    z.enum(['disabled', 'enabled']).check(
      z.meta({
        description: "You confirm the groups' setting, which the API cannot show: where it is enabled, unbinding wipes a user's data.",
      }),
    ),
  ),
  persistentSessions: z.exactOptional(
    z.enum(['keep', 'log-off']).check(z.meta({ description: 'What happens to persistent sessions. Default keep.' })),
  ),
  drain: z.exactOptional(
    durationText.check(z.meta({ description: 'New users are kept out so long before the log-off. Default: they are not.' })),
  ),
});

/** What log-off-sessions adds to the policy language. */
export const ruleModule: RuleModule<LogOffRule, CompiledLogOffRule> = {
  name: 'log-off-sessions',
  frozen: 'logs nobody off and keeps nobody out; it goes on to let users in again',
  alwaysCuts: true,
  schema,
  check: checkLogOffRule,
  compile: (rule, context) => ({
    ...rule,
    persistentSessions: rule.persistentSessions ?? 'keep',
    ...(rule.at === undefined ? {} : { starts: startsOf(rule, rule.at, context) }),
  }),
};
