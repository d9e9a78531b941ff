import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { sharedAgent } from '../../shared/client/agents.ts';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import { dateMs } from '../../shared/client/failure.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';

const { ok: reached, fail: unreached } = findingsOf('endpoint');
const { ok: right, warn: slow, fail: wrong, unknown } = findingsOf('clock');

/** A server that says nothing for so long counts as unreachable, in milliseconds. */
const limitMs = 10_000;
/** The service refuses signatures that are off by more (signing facts), in milliseconds. */
const refusedMs = 15 * 60_000;
/** Beyond this runs hold what harms, in milliseconds. */
const heldMs = 2 * 60_000;
/** Beyond this somebody should look after the clock, in milliseconds. */
const looseMs = 60_000;

/** Where something answers, by name. */
export interface Endpoint {
  readonly name: string;
  readonly url: string;
}

/** What an unsigned request to a server showed. */
interface Seen {
  /** The time that its answer carries; undefined where it carries none that a working clock shows. */
  readonly serverMs: EpochMs | undefined;
  /** This machine's time in the middle of the exchange. */
  readonly localMs: EpochMs;
}

/** Asks a server anything, and looks at the date of its answer, whatever it answers. @throws Error when none comes */
function look(url: string, clock: Clock): Promise<Seen> {
  const startMs = clock.now();
  const secure = url.startsWith('https:');
  const request = secure ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'HEAD', timeout: limitMs, agent: sharedAgent(secure) }, (response) => {
      response.resume();
      resolve({ serverMs: dateMs(response.headers), localMs: (startMs + clock.now()) / 2 });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${limitMs / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** Whether each endpoint answers, and how far this machine's clock is from the clocks of those that do. */
export async function checkEndpoints(endpoints: readonly Endpoint[], clock: Clock): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const offsets: { name: string; offsetMs: number }[] = [];
  for (const { name, url } of endpoints) {
    const { host } = new URL(url);
    try {
      const { serverMs, localMs } = await look(url, clock);
      findings.push(reached(`${name} answers at ${host}`));
      // The date of an answer has whole seconds, cut off.
      if (serverMs !== undefined) offsets.push({ name, offsetMs: localMs - (serverMs + 500) });
    } catch (error) {
      const todo = 'Check the name resolution, the firewall and HTTPS_PROXY; a function in a VPC needs a way out of it.';
      findings.push(unreached(`${name} does not answer at ${host}: ${messageOf(error)}`, todo));
    }
  }
  findings.push(clockFinding(offsets));
  return findings;
}

/** How far this machine's clock is from the clock of the server that differs most: a run holds what harms as soon as one of them does. */
function clockFinding(offsets: readonly { readonly name: string; readonly offsetMs: number }[]): Finding {
  const [worst, next] = [...offsets].sort((a, b) => Math.abs(b.offsetMs) - Math.abs(a.offsetMs));
  if (worst === undefined) return unknown('no server told its time', 'Look again once an endpoint answers.');
  const { offsetMs } = worst;
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  // Where others tell another time, it may be that server's clock that is wrong.
  const whose = next && Math.abs(next.offsetMs - offsetMs) > looseMs ? `that of ${worst.name}, which others do not share` : "the service's";
  const text = `this machine's clock is ${seconds} s ${offsetMs < 0 ? 'behind' : 'ahead of'} ${whose}`;
  if (Math.abs(offsetMs) > refusedMs) {
    const todo =
      'Set the clock: signatures that are off by more than 15 minutes are refused, and runs hold what cuts, lowers, stops or orders.';
    return wrong(text, todo);
  }
  if (Math.abs(offsetMs) > heldMs) {
    return wrong(text, 'Set the clock by NTP: beyond two minutes runs hold what cuts, lowers, stops or orders, and fail.');
  }
  if (Math.abs(offsetMs) > looseMs) return slow(text, 'Set the clock by NTP: what is decided by the minute comes late or early.');
  return right(seconds === 0 ? "this machine's clock agrees with the service's" : text);
}
