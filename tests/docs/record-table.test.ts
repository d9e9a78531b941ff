import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { powers } from '../../cli/ram/powers.ts';
import { type RamRole, rolesOf } from '../../cli/ram/roles.ts';
import type { RamSetup } from '../../cli/ram/setup.ts';
import { isRecordKey } from '../../shared/journal/log/record-key.ts';
import { permits } from '../deploy/permits.ts';

const text = readFileSync(new URL('../../docs/journal.md', import.meta.url), 'utf8');
const section = /\n## Who writes each record[\s\S]*?(?=\n## )/.exec(text)?.[0] ?? '';

/** Cells of the table, by what the names of the records begin with. */
const rows = new Map(
  [...section.matchAll(/^\| `([^`]+)` \|(.*)\|$/gm)].map(([, family = '', rest = '']) => [
    family,
    rest.split('|').map((cell) => cell.trim()),
  ]),
);

const account = '1234567890123456';
const everything: RamSetup = {
  ...{ account, prefix: 'streamwarden', store: { bucket: 'acme', prefix: 'prod' }, targets: [{ account }] },
  approvers: [{ circle: 'finance', voter: { account, user: 'li.wei' } }],
  ...{ functions: Object.keys(powers), logProject: 'streamwarden', logstore: 'functions' },
};

/** A name of a record of a family that is as likely as any to be permitted to `who`. */
function recordsOf(family: string, who: string): string {
  const below = family === 'approvals' ? `finance/${account}.li.wei` : who;
  return `acs:oss:oss-cn-shanghai:${account}:acme/prod/${family}/${below}/00000000`;
}

/** Functions and people whom the printed policies let write records of a family. */
function writersOf(family: string): readonly string[] {
  const may = ({ policy }: RamRole, name: string): boolean => permits(policy, 'oss:PutObject', recordsOf(family, name));
  const roles = rolesOf(everything);
  const functions = Object.entries(powers).flatMap(([name, { writes, role }]) => {
    const own = writes.some((prefix) => prefix === `${family}/` || prefix === `${family}/${name}/`);
    return own && roles.some((each) => each.trust !== undefined && each.role === role && may(each, name)) ? [name] : [];
  });
  const people = roles.filter((each) => each.trust === undefined && may(each, 'anything')).map(({ role }) => role);
  return [...functions.sort(), ...people];
}

test('the table of records has each family that somebody may write, and no other', () => {
  const written = Object.values(powers).flatMap(({ writes }) => writes.map((prefix) => prefix.split('/')[0] ?? ''));
  const families = new Set([...written, 'approvals', 'policy', 'policy-proposals', 'exceptions', 'halts', 'skipped', 'doctor']);
  expect([...rows.keys()].sort()).toEqual([...families].sort());
  for (const family of rows.keys()) expect(isRecordKey(`${family}/x/y/.DS_Store`), family).toBe(false);
});

test.each([...rows.keys()])('%s are written by those whom the printed policies let write them', (family) => {
  expect(rows.get(family)?.[0]?.split(', ')).toEqual(writersOf(family).length === 0 ? ['nobody'] : writersOf(family));
});
