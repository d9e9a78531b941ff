import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { auditRecords } from '../../shared/fc/events/audit-record.ts';
import { creations } from '../../shared/fc/events/audited-calls.ts';
import { EventError } from '../../shared/fc/events/event-error.ts';
import { parseHttpEvent } from '../../shared/fc/events/http.ts';
import { eventData, eventText } from '../../shared/fc/events/read-event.ts';
import { parseTimerEvent } from '../../shared/fc/events/timer.ts';
import { readSettings, SettingsError } from '../../shared/fc/settings.ts';
import { subscriptionTo, workOf } from '../../shared/fc/work.ts';
import { policyWith, target } from '../engine/dial.ts';
import { bytesOf } from '../fixtures/bytes.ts';

const read = (text: string) => eventData(eventText(bytesOf(text)), 'The event');
const nested = (levels: number, open = '[', close = ']') => `${open.repeat(levels)}1${close.repeat(levels)}`;

/** The error that a text is refused with. */
function refusal(event: Uint8Array): EventError {
  try {
    eventData(eventText(event), 'The event');
  } catch (error) {
    if (error instanceof EventError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('an event is refused', () => {
  test.each<[string, Uint8Array, RegExp]>([
    ['for 10 MB', bytesOf(JSON.stringify({ a: 'x'.repeat(10_000_000) })), /has 10000008 bytes, and more than 1048576/],
    ['for no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), /not UTF-8/],
    ['for half of a character', bytesOf('{"a":"é"}').slice(0, 7), /not UTF-8/],
    ['for no JSON', bytesOf('{"a":'), /not JSON/],
    ['for 33 lists in each other', bytesOf(nested(33)), /deeper than 32 levels/],
    ['for 33 objects in each other', bytesOf(nested(33, '{"a":', '}')), /deeper than 32 levels/],
    ['for lists that would use up the stack', bytesOf(nested(100_000)), /deeper than 32 levels/],
    ['for too many entries', bytesOf(`[${'1,'.repeat(60_000)}1]`), /more than 50000 entries/],
    ['for a member __proto__', bytesOf('{"data":{"__proto__":{"admin":true}}}'), /named __proto__/],
    ['for a member __proto__ in another spelling', bytesOf('{"\\u005f_proto__":1}'), /named __proto__/],
    ['for a member constructor', bytesOf('[{"constructor":{"prototype":{"admin":true}}}]'), /named constructor/],
    ['for a member prototype', bytesOf('{"prototype":1}'), /named prototype/],
    ['for a name twice', bytesOf('{"eventName":"a","eventName":"b"}'), /a name twice/],
    ['for a name twice in another spelling', bytesOf('{"a":1,"\\u0061":2}'), /a name twice/],
  ])('%s', (_name, event, message) => expect(refusal(event).message).toMatch(message));

  test('when it is no bytes', () => expect(() => eventText({ length: 3 } as unknown as Uint8Array)).toThrow(EventError));

  test.each(['hunter2-of-the-payload', '{"Password":"hunter2-of-the-payload"', '{"a":{"__proto__":"hunter2-of-the-payload"}}'])(
    'without repeating what is in it: %s',
    (text) => {
      const error = refusal(bytesOf(text));
      expect(`${error.stack} ${String(error.cause)} ${JSON.stringify(error)}`).not.toContain('hunter2');
    },
  );
});

describe('an event is read', () => {
  test.each<[string, string]>([
    ['with 32 levels', nested(32)],
    ['with a text of many characters', JSON.stringify('x'.repeat(1_000_000))],
    ['with a text of many escapes', JSON.stringify('\n'.repeat(500_000))],
    ['with texts that look like names', '{"a":"\\"b\\": \\"c\\":","d":["e:","f"],"":{"a" :1}}'],
    ['with a byte order mark', '\ufeff{"a":1}'],
  ])('%s', (_name, text) => expect(read(text)).toEqual(JSON.parse(text.replace('\ufeff', ''))));

  test('whatever it is made of, as JSON.parse reads it, in any spelling', () => {
    const spaced = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), spaced, (value, space) => {
        const text = JSON.stringify(value, null, space);
        fc.pre(!/"(__proto__|constructor|prototype)"/.test(text));
        expect(read(text)).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });
});

/** Members that are meant to reach what all objects share, among others. */
const hostile = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.jsonValue(),
    fc.constantFrom('{"a":1,"a":2}', nested(64), '{"__proto__":{"polluted":true}}', 'x'.repeat(5000)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(
      fc.oneof(
        fc.constantFrom('__proto__', 'constructor', 'prototype', 'toString', 'data', 'eventName', 'eventTime', 'recipientAccountId'),
        fc.constantFrom('requestParameters', 'requestParameterJson', 'responseElements', 'AppInstanceGroupId', 'userIdentity', 'payload'),
        fc.constantFrom('triggerTime', 'triggerName', 'requestContext', 'http', 'method', 'headers', 'queryParameters', 'body'),
        fc.string({ maxLength: 5 }),
      ),
      tie('value'),
      { maxKeys: 5 },
    ),
  ),
})).value;

const text = fc.oneof(
  hostile.map((value) => JSON.stringify(value)),
  fc.string(),
  fc.tuple(hostile, fc.nat()).map(([value, at]) => JSON.stringify(value).slice(0, at % 200)),
);

test('whatever arrives, every reader gives data or says EventError or SettingsError, and no object is changed that is not its own', () => {
  const policy = policyWith({ targets: { office: { ...target, name: 'office' } } });
  const place = { functionName: 'scale-on-schedule', nowMs: 0, policy, settings: readSettings({}), environment: {}, log: () => {} };
  const readers: readonly ((event: Uint8Array) => unknown)[] = [
    (event) => parseTimerEvent(eventText(event)),
    (event) => auditRecords(eventData(eventText(event), 'The event')),
    (event) => parseHttpEvent(event),
    (event) => workOf(eventText(event), undefined, place),
    (event) => workOf(eventText(event), subscriptionTo([...creations]), place),
  ];
  const known = JSON.stringify(Object.getOwnPropertyNames(Object.prototype));
  fc.assert(
    fc.property(fc.oneof(text.map(bytesOf), fc.uint8Array({ maxLength: 60 })), (event) => {
      for (const reader of readers) {
        try {
          reader(event);
        } catch (error) {
          if (!(error instanceof EventError) && !(error instanceof SettingsError)) throw error;
        }
      }
      expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(known);
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }),
    { numRuns: 400 },
  );
});
