import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { catalog } from '../../functions/catalog.ts';
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

/** Functions with rules, and their pages. */
const ruled = catalog.flatMap(({ manifest: { name, page }, rules }) => (rules ? [{ name, page }] : []));

/** Keys of all functions, which the pages on the policy explain. */
const common: ReadonlySet<string> = new Set(['name', 'targets', 'tell', 'groups', 'workstations']);

/** The keys that are of the rules of one function, without those that the schema only has to refuse them. */
function keysOfRules(name: string): readonly string[] {
  const { properties } = JSON.parse(readFileSync(new URL('../policy.schema.json', docs), 'utf8'));
  const ofRule: Readonly<Record<string, object>> = properties.rules.properties[name].items.properties;
  return Object.entries(ofRule).flatMap(([key, schema]) => ('not' in schema || common.has(key) ? [] : [key]));
}

describe('the pages of the functions', () => {
  test.each(ruled)('$name has one, with an example', ({ page }) => {
    expect(existsSync(new URL(page, docs))).toBe(true);
    expect(ofRules.filter((example) => example.page === page).length).toBeGreaterThan(0);
  });

  test.each(ruled)('that of $name says what each key of its rules means', ({ name, page }) => {
    const text = readFileSync(new URL(page, docs), 'utf8');
    const keys = keysOfRules(name);
    expect(keys.length).toBeGreaterThan(0);
    expect(keys.filter((key) => !new RegExp(`^\\|[^|]*\`${key}[\`:.][^|]*\\|`, 'm').test(text))).toEqual([]);
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
