import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { loadPolicy } from '../../shared/policy/load.ts';

const docs = new URL('../../docs/', import.meta.url);

/** What the examples of the pages refer to. */
const frame = `version: 1
timezone: Asia/Shanghai
store: dir:./state
mode: {default: observe}
targets: {main: {account: "1234567890123456", endpoint: cn-shanghai, calendar: china}}
calendars: {china: {source: china-state-council, unpublishedYear: warn}}
schedules:
  office: {workday: {08:00-09:00: 40%, 09:00-18:30: 100%}}
  studio: {workday: {09:30-23:30: 100%}}
  minimal: {everyday: {00:00-24:00: 1 node}}
limits: {spendPerMonth: [1000 CNY, 1000 USD], sessionsCutPerRun: 50, shareOfRulePerRun: 30%, actionsPerRun: 100, actionsPer24h: 500, shareOfRulePer24h: 60%, changedByPush: 10%}
channels: {ops: {kind: console}, finance: {kind: console}}
tell: {done: none, held: ops, money: finance, failed: ops, silent: ops}
approvers: {finance: [li.wei]}
rules:
`;

const frameLines = frame.trimEnd().split('\n').length;

const pages = readdirSync(docs).filter((name) => name.endsWith('.md'));
const examples = pages.flatMap((page) =>
  [...readFileSync(new URL(page, docs), 'utf8').matchAll(/^```yaml\n([\s\S]*?)^```/gm)].map((match) => ({ page, text: match[1] ?? '' })),
);
const names = ruleModules.map(({ name }) => name);
const ofRules = examples.filter(({ text }) => names.some((name) => text.startsWith(`${name}:`)));

describe('the pages of the functions', () => {
  test.each(names.filter((name) => name !== 'renew-before-expiry'))('%s has one, with an example', (name) => {
    expect(existsSync(new URL(`${name}.md`, docs))).toBe(true);
    expect(ofRules.filter(({ page }) => page === `${name}.md`).length).toBeGreaterThan(0);
  });

  test.each(ofRules)('an example of $page is a policy without a problem', ({ page, text }) => {
    const indented = text.replace(/^(?=.)/gm, '  ');
    const { document, problems } = loadPolicy(`${frame}${indented}`, page, ruleModules);
    // What the frame offers and this example leaves unused is not the example's affair.
    const ofExample = problems.filter(({ line, severity }) => severity === 'error' || line > frameLines);
    expect(ofExample.map(({ line, text: said }) => `${line}: ${said}`)).toEqual([]);
    expect(document).toBeDefined();
  });
});
