import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import type { AccessDeniedDetail, Executed } from './errors.ts';
import { dateMs, type Failure, type FailureKind, kindOfCode, provesNotExecuted, retryAfterMs } from './failure.ts';
import { largeNumbersAsText } from './json-numbers.ts';
import type { AnyOperation } from './operation.ts';
import { missingFields, readValue } from './read-output.ts';
import { redact } from './redact.ts';
import type { WireAnswer, WireLoss, WireOutcome } from './transport.ts';

/** What an attempt came to: the parsed answer, or the failure. */
export type Reading =
  | {
      readonly ok: true;
      readonly output: unknown;
      readonly httpStatus: number;
      readonly requestId: string | undefined;
      /** The Date header of the answer: what the service's clock said. */
      readonly serverDateMs: number | undefined;
    }
  | { readonly ok: false; readonly failure: Failure };

/** What reading an answer needs to know besides the answer. */
export interface ReadingContext {
  readonly operation: AnyOperation;
  readonly nowMs: number;
  /** Secrets of the attempt; they are cut out of whatever is quoted. Asked for when something is. */
  readonly secrets: () => readonly (string | undefined)[];
}

type Body = Readonly<Record<string, unknown>>;

/** Reads what came back from one transmission. Never throws: whatever came is a failure with a code at worst. */
export function readOutcome(outcome: WireOutcome, context: ReadingContext): Reading {
  if (outcome.kind === 'loss') return { ok: false, failure: lossFailure(outcome, context) };
  return readAnswer({ ...outcome, body: decoded(outcome) }, context);
}

function readAnswer(outcome: WireAnswer, context: ReadingContext): Reading {
  const body = parseBody(outcome.body, context.operation);
  const good = outcome.status >= 200 && outcome.status < 300;
  if (body === undefined) return { ok: false, failure: unreadable(outcome, context) };
  if (!good) return { ok: false, failure: refusal(outcome, body, textField(body, 'Code'), context) };
  const verdict = failedVerdict(context.operation, body);
  if (verdict !== undefined) return { ok: false, failure: refusal(outcome, body, verdict, context) };
  // Before the body is cleaned: an id that is too large to be exact is none to quote.
  const requestId = requestIdOf(outcome, body);
  const output = readValue(context.operation.output, body);
  if (output !== undefined) return { ok: true, output, httpStatus: outcome.status, requestId, serverDateMs: dateMs(outcome.headers) };
  const text = `the answer lacks ${missingFields(context.operation.output, body).join(' and ')}, or it cannot be read`;
  return {
    ok: false,
    failure: failure(outcome, body, context, { kind: 'misunderstood', code: 'UnexpectedAnswer', text, executed: 'yes' }),
  };
}

/** An answer that is larger than this once it is unpacked is left as it came, in bytes: a few kilobytes can be made to fill any memory. */
const mostUnpacked = 32 * 1024 * 1024;

/** The body without the compression that nobody asked for and some proxies apply all the same; as it came where it cannot be unpacked. */
function decoded({ headers, body }: WireAnswer): Buffer {
  const encoding = String(headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase();
  const unpack = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync, br: brotliDecompressSync }[encoding];
  if (!unpack || body.length === 0) return body;
  try {
    return unpack(body, { maxOutputLength: mostUnpacked });
  } catch {
    return body;
  }
}

function parseBody(bytes: Buffer, { readJson = largeNumbersAsText }: AnyOperation): Body | undefined {
  const text = bytes.toString('utf8').replace(/^\uFEFF/, '');
  try {
    const value: unknown = JSON.parse(readJson(text));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return xmlError(text);
  }
}

/** Gateways answer in XML at times: one `Error` element with plain fields (signing facts, error answers). */
function xmlError(text: string): Body | undefined {
  if (!/^\s*(?:<\?xml[^>]*\?>\s*)?<Error>/.test(text)) return undefined;
  const fields: Record<string, string> = {};
  for (const [, name, value] of text.matchAll(/<(Code|Message|RequestId)>([^<]*)<\/\1>/g)) fields[name as string] = value as string;
  return fields['Code'] === undefined ? undefined : fields;
}

/** A text field in either spelling, `Code` or `code`; numbers count as text. */
function textField(body: Body, name: string): string | undefined {
  const value = body[name] ?? body[name.charAt(0).toLowerCase() + name.slice(1)];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

/** The code of a failure that an HTTP 2xx hides in its body; undefined where the call succeeded. */
function failedVerdict(operation: AnyOperation, body: Body): string | undefined {
  const { codes, codeRequired, flags, word } = operation.verdict;
  if (body[word as string] === true) return undefined;
  const code = textField(body, 'Code') ?? '';
  // Documents show a success as `success`, `200` or not at all, and services of the platform spell it in every case, or as zero.
  if (code !== '' && code !== '0' && !codes.includes(code.toLowerCase())) return code;
  if (flags?.some((flag: string) => body[flag] === false || body[flag] === 'false')) return 'NotSuccessful';
  return code === '' && codeRequired ? 'NoVerdict' : undefined;
}

function refusal(answer: WireAnswer, body: Body, named: string | undefined, context: ReadingContext): Failure {
  const code = named === undefined || named === '' ? codeOfStatus(answer.status) : named;
  const message = textField(body, 'Message');
  const text = message ? redact(message, context.secrets()) : 'the service gave no reason';
  const executed = named !== undefined && provesNotExecuted(code, answer.status) ? 'no' : 'unknown';
  return failure(answer, body, context, { kind: kindOfCode(code, answer.status), code, text, executed });
}

function unreadable(answer: WireAnswer, context: ReadingContext): Failure {
  const code = codeOfStatus(answer.status);
  const kind = code === 'UnreadableAnswer' ? 'unreadable' : kindOfCode(code, answer.status);
  return failure(answer, {}, context, { kind, code, text: excerpt(answer, context), executed: 'unknown' });
}

/** The client's own code for an answer that names none. */
function codeOfStatus(status: number): string {
  const hundreds = Math.trunc(status / 100);
  if (hundreds === 3) return 'Redirected';
  return hundreds === 2 ? 'UnreadableAnswer' : `Http${status}`;
}

function excerpt(answer: WireAnswer, context: ReadingContext): string {
  if (answer.body.length === 0) return 'the body is empty';
  // Whole characters of the first bytes; a secret that the cut would halve is recognized by its field's name.
  const start = answer.body.subarray(0, 1000).toString('utf8');
  return `the body is not an answer of the service and begins: ${redact(start, context.secrets(), 200)}`;
}

const losses: Readonly<Record<WireLoss['reason'], { kind: FailureKind; code: string; text: string }>> = {
  connect: { kind: 'not-connected', code: 'NotConnected', text: 'no connection could be made' },
  timeout: { kind: 'no-answer', code: 'AnswerTimeout', text: 'the answer did not come in time' },
  reset: { kind: 'no-answer', code: 'ConnectionLost', text: 'the connection broke before an answer came' },
  cut: { kind: 'unreadable', code: 'UnreadableAnswer', text: 'the answer broke off' },
  'too-large': { kind: 'misunderstood', code: 'AnswerTooLarge', text: 'the answer is too large to be taken apart' },
  aborted: { kind: 'stopped', code: 'Aborted', text: 'the call was cut off' },
};

function lossFailure(loss: WireLoss, context: ReadingContext): Failure {
  const timedOutBefore = loss.reason === 'timeout' && !loss.sent;
  const known = timedOutBefore
    ? ({ kind: 'not-connected', code: 'ConnectTimeout', text: 'no connection was made in time' } as const)
    : losses[loss.reason];
  const kind = loss.partial && loss.partial.status >= 500 && known.kind === 'unreadable' ? 'server' : known.kind;
  const said = loss.reason !== 'aborted' && loss.cause instanceof Error ? `: ${redact(saidBy(loss.cause), context.secrets())}` : '';
  const begun = loss.partial && loss.partial.body.length > 0 ? `; ${excerpt(loss.partial, context)}` : '';
  const executed = loss.sent ? 'unknown' : 'no';
  return { ...failure(loss.partial, {}, context, { ...known, kind, text: `${known.text}${said}${begun}`, executed }), cause: loss.cause };
}

/** The message of an error; of one that stands for several, such as one per address of a name, what each of them says. */
function saidBy({ message, errors }: Error & { errors?: readonly Error[] }): string {
  return message || (errors ?? []).map(saidBy).join(', ');
}

function failure(
  answer: WireAnswer | undefined,
  body: Body,
  context: ReadingContext,
  found: { kind: FailureKind; code: string; text: string; executed: Executed },
): Failure {
  return {
    ...found,
    // A read has nothing to execute, so whatever becomes of it changed nothing.
    executed: context.operation.access === 'read' ? 'no' : found.executed,
    httpStatus: answer?.status,
    requestId: requestIdOf(answer, body),
    retryAfterMs: answer && retryAfterMs(answer.headers, context.nowMs),
    serverDateMs: answer && dateMs(answer.headers),
    accessDeniedDetail: deniedDetail(body),
    cause: undefined,
  };
}

function requestIdOf(answer: WireAnswer | undefined, body: Body): string | undefined {
  const header = answer?.headers['x-acs-request-id'];
  return textField(body, 'RequestId') ?? (typeof header === 'string' ? header : undefined);
}

function deniedDetail(body: Body): AccessDeniedDetail | undefined {
  const detail = body['AccessDeniedDetail'] ?? body['accessDeniedDetail'];
  if (typeof detail === 'string' && detail !== '') return { text: detail };
  return typeof detail === 'object' && detail !== null ? (detail as AccessDeniedDetail) : undefined;
}
