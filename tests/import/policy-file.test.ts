import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ImportError, importPolicy } from '../../cli/import/import-policy.ts';
import { prove } from '../../cli/import/prove.ts';
import { ruleModules } from '../../cli/registry.ts';
import { mapGovernedGroup } from '../../shared/fleet/governed-group.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { drafted, settings } from './imported.ts';

/** An account of fixed groups, by id and name. */
function account(names: Readonly<Record<string, string>>, nodes = 2) {
  const groups = Object.entries(names).flatMap(([id, name]) => {
    const pool = { NodePoolId: 'rg', NodeInstanceType: 't', NodeCapacity: 2, NodeUsed: 0, ScalingNodeAmount: 0, ScalingNodeUsed: 0 };
    const row = {
      AppInstanceGroupId: id,
      AppInstanceGroupName: name,
      Status: 'PUBLISHED',
      ChargeType: 'PostPaid',
      SessionTimeout: '15',
      Tags: [],
    };
    return mapGovernedGroup({ ...row, NodePool: [{ ...pool, StrategyType: 'NODE_FIXED', NodeAmount: nodes }] }) ?? [];
  });
  return { groups, workstations: [], expiryReminder: false, gaps: [] };
}

describe('the text', () => {
  test.each(['\n', '\r', '\u0085', '\u2028', '\u2029', '\u0000'])('a name with the line end %j stays in its comment', (end) => {
    const { text } = drafted(account({ 'aig-1': `a${end}limits: {actionsPerRun: 99999}`, 'aig-2': 'b' }));
    expect(text).toContain('a�limits');
    expect(parse(text).limits.actionsPerRun).toBe(20);
    for (const line of text.split(/\r\n|[\r\n\u0085\u2028\u2029]/)) expect(line).not.toMatch(/^\s*limits: \{/);
  });

  test.each(['0123', 'on', 'No', '1e3', '2026-11-25', '08:00', '~', 'null', '0x1f', 'a: b', '#a', '*a', '[a]', '- a'])(
    'an id %s stands in quotes',
    (id) => {
      const { text, draft } = drafted(account({ [id]: 'plain' }));
      expect(text).toContain(`- "${id}"`);
      expect(draft.leftAlone).toEqual([]);
      for (const version of ['1.1', '1.2'] as const)
        expect(parse(text, { version }).rules['scale-on-schedule'][0].groups.ids).toEqual([id]);
    },
  );

  test('what it suggests can be copied into the rules', () => {
    const { text } = drafted(account({ 'aig-1': 'one' }));
    const lines = text.split('\n').map((line) => line.replace(/^# ?/, ''));
    const from = lines.findIndex((line) => line.startsWith('renew-before-expiry:'));
    const until = lines.findIndex((line) => line.startsWith('Weekly schedules of the service'));
    const suggested = lines.slice(from, until).map((line) => `  ${line}`);
    expect(suggested.length).toBeGreaterThan(8);
    const frame = `version: 1
timezone: Asia/Shanghai
store: dir:./state
targets: {main: {account: "1234567890123456", endpoint: cn-shanghai, calendar: plain}}
calendars: {plain: {}}
limits: {spendPerMonth: 100 CNY}
rules:
`;
    const { problems } = loadPolicy(`${frame}${suggested.join('\n')}\n`, 'suggested.yaml', ruleModules);
    expect(problems.filter(({ severity }) => severity === 'error').map((problem) => problem.text)).toEqual([]);
  });

  test('nothing is ordered, told or done by it: it observes, and has no rule that buys', () => {
    const { text } = drafted(account({ 'aig-1': 'one' }));
    expect(parse(text).mode).toEqual({ default: 'observe' });
    expect(Object.keys(parse(text).rules)).toEqual(['scale-on-schedule']);
    expect(parse(text).limits.sessionsCutPerRun).toBe(0);
  });
});

describe('the proof', () => {
  test('finds each group that a policy would change', () => {
    const { text } = importPolicy(account({ 'aig-1': 'one', 'aig-2': 'two' }), settings);
    const since = account({ 'aig-1': 'one', 'aig-2': 'two' }, 3);
    const { problems, objections } = prove(text, since, settings);
    expect(problems).toEqual([]);
    expect(objections.map(({ id, verdict }) => `${id} ${verdict}`)).toEqual(['aig-1 act', 'aig-2 act']);
  });

  test('what a planner objects to is left alone, and the rest is imported', () => {
    const because = { code: 'nodes-in-use', text: 'they are in use' };
    let asked = 0;
    const { draft } = importPolicy(account({ 'aig-1': 'one', 'aig-2': 'two' }), settings, (...args) => {
      asked += 1;
      return asked === 1
        ? { problems: [], objections: [{ function: 'scale-on-schedule', id: 'aig-1', verdict: 'act', because }] }
        : prove(...args);
    });
    expect(draft.leftAlone.map(({ id, because: { code } }) => `${id} ${code}`)).toEqual(['aig-1 would-change']);
    expect(draft.rules.flatMap(({ covers }) => covers)).toEqual(['aig-2']);
  });

  test('a policy that cannot be proved is never given', () => {
    const because = { code: 'x', text: 'whatever is left out' };
    const stubborn = () => ({
      problems: [],
      objections: [{ function: 'scale-on-schedule' as const, id: 'aig-9', verdict: 'act' as const, because }],
    });
    expect(() => importPolicy(account({ 'aig-1': 'one' }), settings, stubborn)).toThrow(ImportError);
  });
});
