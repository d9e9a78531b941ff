import * as z from 'zod/mini';
import { channelKinds, signs } from '../channel-kinds.ts';
import type { TellKind } from '../document.ts';
import { parsed, refused } from '../values/parsed.ts';
import { tellChannels } from './rule.ts';
import { parsedText } from './text.ts';

// The message says nothing of the text itself: whatever stands here instead of a reference may be a secret.
const reference = (what: string, example: string) =>
  parsedText(
    (text) =>
      /^env:[A-Za-z_][A-Za-z0-9_]*$/.test(text)
        ? parsed(text)
        : refused(`must name an environment variable, never hold ${what} itself; move it there and write ${example}`),
    {
      title: `the environment variable that holds ${what}`,
      examples: [example],
      confidential: true,
      pattern: '^env:[A-Za-z_][A-Za-z0-9_]*$',
    },
  );

/** One entry under `channels`. */
export const channelEntry = z
  .strictObject({
    kind: z.enum(channelKinds).check(z.meta({ description: 'What kind of channel it is.' })),
    url: z.exactOptional(
      reference('the address', 'env:OPS_URL').check(
        z.meta({ description: 'Address, or path of the file, by the name of an environment variable. The console has none.' }),
      ),
    ),
    secret: z.exactOptional(
      reference('the secret', 'env:OPS_SECRET').check(
        z.meta({
          description:
            'Signing secret, by the name of an environment variable. Needed by dingtalk, feishu and lark; wecom and slack have no signature.',
        }),
      ),
    ),
  })
  .check(
    z.refine(({ kind, url }) => kind === 'console' || url !== undefined, { error: 'has no url; add url: env:NAME', abort: true }),
    z.refine(({ kind, secret }) => !signs[kind] || secret !== undefined, {
      error: 'has no secret; set the robot up with a signature, and add secret: env:NAME',
      abort: true,
    }),
    z.meta({ title: 'a channel' }),
  );

/** What people are told about, the keys of `tell`. */
export const tellKinds = ['done', 'held', 'money', 'failed', 'silent'] as const satisfies readonly TellKind[];

const told = (description: string) => z.exactOptional(tellChannels.check(z.meta({ description })));

/** The section `tell`: who is told what. */
export const tellSection = z
  .strictObject({
    done: told('What was done.'),
    held: told('New holds.'),
    money: told('Orders, prices, approvals and expiries.'),
    failed: told('Failures, and expiry alarms at 24 and 6 hours.'),
    silent: told('A function that did not run when it should have.'),
  })
  .check(z.meta({ title: 'tell', description: 'Channels by what there is to tell; none tells nobody.' }));

const approver = parsedText(
  (text) => {
    const [, user = '', account] = /^([^@]*)(?:@(.*))?$/.exec(text) ?? [];
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(user)) {
      return refused(
        `"${text}" is not a RAM user name; write letters, digits, ".", "-" and "_", such as li.wei or li.wei@1234567890123456`,
      );
    }
    if (account === undefined || /^\d{5,20}$/.test(account)) return parsed(text);
    return refused(`"${account}" is not an account id; write its digits behind the @, such as ${user}@1234567890123456`);
  },
  {
    title: 'a RAM user name',
    description: 'A user, or user@account. Without an account: that of approversAccount, else of the target that is asked about.',
    examples: ['li.wei', 'li.wei@1234567890123456'],
    pattern: '^[A-Za-z0-9._-]{1,64}(@\\d{5,20})?$',
  },
);

const person = z
  .strictObject({
    user: z.array(approver).check(z.minLength(1), z.meta({ description: 'Users of one and the same person, who count as one.' })),
  })
  .check(z.meta({ title: 'a person with several users' }));

/** One entry under `approvers`: RAM users, each by name, or by all names of one person. */
export const approversEntry = z.array(z.union([approver, person])).check(z.minLength(1), z.meta({ title: 'a list of RAM user names' }));
