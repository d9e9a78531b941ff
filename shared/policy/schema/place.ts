import * as z from 'zod/mini';
import { nearest } from '../suggest.ts';
import { parsed, refused } from '../values/parsed.ts';
import { dateText } from './quantity.ts';
import { calendarName } from './rule.ts';
import { parsedText } from './text.ts';
import { zoneName } from './zone.ts';

/** The service endpoints that the vendor lists (service notes, Requests); a resource's region is another thing. */
const serviceEndpoints = ['cn-shanghai', 'ap-southeast-1'] as const;

/** An account id, in quotes. */
export const accountText = parsedText(
  (text) =>
    /^\d{16}$/.test(text)
      ? parsed(text)
      : refused(`"${text}" is not an account id; write its 16 digits in quotes, such as "1234567890123456"`),
  {
    title: 'an account id',
    description: '16 digits, in quotes: as a number it could lose some.',
    examples: ['1234567890123456'],
    pattern: '^\\d{16}$',
  },
);

const role = parsedText(
  (text) => {
    if (/^[A-Za-z0-9.-]{1,64}$/.test(text)) return parsed(text);
    if (text.startsWith('acs:')) return refused('is a full resource name; write only the name of the role at its end');
    return refused(`"${text}" is not the name of a RAM role; write letters, digits, "." and "-", such as streamwarden`);
  },
  {
    title: 'the name of a RAM role',
    description: 'Role that a run assumes in the account. Absent: its own identity.',
    examples: ['streamwarden'],
    pattern: '^[A-Za-z0-9.-]{1,64}$',
  },
);

/** A region id, such as cn-hangzhou. */
const regionName = parsedText(
  (text) => (/^[a-z]{2,}(-[a-z0-9]+)+$/.test(text) ? parsed(text) : refused(`"${text}" is not a region id; write one such as cn-hangzhou`)),
  { title: 'a region id', examples: ['cn-hangzhou'], pattern: '^[a-z]{2,}(-[a-z0-9]+)+$' },
);

/** Identifiers of the vendor's price list, as the billing API spells them. */
const productName = (title: string, description: string) =>
  parsedText(
    (text) => (/^[A-Za-z0-9_-]{1,64}$/.test(text) ? parsed(text) : refused(`"${text}" is not ${title}; write it as billing lists it`)),
    { title, description, examples: ['appstream'], pattern: '^[A-Za-z0-9_-]{1,64}$' },
  );

/** How an account is billed. */
const billing = z
  .strictObject({
    site: z
      .enum(['china', 'international'])
      .check(z.meta({ title: 'a site', description: 'The site of the vendor at which the account was opened: its orders are there.' })),
    productCode: productName('a product code', 'Code of App Streaming in billing; no document names it, and `doctor` looks for it.'),
    productType: z.exactOptional(productName('a product type', 'Type of the product beside its code. Default: any.')),
  })
  .check(
    z.meta({
      title: 'how the account is billed',
      description: 'Lets renewals read orders, automatic renewal and the balance from the billing API. Absent: billing is not called.',
    }),
  );

/** One entry under `targets`. */
export const targetEntry = z
  .strictObject({
    account: accountText,
    role: z.exactOptional(role),
    endpoint: z.enum(serviceEndpoints).check(z.meta({ title: 'a service endpoint', description: 'The endpoint that is called.' })),
    regions: z.exactOptional(
      z
        .array(regionName)
        .check(
          z.minLength(1),
          z.meta({ description: 'Regions of the resources to look after; the rest counts as not covered. Default: all.' }),
        ),
    ),
    calendar: z.exactOptional(calendarName.check(z.meta({ description: 'Calendar that tells workdays from restdays here.' }))),
    timezone: z.exactOptional(zoneName.check(z.meta({ description: 'Zone of local times here. Default: the policy’s timezone.' }))),
    shardByRegion: z.exactOptional(z.boolean().check(z.meta({ description: 'One run per region. Default: false.' }))),
    billing: z.exactOptional(billing),
  })
  .check(z.meta({ title: 'a target' }));

/** Sources of holidays and make-up workdays. */
const calendarSources = ['china-state-council'] as const;

const dates = (description: string) => z.array(dateText).check(z.meta({ description }));

/** One entry under `calendars`. */
export const calendarEntry = z
  .strictObject({
    source: z.exactOptional(
      z.enum(calendarSources).check(z.meta({ description: 'Where holidays and make-up workdays come from. Absent: Monday to Friday.' })),
    ),
    years: z.exactOptional(
      z
        .array(z.int().check(z.minimum(2000), z.maximum(2199), z.meta({ title: 'a year', examples: [2026] })))
        .check(z.minLength(1), z.meta({ description: 'Years for which the dates below are complete; any other counts as unpublished.' })),
    ),
    holidays: z.exactOptional(dates('Days off of our own; they beat the source.')),
    workdays: z.exactOptional(dates('Working days of our own; they beat the source.')),
    unpublishedYear: z.exactOptional(
      z.enum(['warn', 'hold']).check(
        z.meta({
          description:
            'A year that is not published yet: warn = plain weekdays and a daily warning (default); hold = hold what depends on it.',
        }),
      ),
    ),
  })
  .check(z.meta({ title: 'a calendar' }));

/** How the address of a store of a kind is written. */
interface StoreKind {
  /** What it begins with, without the colon. */
  readonly scheme: string;
  readonly form: string;
  readonly example: string;
  readonly pattern: string;
  /** What is wrong with an address that does not match, and what to do. */
  readonly advice: (address: string) => string;
}

const bucketName = '[a-z0-9][a-z0-9-]{1,61}[a-z0-9]';

/** Every kind of store, in the order in which texts name them. */
const storeKinds: readonly [StoreKind, ...StoreKind[]] = [
  { scheme: 'dir', form: 'dir:PATH', example: 'dir:./state', pattern: 'dir:.+', advice: () => 'is not a store; write dir:PATH' },
  {
    scheme: 'oss',
    form: 'oss://BUCKET/PREFIX',
    example: 'oss://acme-streamwarden/prod',
    pattern: `oss://${bucketName}/.*[^/].*`,
    advice(address) {
      if (!address.startsWith('oss://')) return 'is not a store; write oss://BUCKET/PREFIX';
      const [bucket = ''] = address.slice('oss://'.length).split('/');
      return new RegExp(`^${bucketName}$`).test(bucket)
        ? `has no prefix after the bucket; write oss://${bucket}/prod`
        : `"${bucket}" is not the name of a bucket; write ${storeExamples.join(' or ')}`;
    },
  },
];

const storeExamples = storeKinds.map(({ example }) => example);

/** The forms of addresses, for people: `dir:PATH or oss://BUCKET/PREFIX`. */
export const storeForms: string = storeKinds.map(({ form }) => form).join(' or ');

const storePattern = `^(${storeKinds.map(({ pattern }) => pattern).join('|')})$`;

function parseStore(text: string) {
  if (new RegExp(storePattern).test(text)) return parsed(text);
  const scheme = nearest(
    text.split(':')[0] ?? '',
    storeKinds.map((kind) => kind.scheme),
  );
  const meant = storeKinds.find((kind) => kind.scheme === scheme);
  return refused(meant?.advice(text) ?? `is not a store; write ${storeExamples.join(' or ')}`);
}

/** Where the journal is kept, as written. */
export const storeText = parsedText(parseStore, { title: 'a store', examples: storeExamples, pattern: storePattern });
