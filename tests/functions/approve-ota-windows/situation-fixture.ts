import { expect } from 'vitest';
import type { Decision } from '../../../shared/planning/decision.ts';
import type { Handler } from '../../../simulator/handler.ts';
import type { GroupSeed } from '../../../simulator/world/seed.ts';
import { type OtaFixture, offeredGroup, otaFixture, otaPolicyText, rings } from './ota-fixture.ts';

/** A Wednesday, within the half hour before the canary's window. */
const noon = '2026-11-25T12:05:00+08:00';

/** Groups that are offered 7.4.0, in the canary ring but for what is said of each. */
export const members = (...groups: readonly Partial<GroupSeed>[]) => groups.map(offeredGroup);

/** A state of an account, and what is decided there. Default: one canary at noon of a workday under the published rings. */
export interface Situation {
  readonly keys?: string;
  readonly sections?: string;
  readonly start?: string;
  readonly groups?: readonly GroupSeed[];
  readonly assumptions?: Readonly<Record<string, string | number | boolean>>;
  readonly handlers?: Readonly<Record<string, Handler>>;
  readonly before?: (fixture: OtaFixture) => unknown;
  /** `id verdict code`, every observed group. */
  readonly decides: readonly string[];
  /** Approvals that the run gives. */
  readonly approvals?: number;
}

/** Sets a situation up, plans, applies and runs once more; asserts decisions, calls and that nothing is approved twice. */
export async function expectSituation(situation: Situation): Promise<void> {
  const { keys = rings, sections, decides, approvals = 0, ...more } = situation;
  const { start = noon, groups = [offeredGroup()], handlers, before, assumptions } = more;
  const world = { start, groups, ...(assumptions ? { assumptions } : {}) };
  const fixture = await otaFixture(world, otaPolicyText(keys, sections), handlers ? { handlers } : {});
  try {
    await before?.(fixture);
    const collect = async (mode: 'plan' | 'apply') => {
      const seen = new Map<string, string>();
      const onDecision = (_group: unknown, { resource, verdict, because }: Decision) =>
        seen.set(resource.id, `${resource.id} ${verdict} ${because[0]?.code}`);
      const report = await fixture.run(mode, { onDecision });
      for (const { resource, verdict, because } of report.decisions) seen.set(resource.id, `${resource.id} ${verdict} ${because[0]?.code}`);
      return { seen: [...seen.values()].sort(), report };
    };
    const sizeBefore = fixture.store.records.size;
    const plan = await collect('plan');
    expect(plan.seen).toEqual([...decides].sort());
    expect([fixture.store.records.size, fixture.simulator.ledger.count('ApproveOtaTask', 'received')]).toEqual([sizeBefore, 0]);
    const apply = await collect('apply');
    expect(apply.seen).toEqual(plan.seen);
    expect(apply.report.errors).toEqual([]);
    expect(fixture.simulator.ledger.count('ApproveOtaTask', 'executed')).toBe(approvals);
    expect(apply.report.outcomes.map(({ outcome }) => outcome)).toEqual(Array(approvals).fill('done'));
    // What was approved is not approved again, whatever else is decided.
    fixture.simulator.advance(1000);
    await fixture.run();
    expect(fixture.simulator.ledger.count('ApproveOtaTask', 'received')).toBe(approvals);
  } finally {
    await fixture.close();
  }
}
