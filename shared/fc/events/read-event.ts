import { EventError } from './event-error.ts';

/** Largest event that is read, in bytes. An asynchronous one has 128 KB at most (Function Compute facts, limits); more comes from no trigger of ours. */
const mostBytes = 1024 * 1024;

/** How deep objects and lists may lie in each other. An audit record has six levels. */
const mostLevels = 32;

/** Members and items in all objects and lists together. */
const mostEntries = 50_000;

/** Names by which a careless copy would reach what all objects share. */
const reserved: readonly string[] = ['__proto__', 'constructor', 'prototype'];

/** The text of an event's bytes. @throws EventError for what is too large, no bytes at all, or not UTF-8 */
export function eventText(event: Uint8Array): string {
  if (event.length > mostBytes) throw new EventError(`The event has ${event.length} bytes, and more than ${mostBytes} are not read.`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(event);
  } catch {
    throw new EventError('The event is not UTF-8 text. See what invokes this function.');
  }
}

/**
 * The data of JSON from outside, be it an event or a text inside of one. Its shape is checked before anybody looks at it: so many levels and
 * entries, no name twice in an object, none of those that mean something to every object.
 * @param what begins the message: `The event`
 * @throws EventError
 */
export function eventData(text: string, what: string): unknown {
  if (text.length > mostBytes) throw new EventError(`${what} is longer than ${mostBytes} characters, which are not read.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not kept as the cause: its message quotes the text.
    throw new EventError(`${what} is not JSON.`);
  }
  const names = checkShape(value, what);
  // JSON.parse keeps the last of two members of one name; who checked the first would be deceived.
  if (names !== namesIn(text)) throw new EventError(`${what} has a name twice in one object, so that it says two things.`);
  return value;
}

/** Checks depth, size and names without recursion; gives the number of names in all objects. */
function checkShape(root: unknown, what: string): number {
  let names = 0;
  let entries = 0;
  let level: readonly unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    const below: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      if (depth === mostLevels) throw new EventError(`${what} is nested deeper than ${mostLevels} levels.`);
      if (!Array.isArray(value)) {
        const own = Object.keys(value);
        names += own.length;
        const bad = own.find((name) => reserved.includes(name));
        if (bad !== undefined) throw new EventError(`${what} has a member named ${bad}, which no event has.`);
      }
      for (const member of Object.values(value)) below.push(member);
      entries += Object.keys(value).length;
      if (entries > mostEntries) throw new EventError(`${what} has more than ${mostEntries} entries.`);
    }
    level = below;
  }
  return names;
}

/** Number of names in a text that is known to be JSON: each text that a colon follows. */
function namesIn(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:?)/g)) if (colon === ':') names += 1;
  return names;
}
