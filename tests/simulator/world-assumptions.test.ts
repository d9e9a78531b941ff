import { describe, expect, it } from 'vitest';
import { assumptions, resolveAssumptions } from '../../simulator/assumptions.ts';
import { World } from '../../simulator/world/world.ts';

const switches = Object.entries(assumptions);

describe('assumptions', () => {
  it.each(switches)('%s has a reason, a choice, and its default among the values', (_name, { default: value, values, reason }) => {
    expect(reason.length).toBeGreaterThan(20);
    expect(reason).toMatch(/\.$/);
    expect(new Set<unknown>(values).size).toBeGreaterThan(1);
    expect(values as readonly unknown[]).toContain(value);
  });

  it('are at their defaults unless a world overrides them', () => {
    const world = new World({ startMs: 0, assumptions: { scheduleZone: 'UTC' } });
    expect(world.assumptions.scheduleZone).toBe('UTC');
    expect(world.assumptions.fixedLowering).toBe(assumptions.fixedLowering.default);
    expect(Object.keys(world.assumptions)).toEqual(Object.keys(assumptions));
  });

  it('refuse an unknown name and say what is known', () => {
    expect(() => resolveAssumptions({ scheduleZones: 'UTC' })).toThrow(/unknown assumption 'scheduleZones'; known are .*scheduleZone/);
  });

  it('refuse an unknown value and say what is possible', () => {
    expect(() => resolveAssumptions({ scheduleZone: 'Mars' })).toThrow(/'scheduleZone' cannot be "Mars"; use "Asia\/Shanghai" or "UTC"/);
  });
});
