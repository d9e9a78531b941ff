import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

const sources = ['shared', 'functions', 'cli'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name.replaceAll('\\', '/')}`),
);

/** Files that hold a pattern. */
const filesWith = (pattern: RegExp, of = sources): readonly string[] =>
  of.filter((name) => pattern.test(readFileSync(path.join(root, name), 'utf8'))).sort();

test('the zone database is asked by the check of a zone’s name alone: what people read is written by shared/planning/local-time.ts', () => {
  expect(filesWith(/Intl\.DateTimeFormat|\.toLocale(Date|Time)?String\(|\.toString\(\)\.slice\(0, ?1[06]\)/)).toEqual([
    'shared/policy/schema/zone.ts',
  ]);
});

test('a time of day out of minutes is written in one place, and seconds of UTC for machines beside it', () => {
  expect(filesWith(/[/%] 60\b[\s\S]*?padStart\(2|padStart\(2[\s\S]*?[/%] 60\b/)).toEqual([
    'shared/planning/local-time.ts',
    'shared/policy/values/time-of-day.ts',
  ]);
});

test('what prints for people, and what functions word, writes no instant in UTC; machines read them in JSON, CSV and records', () => {
  const worded = sources.filter((name) => /^(cli\/(render|doctor)|functions|shared\/(notify|engine\/telling))\//.test(name));
  expect(filesWith(/toISOString/, worded)).toEqual([
    // CSV and JSON for the auditor.
    'cli/render/audit.ts',
    'cli/render/cost.ts',
    // The columns of FOCUS, which are in UTC.
    'cli/render/focus.ts',
    'cli/render/policies.ts',
    'cli/render/reconcile.ts',
    'cli/render/spend.ts',
    // Keys of the journal: dates of UTC.
    'functions/digest/facts/heartbeats.ts',
    'functions/digest/facts/past-runs.ts',
    'functions/digest/watchdog.ts',
    // What the next function reads.
    'functions/dispatch/dispatcher.ts',
    // The name under which an alert is told once.
    'functions/renew-before-expiry/purchase/claim-state.ts',
    // The report, which is JSON; what prints it writes local time.
    'functions/renew-before-expiry/run/budget.ts',
    'functions/renew-before-expiry/run/run-renewals.ts',
    'functions/renew-before-expiry/run/run-states.ts',
    // What webhooks carry beside the text.
    'shared/notify/message.ts',
  ]);
});
