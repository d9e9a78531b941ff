import { describe, test } from 'vitest';
import { type Case, expectProblems } from './expect-problems.ts';
import { policyText } from './policy-text.ts';

const good = 'account: "1234567890123456", endpoint: cn-shanghai, calendar: china';
const target = (body: string) => policyText({ targets: `targets:\n  ${body}` });
const calendar = (body: string) => policyText({ calendars: `calendars:\n  china: ${body}` });

const cases: readonly Case[] = [
  ['an unknown version', policyText({ version: 'version: ▶2' }), 'version: "2" is not known here; write 1'],
  ['a version in quotes', policyText({ version: 'version: ▶"1"' }), 'is text here because of its quotes; write 1 without them'],
  ['no version', `▶${policyText({ version: '' })}`, 'the key version is missing; add version: 1'],
  ['a mistyped zone', policyText({ timezone: 'timezone: ▶Asia/Shangai' }), 'is not a time zone; write an IANA name such as Asia/Shanghai'],
  ['an offset for a zone', policyText({ timezone: 'timezone: ▶+08:00' }), '"+08:00" is not a time zone'],
  [
    'a zone in another case',
    policyText({ timezone: 'timezone: ▶asia/shanghai' }),
    "differs in case from the zone's name; write Asia/Shanghai",
  ],
  ['a mistyped section alone, not as missing too', policyText({ timezone: '▶timezon: Asia/Shanghai' }), 'did you mean "timezone"?'],
  [
    'a wrong zone of native schedules',
    policyText({ service: 'serviceTimeZone: ▶Mars/Base' }),
    'serviceTimeZone: "Mars/Base" is not a time zone',
  ],
  ['no target', policyText({ targets: 'targets: ▶{}' }), 'there is no target; add one'],
  ['targets without a value', policyText({ targets: '▶targets:' }), 'targets: has no value; write keys with values'],
  [
    'a mistyped key',
    target(`cn: {${good}, ▶regoins: [cn-hangzhou]}`),
    'targets.cn.regoins: "regoins" is not a key here; correct it or remove it; did you mean "regions"?',
  ],
  ['a name with a blank', target(`▶"a b": {${good}}`), '"a b" cannot be a name; use letters, digits'],
  [
    'an account id as a number',
    target('cn: {account: ▶1234567890123456, endpoint: cn-shanghai, calendar: china}'),
    '1234567890123456 without quotes is a number, not text; write "1234567890123456"',
  ],
  [
    'an account id that loses digits as a number',
    target('cn: {account: ▶9007199254740993, endpoint: cn-shanghai, calendar: china}'),
    'without quotes is a number and became 9007199254740992, not text; write "9007199254740993"',
  ],
  [
    'an account id that is too short',
    target('cn: {account: ▶"12", endpoint: cn-shanghai, calendar: china}'),
    '"12" is not an account id; write its 16 digits in quotes',
  ],
  [
    'a target without account',
    target('▶cn: {endpoint: cn-shanghai, calendar: china}'),
    'the key account is missing; add "account: " with an account id such as "1234567890123456"',
  ],
  [
    'a mistyped endpoint',
    target('cn: {account: "1234567890123456", endpoint: ▶cn-shangai, calendar: china}'),
    'write one of cn-shanghai, ap-southeast-1; did you mean "cn-shanghai"?',
  ],
  ['yes for true', target(`cn: {${good}, shardByRegion: ▶yes}`), 'yes is plain text in YAML 1.2, not a boolean; write true'],
  ['off for false', target(`cn: {${good}, shardByRegion: ▶off}`), 'off is plain text in YAML 1.2, not a boolean; write false'],
  ['true in quotes', target(`cn: {${good}, shardByRegion: ▶"true"}`), '"true" is text because of its quotes; write true without them'],
  ['one region where a list belongs', target(`cn: {${good}, regions: ▶cn-hangzhou}`), 'write a list, even for one: [cn-hangzhou]'],
  ['an empty list of regions', target(`cn: {${good}, regions: ▶[]}`), 'the list is empty; name at least one, or leave the key out'],
  [
    'a region that is none',
    target(`cn: {${good}, regions: [▶Hangzhou]}`),
    'targets.cn.regions[0]: "Hangzhou" is not a region id; write one such as cn-hangzhou',
  ],
  [
    'a full resource name for a role',
    target(`cn: {${good}, role: ▶"acs:ram::1234567890123456:role/x"}`),
    'write only the name of the role',
  ],
  [
    'a calendar that is not there',
    target('cn: {account: "1234567890123456", endpoint: cn-shanghai, calendar: ▶chinna}'),
    '"chinna" is not under calendars; write one of china, or add it under calendars; did you mean "china"?',
  ],
  [
    'no calendar where days depend on it',
    target('▶cn: {account: "1234567890123456", endpoint: cn-shanghai}'),
    'has no calendar, but the rule "office" follows the schedule "office", which tells workdays from restdays; add calendar: NAME',
  ],
  [
    'a site that there is none of',
    target(`cn: {${good}, billing: {site: ▶chinese, productCode: appstream}}`),
    'write one of china, international',
  ],
  ['no product code', target(`cn: {${good}, ▶billing: {site: china}}`), 'the key productCode is missing; add'],
  [
    'a product code with a blank',
    target(`cn: {${good}, billing: {site: china, productCode: ▶"app stream"}}`),
    '"app stream" is not a product code; write it as billing lists it',
  ],
  [
    'two sites for one account',
    target(
      `cn: {${good}, billing: {site: china, productCode: appstream}}\n  sg: {account: "1234567890123456", endpoint: ap-southeast-1, calendar: china, billing: {site: ▶international, productCode: appstream}}`,
    ),
    'differs from that of the target cn, which is the same account; write the same for both',
  ],
  ['an unknown source', calendar('{source: ▶china}'), '"china" is not known here; write china-state-council'],
  ['a date that does not exist', calendar('{holidays: [▶2026-02-30]}'), '"2026-02-30" does not exist; 2026-02 has the days 01 to 28'],
  ['a date as a number', calendar('{holidays: [▶20260203]}'), '20260203 is a number; write a date such as 2026-12-31'],
  ['a month that does not exist', calendar('{workdays: [▶2026-13-01]}'), 'has the month 13; write a month from 01 to 12'],
  [
    'a day off that is a working day too',
    calendar('{holidays: [2026-02-03], workdays: [▶2026-02-03]}'),
    'is under holidays as well; remove it from one of the two',
  ],
  [
    'two mistakes in one entry',
    calendar('{years: [▶"2026"], unpublishedYear: ▶ignore}'),
    'write 2026 without them',
    '"ignore" is not known here; write one of warn, hold',
  ],
  ['a year of two digits', calendar('{years: [▶26]}'), '26 is too small; write 2000 or more'],
  [
    'a store that is none',
    policyText({ store: 'store: ▶/var/streamwarden' }),
    'is not a store; write dir:./state or oss://acme-streamwarden/prod',
  ],
  ['a folder without a path', policyText({ store: 'store: ▶"dir:"' }), 'is not a store; write dir:PATH'],
  ['a bucket with half an address', policyText({ store: 'store: ▶oss:acme/prod' }), 'is not a store; write oss://BUCKET/PREFIX'],
  ['a bucket with an empty prefix', policyText({ store: 'store: ▶oss://acme//' }), 'has no prefix after the bucket; write oss://acme/prod'],
  ['a bucket without prefix', policyText({ store: 'store: ▶oss://acme' }), 'has no prefix after the bucket; write oss://acme/prod'],
  ['a bucket in capitals', policyText({ store: 'store: ▶oss://Acme/prod' }), '"Acme" is not the name of a bucket'],
];

describe('places: an error says line, column and what to do for', () => {
  test.each(cases)('%s', (_title, marked, ...expected) => expectProblems(marked, expected));
});

const warnings: readonly Case[] = [
  ['a date listed twice', calendar('{holidays: [2026-02-03, ▶2026-02-03]}'), '2026-02-03 stands here a second time; remove one'],
  [
    'a date outside the years',
    calendar('{years: [2026], holidays: [▶2027-01-01]}'),
    'lies outside years [2026]; add its year once the list is complete',
  ],
  [
    'two targets that see the same resources',
    target(`cn: {${good}}\n  ▶twin: {${good}, regions: [cn-hangzhou]}`),
    'sees resources that the target cn sees too',
  ],
  [
    'two targets without a role whose numbers differ',
    target(`cn: {${good}}\n  twin: {account: ▶"1234567890123465", endpoint: ap-southeast-1, calendar: china}`),
    'both act with the same keys, so one of the numbers is wrong',
  ],
  ...(['1234567890123457', '1234567890123465', '1934567890123556'] as const).map(
    (number): Case => [
      `a number that is nearly another's: ${number}`,
      target(`cn: {${good}}\n  twin: {account: ▶"${number}", role: warden, endpoint: ap-southeast-1, calendar: china}`),
      'is nearly the account of the target cn, 1234567890123456: if they are one account, correct the number that is wrong',
    ],
  ),
  [
    'a calendar that nothing uses',
    calendar('{source: china-state-council}\n  ▶other: {}'),
    'nothing uses this calendar; name it in a target, or remove it',
  ],
];

describe('places: a warning for', () => {
  test.each(warnings)('%s', (_title, marked, ...expected) => expectProblems(marked, expected, 'warning'));
});
