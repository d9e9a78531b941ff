import { describe, expect, test } from 'vitest';
import type { CompiledLogOffRule } from '../../../functions/log-off-sessions/compiled-rule.ts';
import { decideDrain } from '../../../functions/log-off-sessions/drain-plan.ts';
import { sessionDisposition } from '../../../functions/log-off-sessions/session-plan.ts';
import { drainMarker, drainTag } from '../../../shared/fleet/session.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { hourMs } from '../../fixtures/times.ts';
import { contextOf, groupOf, policyOf, sessionOf } from './plan-fixture.ts';

const text = '{name: long, groups: all, at: "22:00", days: everyday, who: {longerThan: 8h}, resetAfterUnbind: disabled}';
const policy = policyOf([text]);
const [rule] = policy.rules['log-off-sessions'] as readonly CompiledLogOffRule[];

describe('a session ends by longerThan: 8h', () => {
  test.each([
    ['after exactly so long', 8 * hourMs, true],
    ['a millisecond later', 8 * hourMs + 1, true],
    ['and not a millisecond before', 8 * hourMs - 1, false],
  ])('%s', (_when, usedMs, ends) => {
    expect(sessionDisposition(sessionOf({ usedMs }), rule as CompiledLogOffRule) === 'end').toBe(ends);
  });
});

describe('the marker of a drain is ours', () => {
  const now = shanghai('2026-11-24 20:00');
  const group = (aheadMs: number) => groupOf({ tags: { [drainTag]: 'true', [drainMarker]: new Date(now + aheadMs).toISOString() } });
  const code = (aheadMs: number) => decideDrain(group(aheadMs), rule, undefined, contextOf(policy, now))?.because[0]?.code;

  test.each([
    ['up to 24 hours ahead', 24 * hourMs, 'drained'],
    ['and no millisecond further', 24 * hourMs + 1, 'drain-edited'],
    ['nor 25 hours', 25 * hourMs, 'drain-edited'],
    ['nor 47 hours', 47 * hourMs, 'drain-edited'],
    ['until its very time', 1, 'drained'],
    ['and not from then on', 0, 'drain-over'],
  ])('%s', (_when, aheadMs, expected) => expect(code(aheadMs)).toBe(expected));
});
