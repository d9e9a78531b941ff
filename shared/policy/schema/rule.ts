import * as z from 'zod/mini';
import { nameText, oneOrMany } from './text.ts';

/** Name of an entry under `targets`. That it exists is checked once the whole file is read. */
export const targetName = nameText('the name of a target', 'cn-office');

/** Name of an entry under `schedules`. That it exists is checked once the whole file is read. */
export const scheduleName = nameText('the name of a schedule', 'office').check(
  z.meta({ description: 'Schedule to follow, by its name under schedules.' }),
);

/** Name of an entry under `calendars`. That it exists is checked once the whole file is read. */
export const calendarName = nameText('the name of a calendar', 'china');

/** Name of an entry under `channels`. That it exists is checked once the whole file is read. */
const channelName = nameText('the name of a channel', 'ops');

/** One or several channels, or `none`, which parses to an empty list. */
export const tellChannels = z.pipe(
  oneOrMany(channelName).check(z.meta({ title: 'a channel, a list of channels, or none' })),
  z.transform((names: string[], payload): string[] => {
    if (!names.includes('none')) return names;
    if (names.length === 1) return [];
    payload.issues.push({
      code: 'custom',
      input: names,
      message: 'has none beside channels; write none alone, or the channels without it',
    });
    return z.NEVER;
  }),
);

/** The keys that every rule has, to be spread into the strict object of a rule: `name`, `targets`, `tell`. */
export const ruleKeys = {
  name: nameText('the name of a rule', 'office').check(z.meta({ description: 'Name of the rule; reports and the journal use it.' })),
  targets: z.exactOptional(
    z
      .array(targetName)
      .check(z.minLength(1))
      .check(z.meta({ description: 'Targets that the rule is for. Default: all of them.' })),
  ),
  tell: z.exactOptional(tellChannels.check(z.meta({ description: 'Channels that replace tell.done for this rule, or none.' }))),
};
