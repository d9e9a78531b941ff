import type { EpochMs } from '../../client/clock.ts';
import { hmacSha256, sha256 } from '../../client/hmac.ts';
import type { Money } from '../../policy/money.ts';

/** The question that a link answers, and all that an answer is bound to. */
export interface LinkSubject {
  readonly target: string;
  readonly account: string;
  readonly resource: string;
  /** Name of the resource, for the page only. */
  readonly name?: string | undefined;
  /** Circle of approvers that is asked. */
  readonly circle: string;
  readonly expiresAtMs: EpochMs;
  /** From this instant on the link is void, and so is what was approved by it. */
  readonly untilMs: EpochMs;
  readonly period: { readonly count: number; readonly unit: string };
  readonly highest: Money;
}

/** Makes the link of a question. The link is a secret: whoever has it may decide. */
export type LinkMaker = (subject: LinkSubject) => string;

/** Length of a key that is not to be guessed, in bytes of UTF-8 (that of the hash behind the signature). */
export const leastKeyBytes = 32;

/** Name of the parameter that carries the token; logs hide the value of a field of this name. */
export const tokenField = 'token';

/** Public name of a key, by which the right one is found while two are in use: eight hex digits that tell nothing of it. */
export function keyIdOf(key: string): string {
  return sha256(`streamwarden-link-key\n${key}`).slice(0, 8);
}

/** Signature of a payload, in lower-case hex. The words before it keep it apart from all else that such a key could sign. */
export function signatureOf(key: string, payload: string): string {
  return hmacSha256(key, `streamwarden-approval-link-1\n${payload}`);
}

/**
 * The links below an address. The same question gives the same link, so that a reminder brings no second one: a token is
 * `PAYLOAD.KEYID.SIGNATURE`, the payload JSON in base64url, the signature HMAC-SHA256 over its characters as they are sent.
 */
export function linksBelow(address: string, key: string): LinkMaker {
  return ({ target, account, resource, name = '', circle, expiresAtMs, untilMs, period, highest }) => {
    const { currency, micros } = highest;
    const about = [target, account, resource, name, circle, expiresAtMs, untilMs, period.count, period.unit, currency, `${micros}`];
    const payload = Buffer.from(JSON.stringify(about)).toString('base64url');
    const url = new URL(address);
    url.searchParams.set(tokenField, `${payload}.${keyIdOf(key)}.${signatureOf(key, payload)}`);
    return url.href;
  };
}
