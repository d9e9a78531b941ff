import type { PolicyDraft } from '../draft.ts';
import type { FunctionName } from '../known-functions.ts';
import type { Findings } from '../problem.ts';
import type { AnyRuleModule } from '../rule-module.ts';

/** Checks `limits` against itself, warns of limits that are absent and of money that nobody hears of, and checks `mode`. */
export function checkSafety(draft: PolicyDraft, modules: readonly AnyRuleModule[], findings: Findings): void {
  checkLimits(draft, findings);
  checkRenewalLimits(draft, findings);
  checkNeverActs(draft, findings);
  checkMode(draft, modules, findings);
  checkMoney(draft, findings);
}

function hasRules(draft: PolicyDraft, name: string): boolean {
  const rules = draft.raw.rules;
  return typeof rules === 'object' && rules !== null && Object.hasOwn(rules, name);
}

function checkLimits(draft: PolicyDraft, findings: Findings): void {
  const { limits } = draft;
  if (limits === undefined) return;
  const absent = [
    ...(limits.actionsPerRun === undefined ? ['actionsPerRun'] : []),
    ...(limits.actionsPer24h === undefined ? ['actionsPer24h'] : []),
    ...(limits.shareOfRulePerRun === undefined ? ['shareOfRulePerRun'] : []),
    ...(limits.shareOfRulePer24h === undefined ? ['shareOfRulePer24h'] : []),
    ...(limits.sessionsCutPerRun === undefined ? ['sessionsCutPerRun'] : []),
    // Its default is four times the limit per run, so it is unlimited only where that is.
    ...(limits.sessionsCutPer24h === undefined && limits.sessionsCutPerRun === undefined ? ['sessionsCutPer24h'] : []),
    ...(limits.changedByPush === undefined ? ['changedByPush'] : []),
  ];
  if (absent.length > 0) {
    findings.warning(
      ['limits'],
      `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not set, so nothing is limited there; add ${absent.length === 1 ? 'it' : 'them'}; 0 forbids everything of that kind`,
      { at: 'key' },
    );
  }
  const pairs = [
    ['actionsPerRun', 'actionsPer24h'],
    ['shareOfRulePerRun', 'shareOfRulePer24h'],
    ['sessionsCutPerRun', 'sessionsCutPer24h'],
  ] as const;
  for (const [perRun, per24h] of pairs) {
    const [run, day] = [limits[perRun], limits[per24h]];
    if (run !== undefined && day !== undefined && day < run) {
      findings.warning(['limits', per24h], `is below ${perRun}, which then never counts; raise it, or lower ${perRun}`);
    }
  }
  for (const [index, { currency }] of (limits.spendPerMonth ?? []).entries()) {
    if (limits.spendPerMonth?.findIndex((other) => other.currency === currency) === index) continue;
    findings.error(['limits', 'spendPerMonth', index], `${currency} has an amount already; keep one amount per currency`);
  }
}

/** Names rules and exceptions that can never do anything under a limit. */
function checkNeverActs(draft: PolicyDraft, findings: Findings): void {
  const { limits = {} } = draft;
  const zero = (
    ['actionsPerRun', 'actionsPer24h', 'shareOfRulePerRun', 'shareOfRulePer24h', 'sessionsCutPerRun', 'sessionsCutPer24h'] as const
  ).find((key) => limits[key] === 0);
  const share = Math.min(limits.shareOfRulePerRun ?? 100, limits.shareOfRulePer24h ?? 100);
  for (const { module, rules } of draft.ruleLists) {
    if (!module.alwaysCuts) continue;
    for (const { index, value } of rules) {
      const path = ['rules', module.name, index];
      const ids = value.groups?.ids?.length;
      const connected = zero?.startsWith('sessions') === true;
      // Who is disconnected, or not there, counts as no session cut.
      if (connected && (value as { readonly who?: unknown }).who !== 'everyone') continue;
      if (zero !== undefined) {
        const what = connected ? 'can never end a connected session' : 'can never act';
        findings.warning(path, `${what}, since limits.${zero} is 0; raise it, or remove the rule`);
      } else if (ids !== undefined && Math.floor((share * ids) / 100) === 0) {
        const advice = `raise it to ${Math.ceil(100 / ids)}% or more`;
        findings.warning(path, `can never act: it covers ${ids} at most, and ${share}% of a rule (limits) is less than one; ${advice}`);
      }
    }
  }
  for (const { index, value } of draft.exceptions) {
    if (value.keepAtLeastPercent === undefined || limits.nodesAddedPer24h !== 0) continue;
    const text = 'keeps no more than each group had in the last 30 days, since limits.nodesAddedPer24h is 0; raise that if more is meant';
    findings.warning(['exceptions', index, 'keepAtLeast'], text);
  }
}

/** The function of which a rule orders renewals; undefined where none does. */
export function ordering({ ruleLists }: PolicyDraft): FunctionName | undefined {
  return ruleLists.find(({ module, rules }) => rules.some(({ value }) => module.orders?.(value)))?.module.name;
}

/** Names limits under which no renewal could ever be ordered: what they cover lapses. */
function checkRenewalLimits(draft: PolicyDraft, findings: Findings): void {
  const name = ordering(draft);
  if (name === undefined) return;
  const { spendPerMonth, ordersPerRun } = draft.limits ?? {};
  if (spendPerMonth === undefined) {
    const none = draft.raw.limits === undefined;
    const path = none ? ['rules', name] : ['limits'];
    const missing = none ? 'limits: {spendPerMonth: 6000 CNY}' : 'spendPerMonth: 6000 CNY';
    const text = `${name} orders nothing without limits.spendPerMonth, and all that its rules cover lapses; add ${missing}, one amount per currency`;
    findings.warning(path, text, { at: 'key' });
  } else if (spendPerMonth.every(({ micros }) => micros === 0n)) {
    findings.warning(['limits', 'spendPerMonth'], `lets nothing be ordered, so all that ${name} covers lapses; raise it`);
  }
  if (ordersPerRun === 0) {
    findings.warning(['limits', 'ordersPerRun'], `lets nothing be ordered, so all that ${name} covers lapses; raise it`);
  }
}

/** A question that nobody is asked is never answered, and an expiry that nobody hears of lapses. */
function checkMoney(draft: PolicyDraft, findings: Findings): void {
  const name = draft.ruleLists.find(({ module }) => module.orders && hasRules(draft, module.name))?.module.name;
  if (name === undefined || (draft.tell.money ?? []).length > 0) return;
  const anyone = (draft.tell.failed ?? []).length > 0 || draft.channels.size > 0;
  const critical = anyone ? 'what is critical goes to other channels' : 'nobody can be told of what is critical, and such runs fail';
  findings.warning(
    draft.raw.tell === undefined ? ['rules', name] : ['tell'],
    `no channel hears of money: orders and questions to approvers are in the log only, and ${critical}; add money: CHANNEL under tell`,
    { at: 'key' },
  );
}

function checkMode(draft: PolicyDraft, modules: readonly AnyRuleModule[], findings: Findings): void {
  for (const [index, name] of draft.mode.act.entries()) {
    const path = ['mode', 'act', index];
    const module = modules.find((each) => each.name === name);
    if (draft.mode.act.indexOf(name) < index) findings.warning(path, `${name} stands here a second time; remove one`);
    else if (module?.onlyTells) findings.warning(path, `${name} only tells and has no mode; remove it here`);
    else if (hasRules(draft, name) && module === undefined) {
      findings.warning(path, `${name} is not available yet; it never acts, whatever stands here`);
    } else if (!hasRules(draft, name)) {
      findings.warning(path, `${name} has no rules, so it never acts; add rules.${name}, or remove it here`);
    }
  }
}
