import type { EpochMs } from '../../shared/client/clock.ts';

/** What goes back to the caller. */
export type Reply =
  | {
      readonly kind: 'whole';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
    }
  /** The length of all of `body` is announced, and the connection ends after `keepBytes`. */
  | {
      readonly kind: 'cut';
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly keepBytes: number;
    }
  /** The connection ends without a word. */
  | { readonly kind: 'none' };

/** What an operation or a refusal answers, before any fault touches it. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
}

const jsonType = 'application/json;charset=utf-8';

/** The headers of every answer of the gateway; `Date` is by its own clock, so that a caller can correct a wrong one. */
export function gatewayHeaders(requestId: string, gatewayNowMs: EpochMs, contentType = jsonType): Record<string, string> {
  return {
    'content-type': contentType,
    'x-acs-request-id': requestId,
    date: new Date(gatewayNowMs).toUTCString(),
    server: 'Streamwarden simulator',
  };
}

/** The answer as a reply that arrives whole. */
export function wholeReply(answer: Answer, requestId: string, gatewayNowMs: EpochMs): Reply {
  return {
    kind: 'whole',
    status: answer.status,
    headers: { ...gatewayHeaders(requestId, gatewayNowMs), ...answer.headers },
    body: JSON.stringify(answer.body),
  };
}
