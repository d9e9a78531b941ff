import { expect } from 'vitest';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import type { LiveFunction } from '../../e2e/live-function.ts';
import { changedRows, type Fixture, groupSeed, logOffLive, sessionsOf } from './log-off-fixture.ts';

export const everyone = '{name: r, groups: all, after: {schedule: office, wait: 30m}, who: everyone}';
export const unbinding = everyone.replace(/}$/, ', resetAfterUnbind: disabled}');
export const disconnected = unbinding.replace('who: everyone', 'who: disconnected');
export const long = unbinding.replace('who: everyone', 'who: {longerThan: 8h}');
/** A world, a rule, and what becomes of it. */
export interface Situation extends Fixture {
  readonly rules?: readonly string[];
  readonly groups?: readonly GroupSeed[];
  readonly before?: (live: LiveFunction) => unknown;
  /** `id verdict codes` of every resource. */
  readonly decides: readonly string[];
  /** `id code` of what the guard holds although the planner would act. */
  readonly held?: readonly string[];
  /** Fields of all groups, and of all app instances, that the service answers otherwise. */
  readonly group?: Readonly<Record<string, unknown>>;
  readonly instance?: Readonly<Record<string, unknown>>;
  /** Sessions of the group `g` after `apply`; default: as before. */
  readonly leaves?: readonly string[];
  /** Writes of `apply`; default: none. */
  readonly writes?: readonly string[];
}

export const ended = 'LogOffAllSessionsInAppInstanceGroup';
export const whole = ['g act whole-group, window-open', 'g/ann keep with-group', 'g/ben keep with-group'];
export const oneByOne = ['g keep one-by-one, not-whole', 'g/ann act window-open', 'g/ben act window-open'];
export const bothUnbound = { leaves: [], writes: ['Unbind', 'Unbind'] } as const;

/** Sets a situation up, plans, applies, and plans again, which leaves nothing to do. */
export async function playSituation(situation: Situation): Promise<void> {
  const {
    rules = [everyone],
    groups = [groupSeed()],
    before,
    decides,
    held = [],
    leaves,
    writes = [],
    group,
    instance,
    ...more
  } = situation;
  const handlers = group || instance ? changedRows(group ?? {}, instance ?? {}) : {};
  const live = await logOffLive(rules, groups, { ...more, handlers });
  try {
    await before?.(live);
    const there = sessionsOf(live);
    const already = live.writes().length;
    const calls = live.store.records.size;
    const plan = await live.run('plan');
    expect(live.decided).toEqual([...decides].sort());
    expect([plan.errors, live.writes().length, live.store.records.size]).toEqual([[], already, calls]);
    const guarded = plan.decisions.filter(({ verdict, action }) => verdict === 'hold' && action !== undefined);
    expect(guarded.map(({ resource, because }) => `${resource.id} ${because[0]?.code}`)).toEqual(held);
    const applied = await live.run('apply');
    expect(applied.errors).toEqual([]);
    expect(applied.outcomes.filter(({ outcome }) => outcome !== 'done')).toEqual([]);
    expect(
      live
        .writes()
        .slice(already)
        .map(({ action }) => action),
    ).toEqual(writes);
    expect(sessionsOf(live)).toEqual(leaves ?? there);
    const again = await live.run('plan');
    expect(again.counts.act).toBe(0);
  } finally {
    await live.close();
  }
}
