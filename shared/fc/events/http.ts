import { objectOf, textOf } from '../../fleet/answer-fields.ts';
import { EventError } from './event-error.ts';
import { eventData, eventText } from './read-event.ts';

/** Largest body that is read, in bytes: a form has a few hundred. */
const mostBodyBytes = 16 * 1024;

/** A request as an HTTP trigger hands it over (Function Compute facts, HTTP trigger). */
export interface HttpRequest {
  /** In capitals. */
  readonly method: string;
  /** By name; values that were given more than once are joined by commas. */
  readonly query: ReadonlyMap<string, string>;
  /** By name in lower case, however it was sent. */
  readonly headers: ReadonlyMap<string, string>;
  /** Decoded. */
  readonly body: string;
  /** Host that was called, by the trigger. */
  readonly host: string | undefined;
  /** Where the request came from, by the trigger. */
  readonly sourceIp: string | undefined;
}

/** What an HTTP trigger sends back (Function Compute facts, HTTP trigger). */
export interface HttpResponse {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly isBase64Encoded: false;
  readonly body: string;
}

/** Reads the event of an HTTP trigger. @throws EventError for anything else, and for a body over 16 KB */
export function parseHttpEvent(event: Uint8Array): HttpRequest {
  const request = objectOf(eventData(eventText(event), 'The event'));
  const context = objectOf(request?.requestContext);
  const http = objectOf(context?.http);
  const method = textOf(http?.method);
  if (request === undefined || method === undefined) {
    throw new EventError('This is no request of an HTTP trigger. Give this function an HTTP trigger, and no other.');
  }
  return {
    method: method.toUpperCase(),
    query: textsOf(request.queryParameters),
    headers: new Map([...textsOf(request.headers)].map(([name, value]) => [name.toLowerCase(), value])),
    body: bodyOf(textOf(request.body) ?? '', request.isBase64Encoded === true),
    host: textOf(context?.domainName),
    sourceIp: textOf(http?.sourceIp),
  };
}

function bodyOf(text: string, isBase64: boolean): string {
  if (isBase64 && !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new EventError('The body of the request is not base64.');
  const bytes = Buffer.from(text, isBase64 ? 'base64' : 'utf8');
  if (bytes.length > mostBodyBytes) {
    throw new EventError(`The body of the request has ${bytes.length} bytes, and more than ${mostBodyBytes} are not read.`);
  }
  return eventText(bytes);
}

function textsOf(value: unknown): ReadonlyMap<string, string> {
  return new Map(Object.entries(objectOf(value) ?? {}).flatMap(([name, text]) => (typeof text === 'string' ? [[name, text]] : [])));
}
