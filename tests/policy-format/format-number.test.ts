import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compiledOtaRule } from '../../functions/approve-ota-windows/compiled-rule.ts';
import { compiledDigestRule } from '../../functions/digest/compiled-rule.ts';
import { compiledEnforceRule } from '../../functions/enforce-policy/compiled-rule.ts';
import { compiledLogOffRule } from '../../functions/log-off-sessions/compiled-rule.ts';
import { compiledPowerRule } from '../../functions/power-workstations/compiled-rule.ts';
import { compiledRenewRule } from '../../functions/renew-before-expiry/compiled-rule.ts';
import { compiledScaleRule } from '../../functions/scale-on-schedule/compiled-rule.ts';
import { compiledTagRule } from '../../functions/tag-new-resources/compiled-rule.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';
import type { Schema } from '../../shared/schema/schema.ts';
import { compiledAt, examplePolicy } from './demo-fleet.ts';

/** What compiled rules look like, by function. */
const rules: Readonly<Record<FunctionName, Schema>> = {
  'approve-ota-windows': compiledOtaRule,
  'enforce-policy': compiledEnforceRule,
  'log-off-sessions': compiledLogOffRule,
  'power-workstations': compiledPowerRule,
  'renew-before-expiry': compiledRenewRule,
  'scale-on-schedule': compiledScaleRule,
  'tag-new-resources': compiledTagRule,
  digest: compiledDigestRule,
};

/** The form of each function's compiled rules in this format. */
const inFormat = {
  format: 1,
  rules: {
    'approve-ota-windows': 'fa3fbce1d37f7841',
    digest: '8282a20a03abc1c5',
    'enforce-policy': '692cb6de8ad31289',
    'log-off-sessions': '69e405df0620ab5a',
    'power-workstations': '6851394e6eea49bb',
    'renew-before-expiry': '3e4c79c94dcbab96',
    'scale-on-schedule': '89203582cd9b6763',
    'tag-new-resources': '86e3c8718c1dd096',
  },
};

/**
 * A function of one version reads policies that another has compiled. Where this fails, the form of compiled rules has changed: raise the format number
 * (`CompiledPolicy` in shared/policy/compiled.ts, `compile`, `decodePolicy`), and write down here what the test found. A number that was never released
 * may stay as it is.
 */
it('the format number of compiled policies changes with the form of compiled rules', () => {
  const found = Object.entries(rules).map(([name, rule]) => [
    name,
    createHash('sha256').update(JSON.stringify(rule)).digest('hex').slice(0, 16),
  ]);
  const { format } = compiledAt(examplePolicy, Date.parse('2026-11-25T00:00:00Z'));
  expect({ format, rules: Object.fromEntries(found) }).toEqual(inFormat);
});

it('sees a key that a rule gains, loses or gets another type of, also inside lists and records', () => {
  const text = JSON.stringify(rules);
  for (const key of ['stopOnlyWithoutSession', 'longerThan', 'expiryReminder', 'missingTags', 'doubtful', 'startsMs', 'bringsUnder']) {
    expect(text).toContain(`"${key}"`);
  }
});

/** Keys of compiled rules that are of one function: those of the rule itself, not of what lies in it. */
function ownKeys(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  if ('fields' in schema) return Object.keys(schema.fields as object).filter((key) => !common.has(key));
  return Object.values(schema).flatMap(ownKeys);
}

/** What the engine reads of a rule, or a selector does; and the baseline, by which nothing is decided: costs are told by it. */
const common: ReadonlySet<string> = new Set(['name', 'targets', 'tell', 'groups', 'workstations', 'baseline']);

it.each(Object.entries(rules))('%s decides by every key of its compiled rules', (name, rule) => {
  const folder = new URL(`../../functions/${name}/`, import.meta.url);
  const code = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !['rule.ts', 'compiled-rule.ts', 'manifest.ts'].includes(file))
    .map((file) => readFileSync(new URL(file, folder), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, ''))
    .join('\n');
  const keys = ownKeys(rule);
  expect(keys.length).toBeGreaterThan(0);
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(code))).toEqual([]);
});
