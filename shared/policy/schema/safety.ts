import * as z from 'zod/mini';
import { functionNames } from '../known-functions.ts';
import { countNumber, dateTimeText, durationText, moneyText, percentText } from './quantity.ts';
import { targetName } from './rule.ts';
import { groupSelector, workstationSelector } from './selector.ts';
import { oneOrMany, plainText } from './text.ts';

const because = plainText({
  title: 'a reason',
  description: 'Why; people read it wherever this takes effect.',
  examples: ['Launch night, OPS-4821'],
});
const from = dateTimeText.check(z.meta({ description: 'Local start, included; a bare date is 00:00.' }));
const until = dateTimeText.check(z.meta({ description: 'Local end, not included; a bare date is 00:00 of that day.' }));

/** What an exception can forbid. */
const neverWords = ['cut-sessions', 'approve-ota', 'scale-down', 'renew', 'power-off', 'tag', 'enforce'] as const;

/** One entry under `exceptions`. */
export const exceptionEntry = z
  .strictObject({
    because,
    targets: z.exactOptional(z.array(targetName).check(z.minLength(1), z.meta({ description: 'Targets it is for. Default: all.' }))),
    groups: z.exactOptional(groupSelector.check(z.meta({ description: 'Delivery groups it is for.' }))),
    workstations: z.exactOptional(workstationSelector.check(z.meta({ description: 'Workstations it is for.' }))),
    from,
    until,
    keepAtLeast: z.exactOptional(
      percentText.check(z.meta({ description: 'Share of the matching rule’s peak below which nodes are not lowered; it only raises.' })),
    ),
    never: z.exactOptional(z.array(z.enum(neverWords)).check(z.minLength(1), z.meta({ description: 'What must not be done.' }))),
  })
  .check(z.meta({ title: 'an exception' }));

const userGlob = plainText({
  title: 'a user name pattern',
  description: 'Case does not matter; * is any text, ? is one character.',
  examples: ['board-*'],
});

/** The section `protect`. */
export const protectSection = z
  .strictObject({
    users: z.exactOptional(z.array(userGlob).check(z.meta({ description: 'Users whose sessions are never cut.' }))),
    groups: z.exactOptional(groupSelector.check(z.meta({ description: 'Delivery groups that are never cut.' }))),
    ownerTag: z.exactOptional(
      z
        .strictObject({
          key: plainText({ title: 'a tag key', description: 'Key of the tag.', examples: ['keep-until'] }),
          atMost: durationText.check(z.meta({ description: 'Longest protection by the tag, from its first observation.' })),
        })
        .check(z.meta({ title: 'key and atMost', description: 'A tag by which owners protect their group until a date.' })),
    ),
  })
  .check(z.meta({ title: 'protect', description: 'Nobody and nothing here is ever cut, by any function.' }));

/** One entry under `limits.freezes`. */
export const freezeEntry = z
  .strictObject({
    because,
    from,
    until,
    except: z.exactOptional(z.array(z.enum(functionNames)).check(z.meta({ description: 'Functions that the freeze leaves alone.' }))),
  })
  .check(z.meta({ title: 'a freeze' }));

const count = (description: string) =>
  z.exactOptional(countNumber.check(z.meta({ description: `${description} 0 forbids everything. Absent: unlimited.` })));
const share = (description: string) =>
  z.exactOptional(percentText.check(z.meta({ description: `${description} 0% forbids everything. Absent: unlimited.` })));

/** The section `limits`. Beyond a limit nothing of that kind is done. */
export const limitsSection = z
  .strictObject({
    actionsPerRun: count('Actions in one run, beyond which nothing harmful is done.'),
    actionsPer24h: count('Actions in any 24 hours, beyond which nothing harmful is done.'),
    shareOfRulePerRun: share(
      'Share of the resources of each rule that one run may harm, by kind of harm; at least one where the harm can be undone.',
    ),
    shareOfRulePer24h: share('The same for any 24 hours.'),
    sessionsCutPerRun: count('Connected sessions that one run may end.'),
    sessionsCutPer24h: z.exactOptional(
      countNumber.check(z.meta({ description: 'Connected sessions that may be ended in any 24 hours. Default: 4 × sessionsCutPerRun.' })),
    ),
    nodesAddedPer24h: z.exactOptional(
      countNumber.check(
        z.meta({
          description:
            'Nodes that may be added in any 24 hours beyond the highest level of each group in 30 days, all targets together. ' +
            '0 means none. Default: twice the nodes that each target had, at least 20.',
        }),
      ),
    ),
    spendPerMonth: z.exactOptional(
      oneOrMany(moneyText).check(z.meta({ description: 'Orders of a calendar month, all targets, by currency; another currency holds.' })),
    ),
    ordersPerRun: z.exactOptional(
      countNumber.check(
        z.meta({ description: 'Renewals that one run orders, nearest expiry first; the next run goes on. 0 means none. Default: 50.' }),
      ),
    ),
    changedByPush: share('Share of covered resources whose decision a push may change without a second person.'),
    freezes: z.exactOptional(z.array(freezeEntry).check(z.meta({ description: 'Times in which functions only observe.' }))),
  })
  .check(z.meta({ title: 'limits', description: 'Beyond a limit nothing of that kind is done, not just the first part of it.' }));
