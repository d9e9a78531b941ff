import type { IncomingMessage } from 'node:http';

/** Name and value of one decoded parameter, in the order of the wire. */
export type Pair = readonly [name: string, value: string];

/** A request as it arrived, before anything was believed. */
export interface WireRequest {
  /** In upper case. */
  readonly method: string;
  /** The path as sent, without the query. */
  readonly path: string;
  /** The query as sent, without the question mark. */
  readonly rawQuery: string;
  /** Every value of every header, by lower-case name. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: Buffer;
}

/** Largest request body that is read, in bytes. */
const largestBodyBytes = 8 * 1024 * 1024;

/** Raised when a request's body is larger than `largestBodyBytes`. */
export class BodyTooLarge extends Error {
  readonly code = 'RequestBodyTooLarge';
  constructor() {
    super(`The request body is larger than ${largestBodyBytes} bytes; send less in one request.`);
    this.name = 'BodyTooLarge';
  }
}

/** The first value of a header, trimmed, or undefined. `name` is in lower case. */
export function headerOf(request: WireRequest, name: string): string | undefined {
  return request.headers.get(name)?.[0]?.trim();
}

/**
 * Reads a request to its end.
 * @throws BodyTooLarge when the body exceeds `largestBodyBytes`
 * @throws Error of the stream when the caller goes away in the middle
 */
export async function readRequest(incoming: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBodyBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: (incoming.method ?? 'GET').toUpperCase(),
    path: mark < 0 ? target : target.slice(0, mark),
    rawQuery: mark < 0 ? '' : target.slice(mark + 1),
    headers: collectHeaders(incoming.rawHeaders),
    body: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks),
  };
}

/** Groups Node's flat list of raw headers by lower-case name. */
function collectHeaders(rawHeaders: readonly string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase();
    const values = headers.get(name);
    const value = rawHeaders[index + 1] as string;
    if (values) values.push(value);
    else headers.set(name, [value]);
  }
  return headers;
}

/**
 * Decodes `a=1&b=2`. A plus sign is a blank, as in HTML forms; whether the real gateway reads it so is not verified
 * (signing facts), and no known client sends one unescaped.
 * @throws URIError on a broken percent escape
 */
export function decodePairs(text: string): Pair[] {
  if (text === '') return [];
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals < 0 ? ([decode(part), ''] as const) : ([decode(part.slice(0, equals)), decode(part.slice(equals + 1))] as const);
    });
}

/** The first value of a parameter in the query, else in the form. */
export function parameterOf(
  { query, form }: { readonly query: readonly Pair[]; readonly form: readonly Pair[] },
  wanted: string,
): string | undefined {
  return (query.find(([name]) => name === wanted) ?? form.find(([name]) => name === wanted))?.[1];
}

/** True where the body holds form parameters, which is what RPC operations send. */
export function hasForm(request: WireRequest): boolean {
  return request.body.length > 0 && (headerOf(request, 'content-type') ?? '').toLowerCase().startsWith('application/x-www-form-urlencoded');
}

function decode(text: string): string {
  return decodeURIComponent(text.includes('+') ? text.replaceAll('+', ' ') : text);
}
