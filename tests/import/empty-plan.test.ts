import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ruleModules } from '../../cli/registry.ts';
import { planner as scalePlanner } from '../../functions/scale-on-schedule/plan.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { accountOf, listedGroups } from './generated-account.ts';
import { nowMs } from './generated-strategy.ts';
import { decisions, drafted, isOfNote } from './imported.ts';

const weekInMinutes = 7 * 24 * 60;

it('leaves every account as it is, now and for a week, by a policy without a warning that covers all that can be covered', () => {
  fc.assert(
    fc.property(listedGroups, fc.integer({ min: 0, max: weekInMinutes }), fc.nat(), (groups, minutes, pick) => {
      const account = accountOf(groups);
      const { draft, problems, at } = drafted(account);
      expect(problems).toEqual([]);
      for (const atMs of [nowMs, nowMs + minutes * 60_000]) expect(decisions(account, at(atMs)).filter(isOfNote)).toEqual([]);
      const alone = new Set(draft.leftAlone.map(({ id }) => id));
      for (const { row, expected } of groups) {
        const id = String(row.AppInstanceGroupId);
        if (expected !== 'maybe') expect({ id, expected: alone.has(id) ? 'alone' : 'rule' }).toEqual({ id, expected });
      }
      const context = at(nowMs);
      for (const group of account.groups) {
        const said = draft.rules.find(({ covers }) => covers.includes(group.id))?.name ?? null;
        expect(scalePlanner.decide(group, context).rule).toBe(said);
      }
      const covered = account.groups.filter(({ id, status }) => status === 'PUBLISHED' && !alone.has(id));
      const victim = covered[pick % Math.max(1, covered.length)];
      const moved = account.groups.filter((group) => isOfNote(scalePlanner.decide(group === victim ? changed(group) : group, context)));
      expect(moved).toEqual(victim === undefined ? [] : [victim]);
    }),
    { numRuns: 300 },
  );
});

it('writes what is valid once its functions act, whoever sets a tag then', () => {
  fc.assert(
    fc.property(listedGroups, (groups) => {
      const { text, draft } = drafted(accountOf(groups));
      const acting = text.replace(/^ {2}default: observe\b/m, '  default: act');
      expect(acting).not.toBe(text);
      const { problems } = loadPolicy(acting, 'policy.yaml', ruleModules, { nowMs });
      expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
      for (const { demand } of draft.rules) {
        if (demand.peak !== undefined && 'tag' in demand.peak)
          expect(demand.peak.atMost).toBeGreaterThanOrEqual(demand.peak.otherwise ?? 1);
      }
    }),
    { numRuns: 100 },
  );
});

it('writes no percentage that nobody would have chosen', () => {
  fc.assert(
    fc.property(listedGroups, (groups) => {
      const { draft } = drafted(accountOf(groups));
      const levels = draft.schedules.flatMap(({ days }) => days.flatMap(([, periods]) => periods.map(([, level]) => level)));
      expect(levels.filter((level) => level.endsWith('%') && Number.parseInt(level, 10) % 5 !== 0)).toEqual([]);
    }),
    { numRuns: 100 },
  );
});

it('writes the same policy whatever order the service lists in', () => {
  fc.assert(
    fc.property(
      listedGroups.chain((groups) => fc.tuple(fc.constant(groups), fc.shuffledSubarray([...groups.keys()], { minLength: groups.length }))),
      ([groups, order]) => {
        const shuffled = accountOf(groups, (a, b) => order.indexOf(a) - order.indexOf(b));
        expect(drafted(shuffled).text).toBe(drafted(accountOf(groups)).text);
      },
    ),
    { numRuns: 30 },
  );
});

/** The group after somebody has changed how it scales. */
function changed(group: DeliveryGroup): DeliveryGroup {
  const [pool] = group.pools ?? [];
  const strategy = pool?.strategy;
  if (pool === undefined || strategy === undefined) throw new Error('a covered group has one pool with a strategy');
  const after =
    strategy.type === 'fixed'
      ? { ...strategy, nodes: strategy.nodes + 1 }
      : strategy.type === 'usage'
        ? { ...strategy, maxScaling: (strategy.maxScaling ?? 0) + 1 }
        : { ...strategy, week: { ...strategy.week, 3: [{ startMinute: 61, endMinute: 1237, amount: 99 }] } };
  return { ...group, pools: [{ ...pool, strategy: after }] };
}
