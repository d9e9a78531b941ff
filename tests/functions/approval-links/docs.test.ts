import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { ruleModules } from '../../../cli/registry.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';

const page = readFileSync(new URL('../../../docs/approval-links.md', import.meta.url), 'utf8');

test('the policy on the page of approval links is right, but for what it leaves out', () => {
  const [, part = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  const head = 'version: 1\ntimezone: Asia/Shanghai\ntargets: {home: {account: "1000000000000001", endpoint: cn-shanghai}}\n';
  const { document, problems } = loadPolicy(`${head}limits: {spendPerMonth: 10000 CNY}\n${part}`, 'policy.yaml', ruleModules);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  expect(document?.rules['renew-before-expiry']).toMatchObject([{ ask: { who: 'finance', links: true } }]);
});
