import { printable } from './printable.ts';

/** Key of the method by which util.inspect and console.log ask an object for its text. */
export const inspectSymbol: unique symbol = Symbol.for('nodejs.util.inspect.custom');

/** An access key id of which only the ends are left: enough to tell keys apart, too little to use. */
export function maskId(accessKeyId: string): string {
  return accessKeyId.length < 12 ? `${accessKeyId.slice(0, 3)}…` : `${accessKeyId.slice(0, 6)}…${accessKeyId.slice(-2)}`;
}

/** White space, also where `printable` has already shown it as �: a reason is made printable before the message that quotes it is made. */
const gap = '[\\s�]*';

/** The name of a field with a secret in it, in JSON, form or header style, up to the value. */
const secretName = `(?:secret|token|password|passwd|ticket|auth_?code|signature|encodeddiagnosticmessage)\\\\?["']?${gap}[:=]${gap}\\\\?["']?`;

/**
 * The value ends at a quote, a separator, the end of a cut-off text, or where the next such field begins: with that name taken for a part of the
 * value, what stands behind the name would be shown.
 */
const secretField = new RegExp(`(${secretName})(?:(?!${secretName})[^"'\\\\&<>,;}\\s])+`, 'gi');

/** The service quotes the canonical request, and with it the security token, when a signature does not match. */
const quotedRequest = new RegExp(
  `((?:server${gap})?string${gap}to${gap}sign|canonical${gap}request|authorization${gap}[:=])[\\s\\S]*$`,
  'i',
);

/** No text is looked at further than this many times the characters that are wanted: what comes from outside can be megabytes. */
const looksAhead = 20;

/** Text from outside made fit for errors and logs: without secrets, on one line, printable, at most `limit` characters. Default: 300. */
export function redact(text: string, secrets: readonly (string | undefined)[] = [], limit = 300): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret !== undefined && secret.length >= 4) clean = clean.replaceAll(secret, '[hidden]');
  }
  // After the secrets, so that none is halved. What a halved field would hide is recognized by the field's name.
  clean = clean.slice(0, limit * looksAhead);
  clean = clean.replace(quotedRequest, '$1 [hidden]').replace(secretField, '$1[hidden]').replace(/\s+/g, ' ').trim();
  clean = printable(clean);
  return clean.length > limit ? `${clean.slice(0, limit)}…` : clean;
}
