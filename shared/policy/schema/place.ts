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

function parseStore(text: string) {
  if (/^dir:./.test(text)) return parsed(text);
  const example = 'dir:./state or oss://acme-streamwarden/prod';
  if (!text.startsWith('oss://')) {
    const scheme = nearest(text.split(':')[0] ?? '', ['dir', 'oss']);
    return refused(`is not a store; write ${scheme === 'dir' ? 'dir:PATH' : scheme === 'oss' ? 'oss://BUCKET/PREFIX' : example}`);
  }
  const [bucket = '', ...prefix] = text.slice('oss://'.length).split('/');
  if (!/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/.test(bucket)) return refused(`"${bucket}" is not the name of a bucket; write ${example}`);
  return prefix.join('') === '' ? refused(`has no prefix after the bucket; write oss://${bucket}/prod`) : parsed(text);
}

/** Where the journal is kept: `dir:PATH` or `oss://BUCKET/PREFIX`, as written. */
export const storeText = parsedText(parseStore, {
  title: 'a store',
  examples: ['dir:./state', 'oss://acme-streamwarden/prod'],
  pattern: '^(dir:.+|oss://[a-z0-9][a-z0-9-]{1,61}[a-z0-9]/.+)$',
});
