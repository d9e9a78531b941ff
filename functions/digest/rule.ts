import * as z from 'zod/mini';
import { type CompiledDigestRule, type Shown, shownParts } from '../../shared/engine/digests/digest-rule.ts';
import { plainWeek } from '../../shared/policy/calendar.ts';
import type { PolicyDocument } from '../../shared/policy/document.ts';
import type { RuleModule } from '../../shared/policy/rule-module.ts';
import { functionNames } from '../../shared/policy/schema/function-names.ts';
import { durationText } from '../../shared/policy/schema/quantity.ts';
import { calendarName, ruleKeys, tellChannels } from '../../shared/policy/schema/rule.ts';
import { parsedText } from '../../shared/policy/schema/text.ts';
import { parsed, refused } from '../../shared/policy/values/parsed.ts';
import { parseTimeOfDay } from '../../shared/policy/values/time-of-day.ts';
import { dayWords, digestSlots } from './digest-days.ts';
import { checkDigestRule, type DigestRule, targetsOf } from './rule-checks.ts';

const shownWords = [...shownParts, 'spend-by-tag:KEY'];

const shown = parsedText<Shown>(
  (text) =>
    (shownParts as readonly string[]).includes(text) || /^spend-by-tag:\S+$/.test(text)
      ? parsed(text as Shown)
      : refused(`"${text}" cannot be shown; write ${shownWords.join(', ')}`),
  {
    title: 'a part of a digest',
    examples: ['done', 'held', 'spend-by-tag:department'],
    pattern: `^(${shownParts.join('|')}|spend-by-tag:\\S+)$`,
  },
);

const timeOfDay = parsedText(parseTimeOfDay, { title: 'a time of day', examples: ['09:00'], pattern: '^\\d{2}:\\d{2}$' });

const schema = z.strictObject({
  name: ruleKeys.name,
  targets: ruleKeys.targets,
  to: tellChannels.check(z.meta({ description: 'Channels that the digest goes to.' })),
  days: z.enum(dayWords).check(z.meta({ description: 'Days on which it goes out.' })),
  at: timeOfDay.check(
    z.meta({ description: 'Time at which it goes out, by the clock of its targets, or of the policy where they differ.' }),
  ),
  calendar: z.exactOptional(
    calendarName.check(z.meta({ description: "Calendar that tells workdays. Needed where the targets' calendars differ." })),
  ),
  show: z.array(shown).check(z.minLength(1), z.meta({ description: 'What it shows. Targets that could not be reached are always named.' })),
  runsEvery: z.exactOptional(
    z
      .partialRecord(z.enum(functionNames), durationText)
      .check(z.meta({ description: 'How often functions run, for noticing their silence. Default: as their own signs of life tell.' })),
  ),
});

/** What digest adds to the policy language. */
export const ruleModule: RuleModule<DigestRule, CompiledDigestRule> = {
  name: 'digest',
  schema,
  check: checkDigestRule,
  compile: ({ name, targets, to, days, at, calendar, show, runsEvery = {} }, context) => {
    const { document } = context;
    const timezone = zoneOf(document, targets);
    const named = calendar === undefined ? calendarsOf(document, targets) : [calendar];
    const calendars = named.map((each) => (each === undefined ? plainWeek : context.calendar(each)));
    return {
      ...{ name, to, show, timezone, runsEvery },
      ...(targets === undefined ? {} : { targets }),
      slotsMs: digestSlots({ days, minute: at, calendars }, context.zone(timezone), context),
    };
  },
};

function zoneOf(document: PolicyDocument, targets: readonly string[] | undefined): string {
  const [zone, ...others] = new Set(targetsOf(document.targets, targets).map(({ timezone }) => timezone));
  return zone !== undefined && others.length === 0 ? zone : document.timezone;
}

function calendarsOf(document: PolicyDocument, targets: readonly string[] | undefined): readonly (string | undefined)[] {
  return [...new Set(targetsOf(document.targets, targets).map(({ calendar }) => calendar))];
}
