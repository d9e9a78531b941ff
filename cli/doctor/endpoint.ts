import { type Agent, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock, EpochMs } from '../../shared/client/clock.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';

const { ok: reached, fail: unreached } = findingsOf('endpoint');
const { ok: right, warn: slow, fail: wrong, unknown } = findingsOf('clock');

/** A server that says nothing for so long counts as unreachable, in milliseconds. */
const limitMs = 10_000;
/** The service refuses signatures that are off by more (signing facts), in milliseconds. */
const refusedMs = 15 * 60_000;
/** Beyond this somebody should look after the clock, in milliseconds. */
const looseMs = 60_000;

/** Where something answers, by name. */
export interface Endpoint {
  readonly name: string;
  readonly url: string;
}

/** What an unsigned request to a server showed. */
interface Seen {
  /** The time that its answer carries; undefined where it carries none. */
  readonly serverMs: EpochMs | undefined;
  /** This machine's time in the middle of the exchange. */
  readonly localMs: EpochMs;
}

/** Asks a server anything, and looks at the date of its answer, whatever it answers. @throws Error when none comes */
function look(url: string, clock: Clock, agent: Agent | undefined): Promise<Seen> {
  const startMs = clock.now();
  const request = url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'HEAD', timeout: limitMs, ...(agent ? { agent } : {}) }, (response) => {
      response.resume();
      const serverMs = Date.parse(response.headers.date ?? '');
      resolve({ serverMs: Number.isNaN(serverMs) ? undefined : serverMs, localMs: (startMs + clock.now()) / 2 });
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer in ${limitMs / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** Whether each endpoint answers, and how far this machine's clock is from the clocks of those that do. */
export async function checkEndpoints(endpoints: readonly Endpoint[], clock: Clock, agent?: Agent): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  const offsets: number[] = [];
  for (const { name, url } of endpoints) {
    const { host } = new URL(url);
    try {
      const { serverMs, localMs } = await look(url, clock, agent);
      findings.push(reached(`${name} answers at ${host}`));
      // The date of an answer has whole seconds, cut off.
      if (serverMs !== undefined) offsets.push(localMs - (serverMs + 500));
    } catch (error) {
      const todo = 'Check the name resolution, the firewall and HTTPS_PROXY; a function in a VPC needs a way out of it.';
      findings.push(unreached(`${name} does not answer at ${host}: ${messageOf(error)}`, todo));
    }
  }
  findings.push(clockFinding(offsets));
  return findings;
}

function clockFinding(offsets: readonly number[]): Finding {
  const [offsetMs] = [...offsets].sort((a, b) => Math.abs(a) - Math.abs(b));
  if (offsetMs === undefined) return unknown('no server told its time', 'Look again once an endpoint answers.');
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  const text = `this machine's clock is ${seconds} s ${offsetMs < 0 ? 'behind' : 'ahead of'} the service's`;
  if (Math.abs(offsetMs) > refusedMs) return wrong(text, 'Set the clock: signatures that are off by more than 15 minutes are refused.');
  if (Math.abs(offsetMs) > looseMs) return slow(text, 'Set the clock by NTP: what is decided by the minute comes late or early.');
  return right(seconds === 0 ? "this machine's clock agrees with the service's" : text);
}
