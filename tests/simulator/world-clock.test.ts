import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorldClock } from '../../simulator/world/clock.ts';
import { Random } from '../../simulator/world/random.ts';

describe('the world clock', () => {
  it('runs events in order of time, and of scheduling where times are equal', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ atMs: fc.integer({ min: 0, max: 50 }), cancelled: fc.boolean() }), { maxLength: 200 }), (plans) => {
        const clock = new WorldClock(0);
        const ran: number[] = [];
        const handles = plans.map(({ atMs }, index) => clock.schedule(atMs, () => void ran.push(index)));
        plans.forEach(({ cancelled }, index) => {
          if (cancelled) handles[index]?.cancel();
        });
        clock.advanceTo(30);
        clock.advanceTo(50);
        const expected = plans
          .map((plan, index) => ({ ...plan, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.atMs - b.atMs || a.index - b.index)
          .map(({ index }) => index);
        expect(ran).toEqual(expected);
        expect(clock.eventsRun).toBe(expected.length);
      }),
    );
  });

  it('shows each event its own instant and lands on the instant that was asked for', () => {
    const clock = new WorldClock(1000);
    const seen: number[] = [];
    for (const atMs of [1500, 1200, 1999]) clock.schedule(atMs, (nowMs) => seen.push(nowMs, clock.nowMs));
    clock.advanceTo(1700);
    expect(seen).toEqual([1200, 1200, 1500, 1500]);
    expect(clock.nowMs).toBe(1700);
  });

  it('runs events that events plan, as far as they are due', () => {
    const clock = new WorldClock(0);
    const seen: number[] = [];
    const again = (nowMs: number): void => {
      seen.push(nowMs);
      clock.after(10, again);
    };
    clock.schedule(5, again);
    clock.advanceTo(30);
    expect(seen).toEqual([5, 15, 25]);
    expect(clock.eventsWaiting).toBe(1);
  });

  it('runs an event of the past at the present instant', () => {
    const clock = new WorldClock(100);
    const seen: number[] = [];
    clock.schedule(7, (nowMs) => seen.push(nowMs));
    clock.advanceBy(0);
    expect(seen).toEqual([100]);
  });

  it.each([[99], [Number.NaN]])('refuses to go to %s, which is not later than now', (toMs) => {
    expect(() => new WorldClock(100).advanceTo(toMs)).toThrow(RangeError);
  });
});

describe('random streams', () => {
  const draw = (seed: number, ...name: string[]) => {
    const stream = new Random(seed).stream(...name);
    return Array.from({ length: 20 }, () => stream.next());
  };

  it('are equal for equal seeds and names, and differ with either', () => {
    expect(draw(1, 'a', 'b')).toEqual(draw(1, 'a', 'b'));
    expect(draw(1, 'a', 'b')).not.toEqual(draw(2, 'a', 'b'));
    expect(draw(1, 'a', 'b')).not.toEqual(draw(1, 'ab'));
  });

  it('stay within their bounds and reach both ends', () => {
    const stream = new Random(3).stream('bounds');
    const rolled = Array.from({ length: 2000 }, () => stream.integer(1, 6));
    expect(new Set(rolled)).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    const around = Array.from({ length: 2000 }, () => stream.around(100, 10));
    expect(Math.min(...around)).toBeGreaterThanOrEqual(90);
    expect(Math.max(...around)).toBeLessThanOrEqual(110);
    const mean = around.reduce((sum, value) => sum + value, 0) / around.length;
    expect(Math.abs(mean - 100)).toBeLessThan(1);
  });
});
