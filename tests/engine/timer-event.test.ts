import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { EventError } from '../../shared/fc/events/event-error.ts';
import { isStale, parseTimerEvent } from '../../shared/fc/events/timer.ts';

const sample = readFileSync(new URL('../../events/samples/timer.json', import.meta.url), 'utf8');
const event = (more: object) => JSON.stringify({ ...(JSON.parse(sample) as object), ...more });

describe('timer events', () => {
  test('the sample is read; what its payload says beside a target is ignored', () => {
    expect(parseTimerEvent(sample)).toEqual({ triggeredAtMs: Date.UTC(2026, 2, 2), triggerName: 'weekday-scale-up', target: undefined });
  });

  test.each<[string, string | null, string | undefined]>([
    ['a target', '{"target":"cn-office"}', 'cn-office'],
    ['an empty object', '{}', undefined],
    ['an empty text', '', undefined],
    ['nothing', null, undefined],
  ])('a payload with %s', (_name, payload, target) => expect(parseTimerEvent(event({ payload }))?.target).toBe(target));

  test('an offset other than Z is understood', () => {
    expect(parseTimerEvent(event({ triggerTime: '2026-03-02T08:00:00+08:00' }))?.triggeredAtMs).toBe(Date.UTC(2026, 2, 2));
  });

  test.each(['', '  \n'])('an empty event (%j), as sent by hand, is none', (text) => expect(parseTimerEvent(text)).toBeUndefined());

  test.each<[string, string, string]>([
    ['text', 'now', 'not JSON'],
    ['a list', '[]', 'no timer event'],
    ['no time', event({ triggerTime: undefined }), 'triggerTime'],
    ['a time without a zone', event({ triggerTime: '2026-03-02T08:00:00' }), 'triggerTime'],
    ['an impossible time', event({ triggerTime: '2026-13-02T08:00:00Z' }), 'no time'],
    ['no name', event({ triggerName: 7 }), 'triggerName'],
    ['a payload that is no JSON', event({ payload: 'cn-office' }), '{"target": "NAME"}'],
    ['a payload with a target that is no name', event({ payload: '{"target":["a"]}' }), '{"target": "NAME"}'],
  ])('%s is refused with what to do', (_name, text, message) => {
    expect(() => parseTimerEvent(text)).toThrow(EventError);
    expect(() => parseTimerEvent(text)).toThrow(expect.objectContaining({ name: 'EventError', code: 'MalformedEvent' }));
    expect(() => parseTimerEvent(text)).toThrow(message);
  });

  test.each([
    [0, false],
    [60_000, false],
    [60_001, true],
    [-5_000, false],
  ])('%d ms after it fired, with 60 s allowed, it is stale: %s', (age, stale) => {
    const timer = { triggeredAtMs: 1_000_000, triggerName: 't', target: undefined };
    expect(isStale(timer, timer.triggeredAtMs + age, 60_000)).toBe(stale);
  });
});
