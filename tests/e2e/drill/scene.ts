import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { createLinkHandler } from '../../../functions/approval-links/handle-link.ts';
import { pages } from '../../../functions/approval-links/pages.ts';
import { installationOf, linksBelow, publicKeyOf, tokenField } from '../../../shared/journal/people/approval-link.ts';
import { directoryStore } from '../../../shared/journal/store/directory.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { robotText } from '../../../shared/notify/robot-text.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import type { Order } from '../../../simulator/world/order.ts';
import { streamwarden } from '../../cli/command.ts';
import { worldClock } from '../../fixtures/clocks.ts';
import { request } from '../../functions/approval-links/link-fixture.ts';
import {
  accountId,
  dearer,
  linkSecret,
  orders,
  policyText,
  type RenewalFixture,
  renewalFixture,
} from '../../functions/renew-before-expiry/renewal-fixture.ts';

/** Who acts in the drill: two approvers, and the colleague on call. */
const keys = {
  'li.wei': { accessKeyId: 'key-of-li', accessKeySecret: 'secret-of-li', accountId, user: 'li.wei' },
  'tan.mei': { accessKeyId: 'key-of-tan', accessKeySecret: 'secret-of-tan', accountId, user: 'tan.mei' },
  'bo.chen': { accessKeyId: 'key-of-bo', accessKeySecret: 'secret-of-bo', accountId, user: 'bo.chen' },
} as const;

/** Somebody of the drill. */
type Person = keyof typeof keys;

const address = 'https://approve.example.com/decide';

/** Instant at which the drill begins. */
const start = '2026-11-09T09:00:00+08:00';

/** The rule that asks finance, with links, about whatever costs more than 100 CNY. */
const asking =
  '- {name: groups, groups: all, consoleAutoRenew: disabled, daysBefore: 7, period: 1 Month, autoPay: true, ask: {above: [100 CNY], who: finance, links: true}}';

/** A subscription of the drill. */
export interface Subscription {
  readonly id: string;
  readonly name: string;
  readonly expiresAt: string;
}

/** What the drill renews where a test does not say otherwise. */
export const ledger: Subscription = { id: 'aig-ledger', name: 'ledger', expiresAt: '2026-11-15T00:00:00+08:00' };
/** A subscription that runs out a day later. */
export const atlas: Subscription = { id: 'aig-atlas', name: 'atlas', expiresAt: '2026-11-16T00:00:00+08:00' };

/** What a month of either costs before prices rise. */
export const price = '233.28 CNY';

/** What the drill is set up with. */
export interface DrillSetup {
  /** Default: the ledger. */
  readonly groups?: readonly Subscription[];
  /** Rules of renew-before-expiry. Default: the one that asks finance. */
  readonly rules?: string;
  /** The month's limit. Default: 500 CNY. */
  readonly limit?: string;
}

/** People, their chats, pages and command line, around renew-before-expiry at work on a simulated account. */
export interface Drill {
  readonly fixture: RenewalFixture<Store>;
  /** By how much prices rise, in percent of what they are. */
  readonly rise: { percent: bigint };
  /** A run of the function, and what each chat shows of it, one message after another. */
  run(): Promise<string>;
  /** What somebody reads who gives a command, without the lines that say where it acts. */
  as(person: Person, ...command: string[]): Promise<string>;
  /** The link of the newest question about a resource. */
  link(id: string): string;
  /** What the page behind a link says. */
  open(link: string): Promise<string>;
  /** The same after a button of it is pressed. */
  press(link: string, decision: 'approve' | 'refuse', because?: string): Promise<string>;
  /** Orders of the account. */
  orders(): readonly Order[];
  /** When a subscription runs out as the service has it, by the clock of Shanghai: `2026-11-30 00:00`. */
  expiry(id: string): string;
  advance(ms: number): void;
}

/** Sets the drill up for the test that runs, and closes it when that ends. */
export async function openDrill({ groups = [ledger], rules = asking, limit = '500 CNY' }: DrillSetup = {}): Promise<Drill> {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-drill-'));
  const state = path.join(folder, 'journal');
  mkdirSync(state);
  const policy = path.join(folder, 'policy.yaml');
  const text = policyText(rules, `limits: {spendPerMonth: [${limit}]}`);
  writeFileSync(policy, text);
  const rise = { percent: 100n };
  const fixture = await renewalFixture<Store>(
    { start, groups: groups.map((each) => ({ ...each, region: 'cn-hangzhou', charge: 'PrePaid' as const })) },
    text,
    { store: directoryStore(state), accessKeys: Object.values(keys), gatewayClock: 'wall', handlers: dearer(rise) },
  );
  onTestFinished(async () => {
    await fixture.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { simulator, store, messages } = fixture;
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(fixture.policy));
  const publicKey = publicKeyOf(linkSecret);
  const approvalLink = linksBelow(address, linkSecret, installationOf(store.name));
  const handler = createLinkHandler(pages, {
    clock: worldClock(simulator),
    environment: { FC_FUNC_CODE_PATH: folder, STREAMWARDEN_STORE: store.name, STREAMWARDEN_LINK_PUBLIC_KEY: publicKey },
    write: () => {},
  });
  const group = (id: string) => simulator.world.accounts.get(accountId)?.groups.get(id);
  const expiry = (id: string): string => new Date((group(id)?.expiresMs ?? 0) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
  /** A text as it is; throws where it names an order or an expiry that the service does not have. */
  const truly = (said: string): string => {
    const known = new Set(orders(fixture).map(({ id }) => id));
    for (const [, id = ''] of said.matchAll(/order (\d{15})/gi)) if (!known.has(id)) throw new Error(`no order ${id} exists: ${said}`);
    const expiries = new Set(groups.map(({ id }) => expiry(id)));
    for (const [, at = ''] of said.matchAll(/(?:it expires|^Expires:?|expiry is still|is to expire) +(\d{4}-\d\d-\d\d \d\d:\d\d)/gim)) {
      if (!expiries.has(at)) throw new Error(`nothing expires ${at}: ${said}`);
    }
    return said;
  };
  const page = async (event: object): Promise<string> => {
    const { body } = await handler(new TextEncoder().encode(JSON.stringify(event)), { requestId: 'one' });
    return truly(pageText(body));
  };
  const tokenOf = (link: string): string => new URL(link).searchParams.get(tokenField) ?? '';
  return {
    ...{ fixture, rise },
    async run() {
      // No two runs begin at the same instant.
      simulator.advance(1000);
      const before = messages.length;
      await fixture.run('apply', { approvalLink });
      return truly(
        messages
          .slice(before)
          .map((message) => `${message.channel} | ${chatText(robotText(message))}`)
          .join('\n'),
      );
    },
    async as(person, ...command) {
      const key = `${keys[person].accessKeyId}:${keys[person].accessKeySecret}`;
      const { stdout, stderr } = await streamwarden([...command, '--policy', policy, '--simulator', simulator.url, '--state', state], {
        env: { STREAMWARDEN_SIMULATOR_KEY: key, STREAMWARDEN_LINK_PUBLIC_KEY: publicKey },
      });
      return truly(screenText(`${stdout}${stderr}`, folder));
    },
    link(id) {
      const token = (link: string): { readonly resource?: string } =>
        JSON.parse(Buffer.from(tokenOf(link).split('.')[0] ?? '', 'base64url').toString()) as { readonly resource?: string };
      const links = messages.flatMap(({ text: said }) => [...said.matchAll(/^Decide here: (.*)$/gm)].map((match) => match[1] ?? ''));
      const link = links.filter((each) => JSON.stringify(token(each)).includes(`"${id}"`)).at(-1);
      if (link === undefined) throw new Error(`nobody was sent a link about ${id}`);
      return link;
    },
    open: (link) => page({ ...request('GET'), queryParameters: { [tokenField]: tokenOf(link) } }),
    press: (link, decision, because = '') =>
      page({ ...request('POST'), body: new URLSearchParams({ token: tokenOf(link), decision, because }).toString() }),
    orders: () => orders(fixture),
    expiry,
    advance: (ms) => simulator.advance(ms),
  };
}

/** A message as the chat shows it; of a link only that it is there. */
function chatText(text: string): string {
  return text.replace(/Decide here: \S+/g, 'Decide here: <link>');
}

/** A page as a browser shows it: a line for each heading, paragraph, fact, field and button. */
function pageText(html: string): string {
  const main = /<main>([\s\S]*)<\/main>/.exec(html)?.[1] ?? '';
  return main
    .replace(/\n/g, ' ')
    .replace(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/g, '\n$1: $2\n')
    .replace(/<button[^>]*>(.*?)<\/button>/g, '\n[$1]\n')
    .replace(/<\/(p|h1|label)>/g, '\n')
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .split('\n')
    .map((line) => line.trim().replace(/ +/g, ' '))
    .filter((line) => line !== '')
    .join('\n');
}

/**
 * What a terminal shows: without the lines that say where the command acts, with columns two spaces apart, and of what several functions say of a resource
 * what renew-before-expiry says.
 */
function screenText(text: string, folder: string): string {
  return text
    .replace(/\n\n\S+ \(\S+\)\n {2}log-off-sessions[\s\S]*?(?=\nTimes: )/, '')
    .replace(/\n\nlog-off-sessions ·[\s\S]*$/, '')
    .replaceAll(`${folder}/`, '')
    .split('\n')
    .filter(
      (line) => !/^(World|Policy|Journal|Times|Months and times): ?| tells more\.$/.test(line) && !line.startsWith('Months and times'),
    )
    .map((line) => line.trimEnd().replace(/(\S) {2,}/g, '$1  '))
    .join('\n')
    .trim();
}

/** Asserts that somebody reads exactly these texts, one below the other. What is common to the beginnings of their lines is indentation. */
export function reads(said: string, ...expected: readonly string[]): void {
  const lines = expected.join('\n').replace(/^\n/, '').replace(/\n *$/, '').split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  expect(said.split('\n')).toEqual(lines.map((line) => line.slice(indent)));
}
