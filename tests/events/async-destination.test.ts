import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFailedInvocation } from '../../shared/fc/events/async-destination.ts';
import { EventError } from '../../shared/fc/events/event-error.ts';

const sample = (name: string) => readFileSync(new URL(`../../events/samples/async-destination-${name}.json`, import.meta.url), 'utf8');
// biome-ignore lint/suspicious/noExplicitAny: parts of it are taken away and replaced.
const failure = (change: (event: any) => void): string => {
  const event = JSON.parse(sample('failure'));
  change(event);
  return JSON.stringify(event);
};

describe('what a destination is told', () => {
  test('of a failed invocation is which, why and how often', () => {
    expect(parseFailedInvocation(sample('failure'))).toEqual({
      ...{ account: '123456789012****', region: 'cn-shanghai', functionName: 'streamwarden-scale-on-schedule' },
      requestId: 'e026ae92-61e5-472f-b32d-1c9e3c4e****',
      condition: 'UnhandledInvocationError',
      attempts: 1,
      atMs: 1772409605123,
      errorType: 'Error',
    });
  });

  test('of one that succeeded is nothing to tell', () => expect(parseFailedInvocation(sample('success'))).toBeUndefined());

  test.each<[string, Parameters<typeof failure>[0], object]>([
    ['the time as a text', (e) => (e.timestamp = '2026-03-02T00:00:05.123Z'), { atMs: 1772409605123 }],
    ['a time that is none', (e) => (e.timestamp = 'yesterday'), { atMs: undefined }],
    ['no time', (e) => delete e.timestamp, { atMs: undefined }],
    ['a qualifier behind the name', (e) => (e.requestContext.functionArn += '/LATEST'), { functionName: 'streamwarden-scale-on-schedule' }],
    ['the condition in the response only', (e) => (e.requestContext.condition = ''), { condition: 'UnhandledInvocationError' }],
    [
      'no response, where it never began',
      (e) => {
        e.requestContext.condition = 'EventAgeExceeded';
        delete e.responseContext;
        delete e.responsePayload;
      },
      { condition: 'EventAgeExceeded', errorType: undefined },
    ],
    ['a process that ended', (e) => (e.responsePayload = '{"errorMessage":"Process exited"}'), { errorType: undefined }],
    ['an answer that is no JSON', (e) => (e.responsePayload = '<html>'), { errorType: undefined }],
    ['an answer of another shape', (e) => (e.responsePayload = '{"errorType":7}'), { errorType: undefined }],
    ['no answer', (e) => (e.responsePayload = null), { errorType: undefined }],
    ['fields that nobody knows', (e) => (e.requestContext.more = { a: 1 }), { condition: 'UnhandledInvocationError' }],
  ])('may have %s', (_, change, expected) => expect(parseFailedInvocation(failure(change))).toMatchObject(expected));

  test.each<[string, Parameters<typeof failure>[0]]>([
    ['no request', (e) => delete e.requestContext],
    ['no function', (e) => (e.requestContext.functionArn = 'acs:mns:cn-shanghai:1:/topics/t/messages')],
    ['an ARN that only ends like one', (e) => (e.requestContext.functionArn = 'functions/streamwarden-renew-before-expiry')],
    ['no request id', (e) => delete e.requestContext.requestId],
  ])('and has %s is refused, with where', (_, change) => {
    expect(() => parseFailedInvocation(failure(change))).toThrow(/tells of no invocation \(wrong or missing: requestContext/);
  });

  test('whatever it is, nothing but an EventError comes of it, and the call is never quoted', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.json(),
          fc.string(),
          fc.jsonValue().map((value) => failure((e) => (e.requestContext = value))),
        ),
        (text) => {
          try {
            parseFailedInvocation(text);
          } catch (error) {
            expect(error).toBeInstanceOf(EventError);
          }
        },
      ),
    );
    const parsed = parseFailedInvocation(failure((e) => (e.requestPayload = '{"Password":"hunter2-hunter2"}')));
    expect(JSON.stringify(parsed)).not.toContain('hunter2');
  });
});
