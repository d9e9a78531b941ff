import type { RamPerson } from '../../policy/approvers.ts';
import { isMoneyJson, type Money, moneyFromJson } from '../../policy/money.ts';

/** What shows that an answer was given by a link: only who has seen the link can make it. All of it may be read by anybody. */
export interface LinkProof {
  /** The question as the link carries it. */
  readonly payload: string;
  /** Public key of the question, 32 bytes in base64url. */
  readonly key: string;
  /** Signature of the installation over `payload` and `key`. */
  readonly issued: string;
  /** Signature by the question's key over the answer and its place in the stream. */
  readonly signature: string;
}

/** What the record of an answer says. */
export interface AnswerBody {
  readonly verdict: 'approve' | 'refuse';
  /** Who answered at the command line; undefined for an answer by link, which nobody can put a name to. */
  readonly by: RamPerson | undefined;
  readonly target: string;
  readonly period: { readonly count: number; readonly unit: string };
  /** The highest price that an approval is good for; of a refusal the price that was refused. */
  readonly highest: Money;
  readonly untilMs: number;
  readonly because: string | undefined;
  /** The last record of each other stream about the same expiry that the writer had read, by what the stream's key begins with. */
  readonly seen: Readonly<Record<string, number>>;
  /**
   * Of an approval: what the streams of all begin with whose answers counted when it was given. Who is removed from the approvers later does not
   * take a refusal along. Empty in records of versions that did not write it.
   */
  readonly electorate: readonly string[];
  /** No link about this expiry approves anything any more. */
  readonly withdrawsLinks: boolean;
  readonly link: LinkProof | undefined;
}

/** Most streams that an approval names: far more than a policy has approvers, and few enough that nobody can slow a run down. */
const mostVoices = 500;

/** Longest reason that is carried on, in characters. */
const longestReason = 200;
/** Control characters, and those that turn the direction of the text around them. */
const unprintable = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const base64url = /^[A-Za-z0-9_-]{1,2000}$/;
/** Names of RAM users have no spaces, slashes, or characters that cannot be seen; an at sign would begin an account. */
const userName = /^[^\s/@\p{C}]{1,128}$/u;

/** A reason that somebody typed, safe to show: one line, printable, at most 200 characters. Undefined where nothing is left. */
export function reasonText(text: string): string | undefined {
  const line = text.replace(unprintable, ' ').replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : [...line].slice(0, longestReason).join('');
}

/** Reads the body of an answer. Gives the name of the first field that is wrong or missing where it is none. */
export function readAnswerBody(body: Readonly<Record<string, unknown>>): AnswerBody | { readonly wrong: string } {
  const { verdict, by, target, period, highest, until, because, seen, electorate = [], withdrawsLinks, link } = body;
  if (verdict !== 'approve' && verdict !== 'refuse') return { wrong: 'verdict' };
  if (by !== undefined && !isPerson(by)) return { wrong: 'by' };
  if (link !== undefined && !isProof(link)) return { wrong: 'link' };
  if ((by === undefined) === (link === undefined)) return { wrong: 'by' };
  if (typeof target !== 'string') return { wrong: 'target' };
  if (!isPeriod(period)) return { wrong: 'period' };
  if (!isMoneyJson(highest)) return { wrong: 'highest' };
  const amount = moneyFromJson(highest);
  if (amount.micros < 0n || highest.micros.length > 30) return { wrong: 'highest' };
  const untilMs = typeof until === 'string' && instant.test(until) ? Date.parse(until) : Number.NaN;
  if (Number.isNaN(untilMs)) return { wrong: 'until' };
  if (because !== undefined && typeof because !== 'string') return { wrong: 'because' };
  if (!isSeen(seen)) return { wrong: 'seen' };
  if (!isElectorate(electorate)) return { wrong: 'electorate' };
  if (withdrawsLinks !== undefined && withdrawsLinks !== true) return { wrong: 'withdrawsLinks' };
  return {
    ...{ verdict, by, target, period, untilMs, seen, electorate, link },
    highest: amount,
    because: because === undefined ? undefined : reasonText(because),
    withdrawsLinks: withdrawsLinks === true,
  };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPerson(value: unknown): value is RamPerson {
  if (!isObject(value)) return false;
  const { account, userId, user } = value;
  return (
    typeof account === 'string' &&
    /^\d{5,20}$/.test(account) &&
    typeof userId === 'string' &&
    typeof user === 'string' &&
    userName.test(user)
  );
}

function isProof(value: unknown): value is LinkProof {
  if (!isObject(value)) return false;
  return ['payload', 'key', 'issued', 'signature'].every((field) => typeof value[field] === 'string' && base64url.test(value[field]));
}

function isPeriod(value: unknown): value is AnswerBody['period'] {
  return isObject(value) && Number.isSafeInteger(value['count']) && typeof value['unit'] === 'string';
}

function isSeen(value: unknown): value is AnswerBody['seen'] {
  return isObject(value) && Object.values(value).every((last) => Number.isSafeInteger(last) && (last as number) >= 0);
}

function isElectorate(value: unknown): value is AnswerBody['electorate'] {
  return Array.isArray(value) && value.length <= mostVoices && value.every((voice) => typeof voice === 'string');
}
