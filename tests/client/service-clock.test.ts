import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeConnections } from '../../shared/client/agents.ts';
import type { Client } from '../../shared/client/client.ts';
import type { Clock } from '../../shared/client/clock.ts';
import { ServiceClock, serviceClock } from '../../shared/client/service-clock.ts';
import { minuteMs } from '../fixtures/times.ts';
import { RealServer } from './real-server.ts';
import { buyThing, readThing, writeThing } from './rows.ts';
import { failureOf, testClient } from './test-client.ts';
import { VirtualClock } from './virtual-clock.ts';

const host = 'service.example';

/** An exchange at an instant with a server whose Date header is ahead by so much; its own clock is by `truly`. */
function exchange(atMs: number, shownMs: number, { truly = shownMs, signedWith = 0, took = 100, from = host } = {}) {
  const answeredMs = atMs + took;
  const serverMs = Math.floor((atMs + took / 2 + shownMs) / 1000) * 1000;
  return {
    ...{ host: from, sentMs: atMs, answeredMs, serverMs, signedMs: atMs + signedWith },
    refused: Math.abs(truly - signedWith) > 15 * minuteMs,
  };
}

const start = Date.UTC(2026, 10, 24, 4);

describe('an offset between two clocks', () => {
  it.each([
    ['three hours behind', -180 * minuteMs],
    ['five minutes ahead', 5 * minuteMs],
    ['a machine that woke up in 1970', 57 * 365 * 24 * 60 * minuteMs],
  ])('is believed from the second answer that agrees: %s', (_, offsetMs) => {
    const clock = new ServiceClock();
    clock.note(exchange(start, offsetMs));
    expect(clock.offset(start)).toBe(0);
    clock.note(exchange(start + 1000, offsetMs, { signedWith: offsetMs }));
    expect(Math.abs(clock.offset(start + 1100) - offsetMs)).toBeLessThanOrEqual(1000);
  });

  it('is believed where two servers agree, and of each server apart where they do not', () => {
    const clock = new ServiceClock();
    clock.note(exchange(start, 10 * minuteMs, { from: 'a' }));
    clock.note(exchange(start + 1000, 10 * minuteMs, { from: 'b' }));
    expect(Math.round(clock.offsetOf('a', start) / minuteMs)).toBe(10);
    for (const atMs of [start + 2000, start + 3000]) clock.note(exchange(atMs, 0, { from: 'c' }));
    expect(clock.offsetOf('c', start + 4000)).toBe(0);
    expect(Math.round(clock.offset(start + 4000) / minuteMs)).toBe(10);
  });

  it.each([0, 1, -1, 1.9, -1.9])('of %f minutes is none', (minutes) => {
    const clock = new ServiceClock();
    for (const atMs of [start, start + 1000]) clock.note(exchange(atMs, minutes * minuteMs));
    expect(clock.offset(start + 2000)).toBe(0);
  });

  it('ends after ten minutes, and at once where our own clock is set', () => {
    for (const [laterMs, known] of [
      [9 * minuteMs, true],
      [11 * minuteMs, false],
      [-60 * minuteMs, false],
    ] as const) {
      const clock = new ServiceClock();
      for (const atMs of [start, start + 1000]) clock.note(exchange(atMs, 5 * minuteMs));
      expect(clock.offset(start + laterMs) !== 0).toBe(known);
    }
  });

  it('gives way to another on which two newer answers agree', () => {
    const clock = new ServiceClock();
    for (const atMs of [start, start + 1000]) clock.note(exchange(atMs, 5 * minuteMs));
    clock.note(exchange(start + 2000, 0));
    expect(clock.offset(start + 3000)).not.toBe(0);
    clock.note(exchange(start + 3000, 0));
    expect(clock.offset(start + 4000)).toBe(0);
  });

  it('is never believed against what the service does with the signature, whatever the Date headers say', () => {
    void fc.assert(
      fc.property(
        fc.integer({ min: -14 * minuteMs, max: 14 * minuteMs }),
        fc.array(fc.integer({ min: 17 * minuteMs, max: 1e12 }), { minLength: 1, maxLength: 8 }),
        (trulyMs, shown) => {
          // The signature is taken, so the clocks are less than 15 minutes apart; a device in between writes other dates.
          const clock = new ServiceClock();
          for (const [index, shownMs] of shown.entries()) {
            for (const repeat of [0, 1]) clock.note(exchange(start + index * 2000 + repeat * 1000, shownMs, { truly: trulyMs }));
          }
          return clock.offset(start + shown.length * 2000) === 0;
        },
      ),
    );
  });

  it('counts nothing from an answer that took minutes, nor from one without a date', () => {
    const clock = new ServiceClock();
    for (const atMs of [start, start + 1000]) {
      clock.note(exchange(atMs, 5 * minuteMs, { took: 2 * minuteMs }));
      clock.note({ ...exchange(atMs, 5 * minuteMs), serverMs: undefined });
    }
    expect(clock.offset(start + 3 * minuteMs)).toBe(0);
  });

  it('is shared by all who go by one clock, and by nobody else', () => {
    const [one, other]: Clock[] = [new VirtualClock(), new VirtualClock()];
    expect(serviceClock(one as Clock)).toBe(serviceClock(one as Clock));
    expect(serviceClock(one as Clock)).not.toBe(serviceClock(other as Clock));
  });
});

describe('a client', () => {
  const input = { Id: 't-1' };
  let server: RealServer;
  /** What the gateway's clock says, and what the Date header says of it. */
  let gateway: () => number;
  let header: (gatewayMs: number) => string | undefined;
  let clock: VirtualClock;
  let clientOf: () => Client;
  let client: Client;

  beforeEach(async () => {
    server = new RealServer();
    const endpoint = await server.start();
    clock = new VirtualClock();
    gateway = () => clock.now();
    header = (gatewayMs) => new Date(gatewayMs).toUTCString();
    server.answer = (response, seen) => {
      const signedMs = Date.parse(server.arrivals[seen - 1]?.headers['x-acs-date'] as string);
      const refused = Math.abs(signedMs - gateway()) > 15 * minuteMs;
      const date = header(gateway());
      server.json(response, refused ? { Code: 'InvalidTimeStamp.Expired' } : { Value: 'fine' }, refused ? 400 : 200, date ? { date } : {});
    };
    clientOf = () => testClient({ endpoint, clock }).client;
    client = clientOf();
  });
  afterEach(async () => {
    closeConnections();
    await server.stop();
  });

  it.each(['Thu, 01 Jan 1970 00:00:10 GMT', 'Fri, 31 Dec 9999 00:00:00 GMT', 'yesterday'])(
    'is not thrown off by the date %s: what comes next, an order too, has the right date',
    async (date) => {
      header = () => date;
      const right = gateway;
      gateway = () => clock.now() + 60 * minuteMs;
      expect(await failureOf(client.call(readThing, input))).toMatchObject({ code: 'InvalidTimeStamp.Expired', executed: 'no' });
      gateway = right;
      await client.call(readThing, input);
      await client.call(buyThing, input);
      expect(client.clockOffsetMs?.()).toBe(0);
    },
  );

  it('finds its way back when the clock of the service, or its own, is put right', async () => {
    gateway = () => clock.now() - 180 * minuteMs;
    await client.call(writeThing, input);
    expect(Math.round((client.clockOffsetMs?.() ?? 0) / minuteMs)).toBe(-180);
    gateway = () => clock.now();
    await client.call(writeThing, input);
    expect(client.clockOffsetMs?.()).toBe(0);
  });

  it('keeps the date that an answer showed while the service throttles', async () => {
    gateway = () => clock.now() + 60 * minuteMs;
    const answer = server.answer;
    server.answer = (response, seen) =>
      seen === 2 ? server.json(response, { Code: 'Throttling.User' }, 429, { date: header(gateway()) as string }) : answer(response, seen);
    await client.call(readThing, input);
    expect(server.arrivals).toHaveLength(3);
  });

  it('sees five minutes although no signature is refused', async () => {
    gateway = () => clock.now() - 5 * minuteMs;
    await client.call(readThing, input);
    expect(client.clockOffsetMs?.()).toBe(0);
    await client.call(readThing, input);
    expect(Math.round((client.clockOffsetMs?.() ?? 0) / minuteMs)).toBe(-5);
  });

  it('shares what it has seen with the other clients of the machine', async () => {
    gateway = () => clock.now() - 180 * minuteMs;
    await client.call(readThing, input);
    const other = clientOf();
    expect(Math.round((other.clockOffsetMs?.() ?? 0) / minuteMs)).toBe(-180);
    await other.call(buyThing, input);
    expect(server.arrivals).toHaveLength(3);
  });
});
