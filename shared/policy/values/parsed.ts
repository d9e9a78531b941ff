/** What a parser of one written value gives: the value, or what to write instead. Parsers of this kind never throw. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** A value that could be read. */
export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

/** A value that could not be read; `message` tells the writer what to write instead. */
export function refused(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}
