/** True at the code of each character that RFC 3986 leaves as it is: `A-Z a-z 0-9 - _ . ~`. */
const literal = new Uint8Array(128);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~') literal[character.charCodeAt(0)] = 1;

/** The five characters that `encodeURIComponent` leaves and RFC 3986 does not. */
const spared: Readonly<Record<string, string>> = { '!': '%21', "'": '%27', '(': '%28', ')': '%29', '*': '%2A' };

/**
 * Percent-encodes text as the signature wants it (signing facts, percent encoding): UTF-8, RFC 3986, upper-case hex, a
 * blank as `%20`. Half a surrogate pair becomes U+FFFD, as in every UTF-8 encoder.
 */
export function percentEncode(text: string): string {
  let index = 0;
  const { length } = text;
  // Names, ids and numbers need nothing: one pass over them without an allocation.
  while (index < length) {
    const code = text.charCodeAt(index);
    if (code > 127 || literal[code] === 0) return encodeRest(text);
    index += 1;
  }
  return text;
}

function encodeRest(text: string): string {
  let encoded: string;
  try {
    encoded = encodeURIComponent(text);
  } catch {
    // Only half a surrogate pair makes encodeURIComponent throw; going through bytes replaces it.
    encoded = encodeURIComponent(Buffer.from(text, 'utf8').toString('utf8'));
  }
  let start = 0;
  let result = '';
  for (let index = 0; index < encoded.length; index += 1) {
    const code = encoded.charCodeAt(index);
    if (code === 0x21 || (code >= 0x27 && code <= 0x2a)) {
      result += encoded.slice(start, index) + spared[encoded[index] as string];
      start = index + 1;
    }
  }
  return start === 0 ? encoded : result + encoded.slice(start);
}
