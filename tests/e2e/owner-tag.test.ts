import { describe, expect, test } from 'vitest';
import { logOffSessions } from '../../functions/log-off-sessions/automation.ts';
import { ruleModule as logOffRules } from '../../functions/log-off-sessions/rule.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule as scaleRules } from '../../functions/scale-on-schedule/rule.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { AccountSeed } from '../../simulator/world/seed.ts';
import { hourMs } from '../fixtures/times.ts';
import { accountId, liveFunction, policyText } from './live-function.ts';

const sections = 'limits: {}\nprotect: {ownerTag: {key: keep-until, atMost: 1d}}';

/** A group whose owner wants it kept; worlds begin at noon. */
function account(value: string, users: readonly string[] = []): Omit<AccountSeed, 'id'> {
  const sessions = users.length === 0 ? {} : { sessions: users.map((user) => ({ user })) };
  const pool = { capacity: 1, strategy: { fixed: 4 } };
  return { groups: [{ id: 'g', name: 'g', region: 'cn-hangzhou', tags: { 'keep-until': value }, pool, ...sessions }] };
}

const codesIn = ({ decisions }: RunReport) => decisions.flatMap(({ because }) => because.map(({ code }) => code));

describe.each(['2030-01-01', 'until we are done'])('an owner who wants a group kept until %s', (value) => {
  test('keeps it from a weekly schedule for as long as the policy allows, and no longer', async () => {
    const live = await liveFunction(
      scaleOnSchedule,
      [scaleRules],
      account(value),
      policyText({ 'scale-on-schedule': ['{name: all, groups: all, schedule: office}'] }, { sections }),
    );
    const strategies: string[] = [];
    for (let hours = 0; hours <= 25; hours++) {
      await live.run();
      const pool = live.simulator.world.accounts.get(accountId)?.groups.get('g')?.pools[0];
      strategies.push(String(pool?.settings.StrategyType));
      live.simulator.advance(hourMs);
    }
    expect(strategies.slice(0, 24)).toEqual(Array(24).fill('NODE_FIXED'));
    expect(strategies.slice(24)).toEqual(Array(2).fill('NODE_SCALING_BY_SCHEDULE'));
    await live.close();
  });

  test('keeps its sessions for as long, also where nothing would have cut them in between', async () => {
    const live = await liveFunction(
      logOffSessions,
      [logOffRules],
      account(value, ['ann']),
      policyText(
        { 'log-off-sessions': ['{name: late, groups: all, days: everyday, at: "12:30", who: everyone, resetAfterUnbind: disabled}'] },
        { sections },
      ),
    );
    await live.run();
    live.simulator.advance(hourMs);
    expect(codesIn(await live.run())).toContain('protected-owner');
    live.simulator.advance(24 * hourMs);
    const report = await live.run();
    expect(codesIn(report)).not.toContain('protected-owner');
    expect(report.outcomes).toMatchObject([{ outcome: 'done' }]);
    await live.close();
  });
});
