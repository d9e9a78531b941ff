import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { offboardReasonCodes } from '../../cli/offboard/offboard-step.ts';
import { reasonCodes as otaCodes } from '../../functions/approve-ota-windows/reasons.ts';
import { digestCodes } from '../../functions/digest/run-digest.ts';
import { reasonCodes as enforceCodes } from '../../functions/enforce-policy/reasons.ts';
import { reasonCodes as logOffCodes } from '../../functions/log-off-sessions/reasons.ts';
import { reasonCodes as powerCodes } from '../../functions/power-workstations/reasons.ts';
import { alertCodes } from '../../functions/renew-before-expiry/purchase/contract.ts';
import { reasonCodes as renewCodes } from '../../functions/renew-before-expiry/reasons.ts';
import { reasonCodes as scaleCodes } from '../../functions/scale-on-schedule/reasons.ts';
import { reasonCodes as tagCodes } from '../../functions/tag-new-resources/reasons.ts';
import { reasonCodes as engineCodes, manualChangeCode } from '../../shared/engine/reasons.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

const page = readFileSync(new URL('../../docs/reason-codes.md', import.meta.url), 'utf8');

/** Rows `| code | meaning |` below a heading. */
function table(heading: string): Record<string, string> {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return Object.fromEntries([...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, code, meaning]) => [code, meaning]));
}

/** The codes of each function that the policy language knows. */
const ofFunctions: Readonly<Record<FunctionName, Readonly<Record<string, string>>>> = {
  'scale-on-schedule': scaleCodes,
  'renew-before-expiry': renewCodes,
  'approve-ota-windows': otaCodes,
  'log-off-sessions': logOffCodes,
  'tag-new-resources': tagCodes,
  'enforce-policy': enforceCodes,
  'power-workstations': powerCodes,
  digest: digestCodes,
};

test.each([
  ['Every function', engineCodes],
  ...Object.entries(ofFunctions),
  ['offboard', offboardReasonCodes],
  ['Alerts of renewals', alertCodes],
])('the page of reason codes has every code of "%s" with its meaning, and no other', (heading, codes) => {
  expect(table(heading)).toEqual({ ...codes });
});

test('codes are stable words of one form, each with a sentence of its own', () => {
  const meanings = Object.entries(engineCodes);
  for (const [code, meaning] of meanings) {
    expect(code).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(meaning).toMatch(/^[A-Z].*\.$/);
  }
  expect(new Set(meanings.map(([, meaning]) => meaning)).size).toBe(meanings.length);
});

test('a planner tells of a person with the code that the run writes down', () => {
  expect(Object.keys(scaleCodes)).toContain(manualChangeCode);
});
