import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, sign, verify } from 'node:crypto';
import type { EpochMs } from '../../client/clock.ts';
import { sha256 } from '../../client/hmac.ts';
import { samePeriod } from '../../fleet/subscription-period.ts';
import { type Money, moneyToJson } from '../../policy/money.ts';
import { canonicalJson } from '../log/record.ts';
import type { AnswerBody, LinkProof } from './approval-record.ts';
import type { AnswerPlace, LinkProver } from './approvals.ts';

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

/** Makes the link of a question; undefined where names are so long that no link would hold them. The link is a secret: whoever has it may decide. */
export type LinkMaker = (subject: LinkSubject) => string | undefined;

/** By what links and the answers that they gave are checked. Nothing of it is secret. */
export interface LinkKeys {
  /** Public keys of the installation, the present one first. */
  readonly publicKeys: readonly string[];
  /** What tells this installation from others: see `installationOf`. */
  readonly installation: string;
}

/** Name of the parameter that carries the token; logs hide the value of a field of this name. */
export const tokenField = 'token';

/** Least length of the secret, in bytes of UTF-8: as much as its keys have. */
const leastSecretBytes = 32;
/** Fewer different characters than any 32 random bytes have when they are written as hex or base64. */
const leastDifferentCharacters = 10;
/** Longest payload, so that a whole token stays below 1,000 characters. */
const longestPayload = 850;

// What stands before a raw key in the two standard forms (RFC 8410), which is the same for all keys of this kind.
const privateHead = Buffer.from('302e020100300506032b657004220420', 'hex');
const publicHead = Buffer.from('302a300506032b6570032100', 'hex');

/** What is wrong with the secret of links, undefined where it can be used. It is never part of the text. */
export function weaknessOf(secret: string): string | undefined {
  if (Buffer.byteLength(secret) < leastSecretBytes) return `must have ${leastSecretBytes} bytes or more`;
  return new Set(secret).size < leastDifferentCharacters ? 'repeats a few characters and could be guessed' : undefined;
}

/** True for a public key as `publicKeyOf` gives it. */
export function isPublicKey(text: string): boolean {
  return bytesOf(text, 32) !== undefined;
}

/** The public key that belongs to the secret of links: 32 bytes in base64url. Whoever has it can check links and make none. */
export function publicKeyOf(secret: string): string {
  return publicOf(signingKey(secret));
}

/** What binds links to one installation: a name of its store that gives its address away to nobody who has a link. */
export function installationOf(storeName: string): string {
  return sha256(`streamwarden-installation\n${storeName}`).slice(0, 16);
}

/**
 * The links below an address. The same question gives the same link, so that a reminder brings no second one. A token is `PAYLOAD.SEED.SIGNATURE`:
 * the question, the private key by which its answers are signed, and the signature of the installation over the question and the public key
 * of that. The journal gets the public key only, so reading it gives nobody a link.
 */
export function linksBelow(address: string, secret: string, installation: string): LinkMaker {
  const signer = signingKey(secret);
  return (subject) => {
    const payload = payloadOf(subject, installation);
    if (payload === undefined) return undefined;
    const seed = derived(secret, `question\n${payload}`);
    const key = publicOf(privateKey(seed));
    const issued = sign(null, issuedText(payload, key), signer).toString('base64url');
    const url = new URL(address);
    url.searchParams.set(tokenField, `${payload}.${seed.toString('base64url')}.${issued}`);
    return url.href;
  };
}

/** A token that was taken apart. */
export interface OpenedToken extends Omit<LinkProof, 'signature'> {
  readonly subject: LinkSubject;
  readonly installation: string;
  /** Signs an answer, by the key that came with the link. */
  readonly sign: (place: AnswerPlace, body: AnswerBody) => string;
}

const tokenForm = /^([A-Za-z0-9_-]{1,850})\.([A-Za-z0-9_-]{43})\.([A-Za-z0-9_-]{86})$/;

/** Takes a token apart. Nothing of the question is looked at before the signature of the installation holds. */
export function openToken(token: string, publicKeys: readonly string[]): OpenedToken | 'no-token' | 'forged' | 'malformed' {
  const [, payload, seedText, issued] = tokenForm.exec(token) ?? [];
  const seed = seedText === undefined ? undefined : bytesOf(seedText, 32);
  if (payload === undefined || issued === undefined || seed === undefined) return 'no-token';
  const own = privateKey(seed);
  const key = publicOf(own);
  if (!isIssued({ payload, key, issued }, publicKeys)) return 'forged';
  const question = questionIn(payload);
  if (question === undefined) return 'malformed';
  const signed = (place: AnswerPlace, body: AnswerBody): string =>
    sign(null, answerText(place, body, { payload, key, issued }), own).toString('base64url');
  return { ...question, payload, key, issued, sign: signed };
}

/**
 * Proves answers by link. A record counts where the installation has issued its question, the question is about the stream in which the record stands,
 * and the answer and its very place there were signed by the question's key, which only came with the link. Price and end are capped by the
 * question.
 */
export function linkProver({ publicKeys, installation }: LinkKeys): LinkProver {
  return (about, place, body) => {
    const no = (why: string) => ({ ok: false as const, why });
    const { link } = body;
    if (link === undefined) return no('it has no proof of its link');
    if (!isIssued(link, publicKeys))
      return no('its question was not asked by this installation, or with a key that is not in use any more');
    const question = questionIn(link.payload);
    if (question === undefined) return no('its question cannot be read');
    if (question.installation !== installation) return no('its question was asked by another installation');
    const { subject } = question;
    const { circle, account, resource, expiresAtMs } = subject;
    const isAbout = circle === about.circle && account === about.account && resource === about.resource;
    if (!isAbout || Math.floor(expiresAtMs / 1000) !== Math.floor(about.expiresAtMs / 1000))
      return no('its question was about something else');
    if (body.target !== subject.target || !samePeriod(body.period, subject.period)) return no('it answers more than its question');
    if (body.highest.currency !== subject.highest.currency) return no('it is in another currency than its question');
    const signature = bytesOf(link.signature, 64);
    if (signature === undefined || !verify(null, answerText(place, body, link), publicKey(link.key), signature)) {
      return no('nobody who had the link of its question has signed it for this place');
    }
    const highest = body.highest.micros < subject.highest.micros ? body.highest : subject.highest;
    return { ok: true, target: subject.target, period: subject.period, highest, untilMs: Math.min(body.untilMs, subject.untilMs) };
  };
}

function derived(secret: string, what: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'streamwarden-approval-links-2', what, 32));
}

function signingKey(secret: string): KeyObject {
  return privateKey(derived(secret, 'installation'));
}

function privateKey(seed: Buffer): KeyObject {
  return createPrivateKey({ key: Buffer.concat([privateHead, seed]), format: 'der', type: 'pkcs8' });
}

function publicKey(text: string): KeyObject {
  return createPublicKey({ key: Buffer.concat([publicHead, Buffer.from(text, 'base64url')]), format: 'der', type: 'spki' });
}

function publicOf(own: KeyObject): string {
  return createPublicKey(own).export({ format: 'der', type: 'spki' }).subarray(publicHead.length).toString('base64url');
}

/** The bytes behind a text of base64url; undefined where they are another number, or it is not the one spelling of them. */
function bytesOf(text: string, count: number): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.length === count && bytes.toString('base64url') === text ? bytes : undefined;
}

/** What is signed where a question is asked. The words before it keep it apart from all else that such a key could sign. */
function issuedText(payload: string, key: string): Buffer {
  return Buffer.from(`streamwarden-approval-question-2\n${payload}\n${key}`);
}

function isIssued({ payload, key, issued }: Omit<LinkProof, 'signature'>, publicKeys: readonly string[]): boolean {
  const signature = bytesOf(issued, 64);
  if (signature === undefined || !isPublicKey(key)) return false;
  return publicKeys.some((each) => verify(null, issuedText(payload, key), publicKey(each), signature));
}

/** What is signed where an answer is given: all of it, what its writer had seen, and where it stands. */
function answerText({ stream, sequence, prev, atMs }: AnswerPlace, body: AnswerBody, link: Omit<LinkProof, 'signature'>): Buffer {
  const { verdict, target, period, highest, untilMs, because = null, seen, electorate } = body;
  const { payload, key, issued } = link;
  const signed = {
    ...{ stream, sequence, prev, atMs, verdict, target, untilMs, because, seen, payload, key, issued },
    ...{ count: period.count, unit: period.unit, highest: moneyToJson(highest) },
    ...(electorate.length === 0 ? {} : { electorate }),
  };
  return Buffer.from(`streamwarden-approval-answer-2\n${canonicalJson(signed)}`);
}

/** A question as base64url of JSON. The name, which is for the page only, gives way where there is no room for it. */
function payloadOf(subject: LinkSubject, installation: string): string | undefined {
  const { target, account, resource, name = '', circle, expiresAtMs, untilMs, period, highest } = subject;
  for (const letters = [...name]; ; letters.pop()) {
    const about = [installation, target, account, resource, letters.join(''), circle, expiresAtMs, untilMs];
    const order = [period.count, period.unit, highest.currency, `${highest.micros}`];
    const payload = Buffer.from(JSON.stringify([...about, ...order])).toString('base64url');
    if (payload.length <= longestPayload) return payload;
    if (letters.length === 0) return undefined;
  }
}

/** What a payload says; undefined where it is of another form than this version signs. */
function questionIn(payload: string): { readonly subject: LinkSubject; readonly installation: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length !== 12) return undefined;
  const [installation, target, account, resource, name, circle, expiresAtMs, untilMs, count, unit, currency, micros] = value as unknown[];
  const texts = [installation, target, account, resource, name, circle, unit, currency, micros];
  if (!texts.every((text) => typeof text === 'string') || ![expiresAtMs, untilMs, count].every(Number.isSafeInteger)) return undefined;
  if (!/^\d{1,30}$/.test(micros as string)) return undefined;
  const subject = {
    ...{ target: target as string, account: account as string, resource: resource as string, circle: circle as string },
    ...(name === '' ? {} : { name: name as string }),
    ...{ expiresAtMs: expiresAtMs as number, untilMs: untilMs as number },
    period: { count: count as number, unit: unit as string },
    highest: { currency: currency as string, micros: BigInt(micros as string) },
  };
  return { subject, installation: installation as string };
}
