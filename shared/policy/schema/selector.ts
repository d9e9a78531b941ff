import * as z from 'zod/mini';
import type { CompiledSelector } from '../compiled.ts';
import { parseAge } from '../values/duration.ts';
import { parsed, refused } from '../values/parsed.ts';
import { oneOrMany, parsedText, plainText } from './text.ts';

const glob = (example: string) =>
  plainText({ title: 'a name pattern', description: 'Case-sensitive; * is any text, ? is one character.', examples: [example] });
const id = (title: string, example: string) => plainText({ title, examples: [example] });
const regions = oneOrMany(plainText({ title: 'a region', examples: ['cn-hangzhou'] }));
const statuses = oneOrMany(plainText({ title: 'a status as the service spells it', examples: ['PUBLISHED'] }));
const charges = oneOrMany(z.enum(['subscription', 'pay-as-you-go']));

const tagKey = plainText({ title: 'a tag key', examples: ['department'] });
const tagValue = z.string().check(z.meta({ title: 'a tag value', examples: ['finance'] }));
const tags = z.record(z.string(), oneOrMany(tagValue)).check(
  z.meta({
    description: 'Tags that the group must have; a list means any of its values.',
    minProperties: 1,
    examples: [{ department: ['finance', 'hr'] }],
  }),
);

const firstSeen = parsedText(parseAge, {
  title: 'an age',
  description: 'The later of the creation time and the tag first-seen.',
  examples: ['over 72h ago', 'under 7d ago'],
  pattern: '^(over|under) +(0|[1-9]\\d*)[mhd] +ago$',
});

const everything = parsedText(
  (text) =>
    text === 'all' ? parsed(text) : refused(`"${text}" is not a selector; write all, or keys such as {tags: {department: finance}}`),
  {
    title: 'all, or keys to select by',
    examples: ['all'],
    pattern: '^all$',
  },
);

/** An optional key of a selector. */
const key = <T, I>(schema: z.ZodMiniType<T, I>, description: string) => z.exactOptional(schema.check(z.meta({ description })));

const sharedKeys = {
  name: key(oneOrMany(glob('fin-*')), 'Name pattern, case-sensitive: * is any text, ? is one character.'),
  charge: key(charges, 'How it is paid.'),
  region: key(regions, 'Region of the resource.'),
  status: key(statuses, 'Status as the service spells it.'),
  firstSeen: key(firstSeen, 'How long ago it was first seen: the later of its creation and the tag first-seen.'),
};

const groupId = oneOrMany(id('the id of a delivery group', 'aig-0abc'));
const groupKeys = z.strictObject({
  id: key(groupId, 'One id or several.'),
  ids: key(groupId, 'The same as id.'),
  tags: key(tags, 'Tags that it must have; a list means any of its values.'),
  missingTag: key(oneOrMany(tagKey), 'Tag keys that it must not have; an empty value is present.'),
  ...sharedKeys,
});

const workstationId = oneOrMany(id('the id of a workstation', 'ws-0abc'));
const workstationKeys = z.strictObject({
  id: key(workstationId, 'One id or several.'),
  ids: key(workstationId, 'The same as id.'),
  officeNetwork: key(oneOrMany(id('the id of an office network', 'cn-hangzhou+dir-172301')), 'Office network that it belongs to.'),
  image: key(oneOrMany(id('the id of an image', 'img-0abc')), 'Image that it runs.'),
  user: key(oneOrMany(glob('board-*')), 'User that it is for, as a name pattern.'),
  ...sharedKeys,
});

type Keys = z.output<typeof groupKeys> & z.output<typeof workstationKeys>;

function toSelector(value: string | Keys, payload: z.core.ParsePayload): CompiledSelector {
  if (typeof value === 'string') return { all: true };
  // An unknown key does not stop zod; without it the rest would look as if it selected by nothing.
  if (payload.issues.length > 0) return z.NEVER;
  const refuse = (message: string): CompiledSelector => {
    payload.issues.push({ code: 'custom', input: value, message });
    return z.NEVER;
  };
  if (Object.keys(value).length === 0) return refuse('selects by nothing; write all if everything is meant');
  if (value.id && value.ids) return refuse('has both id and ids; put all ids into one of them');
  if (value.tags && Object.keys(value.tags).length === 0)
    return refuse('has tags without any tag; name one, such as {department: finance}');
  const both = value.missingTag?.find((key) => value.tags && key in value.tags);
  if (both !== undefined) return refuse(`wants the tag "${both}" both present and missing and can never match; remove one of the two`);
  const ids = value.ids ?? value.id;
  return {
    ...(ids ? { ids } : {}),
    ...(value.name ? { names: value.name } : {}),
    ...(value.tags ? { tags: value.tags } : {}),
    ...(value.missingTag ? { missingTags: value.missingTag } : {}),
    ...(value.charge ? { charge: value.charge } : {}),
    ...(value.region ? { regions: value.region } : {}),
    ...(value.status ? { statuses: value.status } : {}),
    ...(value.firstSeen ? { firstSeen: value.firstSeen } : {}),
    ...(value.officeNetwork ? { officeNetworks: value.officeNetwork } : {}),
    ...(value.image ? { images: value.image } : {}),
    ...(value.user ? { users: value.user } : {}),
  };
}

/** Selects delivery groups: `all`, or keys that are ANDed while their lists are ORed. Parsed to a `CompiledSelector`. */
export const groupSelector = z.pipe(
  z.union([everything, groupKeys]).check(
    z.meta({
      title: 'a selector of delivery groups',
      description: 'Delivery groups: all, or keys that must all match; a list means any of its values.',
      examples: [{ tags: { department: 'finance' } }],
    }),
  ),
  z.transform((value: string | z.output<typeof groupKeys>, payload) => toSelector(value, payload)),
);

/** Selects workstations, which cannot be tagged: `all`, or keys that are ANDed while their lists are ORed. Parsed to a `CompiledSelector`. */
export const workstationSelector = z.pipe(
  z.union([everything, workstationKeys]).check(
    z.meta({
      title: 'a selector of workstations',
      description: 'Workstations: all, or keys that must all match; a list means any of its values.',
      examples: [{ name: 'render-*' }],
    }),
  ),
  z.transform((value: string | z.output<typeof workstationKeys>, payload) => toSelector(value, payload)),
);
