import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLinkHandler } from '../../../functions/approval-links/handle-link.ts';
import { pages } from '../../../functions/approval-links/pages.ts';
import { installationOf, type LinkSubject, linksBelow, publicKeyOf, tokenField } from '../../../shared/journal/people/approval-link.ts';
import { directoryStore } from '../../../shared/journal/store/directory.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { clockOf } from '../../fixtures/clocks.ts';
import { shanghai } from '../../fixtures/shanghai.ts';
import { accountId, compiledPolicy, policyText } from '../renew-before-expiry/renewal-fixture.ts';

export const linkKey = 'a-key-of-the-tests-that-is-long-enough-1';
export const otherKey = 'a-key-of-the-tests-that-is-long-enough-2';
export const address = 'https://approve.example.com/decide';
export const startMs = shanghai('2026-11-24 12:00');
export const expiresAtMs = shanghai('2026-12-01 00:00');

/** A rule that asks finance about everything, by link too. */
const askingRule =
  '- {name: r, groups: all, consoleAutoRenew: disabled, period: 1 Month, autoPay: true, ask: {who: finance, above: 1 CNY, links: true}}';

export const subject: LinkSubject = {
  ...{ target: 'home', account: accountId, resource: 'aig-1', name: 'ledger', circle: 'finance' },
  ...{ expiresAtMs, untilMs: expiresAtMs, period: { count: 1, unit: 'Month' } },
  highest: { currency: 'CNY', micros: 234_000_000n },
};

/** The token of a link. */
export function tokenOf(link: string): string {
  return new URL(link).searchParams.get(tokenField) ?? '';
}

/** Where the journal of the fixtures lies: links are bound to it, so it is one folder for all of them, emptied by `close`. */
const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-links-'));
const journal = path.join(folder, 'journal');
export const installation = installationOf(`dir:${journal}`);

/** A token for a question that differs in some fields. */
export function token(more: Partial<LinkSubject> = {}, key = linkKey, place = installation): string {
  return tokenOf(linksBelow(address, key, place)({ ...subject, ...more }) ?? '');
}

export interface LinkFixture {
  readonly store: Store;
  readonly lines: Record<string, unknown>[];
  nowMs: number;
  get(query: Readonly<Record<string, string>>, more?: object): ReturnType<ReturnType<typeof createLinkHandler>>;
  post(fields: Readonly<Record<string, string>> | string, more?: object): ReturnType<ReturnType<typeof createLinkHandler>>;
  readonly handler: ReturnType<typeof createLinkHandler>;
  raw(event: unknown): ReturnType<ReturnType<typeof createLinkHandler>>;
  close(): void;
}

/** The function approval-links over a journal in a folder. */
export function linkFixture({
  rules = askingRule,
  environment = {},
}: {
  readonly rules?: string;
  readonly environment?: object;
} = {}): LinkFixture {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(compiledPolicy(policyText(rules), startMs)));
  const lines: Record<string, unknown>[] = [];
  const fixture = { nowMs: startMs };
  const handler = createLinkHandler(pages, {
    clock: clockOf(() => fixture.nowMs),
    environment: {
      FC_FUNC_CODE_PATH: folder,
      STREAMWARDEN_STORE: `dir:${journal}`,
      STREAMWARDEN_LINK_PUBLIC_KEY: publicKeyOf(linkKey),
      ...environment,
    },
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
  });
  const raw = (event: unknown) =>
    handler(event instanceof Uint8Array ? event : new TextEncoder().encode(JSON.stringify(event)), { requestId: 'one' });
  return Object.assign(fixture, {
    store: directoryStore(journal),
    ...{ lines, handler, raw },
    get: (queryParameters: object, more: object = {}) => raw({ ...request('GET'), queryParameters, ...more }),
    post: (fields: Readonly<Record<string, string>> | string, more: object = {}) =>
      raw({ ...request('POST'), body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(), ...more }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  });
}

/** What an HTTP trigger hands over. */
export function request(method: string): object {
  return {
    version: 'v1',
    rawPath: '/decide',
    body: '',
    isBase64Encoded: false,
    headers: { Host: 'approve.example.com', 'Content-Type': 'application/x-www-form-urlencoded' },
    queryParameters: {},
    requestContext: { domainName: 'approve.example.com', http: { method, path: '/decide', sourceIp: '203.0.113.10' } },
  };
}
