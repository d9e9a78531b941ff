import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { shownParts } from '../../../functions/digest/compiled-rule.ts';
import { dayWords, ruleModule } from '../../../functions/digest/rule.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/digest.md', root), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');

test('the rules that the page shows are right and give no warning', () => {
  const text = `version: 1
timezone: Asia/Shanghai
targets: {cn: {account: "1000000000000001", endpoint: cn-shanghai, calendar: china}}
calendars: {china: {source: china-state-council}}
channels: {ops: {kind: console}, finance: {kind: console}}
limits: {actionsPerRun: 1, actionsPer24h: 1, shareOfRulePerRun: 1%, shareOfRulePer24h: 1%, sessionsCutPerRun: 1, spendPerMonth: 1 CNY, changedByPush: 1%}
rules:
${blocks('yaml').join('').replace(/^/gm, '  ')}`;
  expect(loadPolicy(text, 'policy.yaml', [ruleModule]).problems).toEqual([]);
});

test('the page has a row for each part that can be shown, and names each word of days', () => {
  const rows = [...page.matchAll(/^\| `([a-zA-Z0-9:-]+)` \|/gm)].map((match) => match[1]);
  for (const part of [...shownParts, 'spend-by-tag:KEY']) expect(rows).toContain(part);
  for (const word of dayWords.slice(0, 5)) expect(page).toContain(`\`${word}\``);
});
