import { describe, expect, test } from 'vitest';
import { notShownYet, type WrittenValue } from '../../shared/journal/intents/intent-view.ts';
import { minuteMs } from '../fixtures/times.ts';
import { codes, fixture } from './run-fixture.ts';

/** A service whose list shows a dial as it was before the last write: what a run reads while the service lags. */
function lagging() {
  const b = fixture();
  b.service.put('a', 'old');
  b.wishes.set('a', { value: 'new' });
  const { calls } = b.service;
  return {
    ...b,
    /** Whatever was written, the dial shows this. */
    shows: (value: string) => void b.service.put('a', value),
    writes: () => calls.filter((call) => call.startsWith('SetDial')),
  };
}

describe('a change that the service took and does not show yet', () => {
  test('is not sent again for a quarter of an hour, and nobody is told; then it is', async () => {
    const b = lagging();
    await b.run('apply');
    b.shows('old');
    for (let run = 0; run < 2; run++) {
      b.later(7 * minuteMs);
      const report = await b.run('apply');
      expect(codes(report)).toEqual(['a hold not-shown-yet']);
      expect(report.newHolds).toEqual([]);
    }
    b.later(1 * minuteMs);
    expect(codes(await b.run('apply'))).toEqual(['a act wish']);
    expect(b.writes()).toEqual(['SetDial a=new', 'SetDial a=new']);
  });

  test('waits for nothing once another value is wanted', async () => {
    const b = lagging();
    await b.run('apply');
    b.shows('old');
    b.wishes.set('a', { value: 'newer' });
    b.later(1 * minuteMs);
    expect(codes(await b.run('apply'))).toEqual(['a act wish']);
    b.shows('old');
    // And back: the value before was not written last.
    b.wishes.set('a', { value: 'new' });
    b.later(1 * minuteMs);
    expect(codes(await b.run('apply'))).toEqual(['a act wish']);
    expect(b.writes()).toEqual(['SetDial a=new', 'SetDial a=newer', 'SetDial a=new']);
  });

  test('is sent again at once where it is not known that the service took it', async () => {
    const b = lagging();
    b.service.afterSet = () => {
      throw new Error('lost');
    };
    await b.run('apply').catch(() => undefined);
    b.service.afterSet = () => undefined;
    b.shows('old');
    b.later(1 * minuteMs);
    expect(codes(await b.run('apply'))).toEqual(['a act wish']);
  });

  test('written by a clock that is days ahead does not wait for days', async () => {
    const b = lagging();
    b.later(3 * 24 * 60 * minuteMs);
    await b.run('apply');
    b.later(-3 * 24 * 60 * minuteMs);
    b.shows('old');
    expect(codes(await b.run('apply'))).toEqual(['a act wish']);
  });
});

const value = (outcome: WrittenValue['outcome'], atMs: number): WrittenValue => ({ value: `v${atMs}`, atMs, outcome });

test.each<[string, readonly WrittenValue[], number | undefined]>([
  ['nothing was ever written', [], undefined],
  ['the last one was taken', [value('done', 0)], 0],
  ['a later one was refused', [value('done', 0), value('failed', 5)], 0],
  ['of a later one nothing is known', [value('done', 0), value('unknown', 5)], 0],
  ['a later one is under way', [value('done', 0), value(undefined, 5)], 0],
  ['none was taken for certain', [value('unknown', 0)], undefined],
])('what need not show yet where %s', (_what, values, atMs) => {
  expect(notShownYet(values, 10 * minuteMs)?.atMs).toBe(atMs);
  expect(notShownYet(values, 15 * minuteMs)).toBeUndefined();
});
