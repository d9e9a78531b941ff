/** Texts and numbers of JSON. A text that does not end goes on to the end, so that nothing is looked at twice. */
const tokens = /"(?:[^"\\]+|\\[\s\S])*\\?(?:"|$)|-?\d[\d.eE+-]*/g;

/** The same JSON with whole numbers beyond 2^53 as text: parsed as numbers they would become others, and an id is an id. */
export function largeNumbersAsText(json: string): string {
  // Most answers have no number that long: those need no second pass.
  if (!/[:,[\s]-?\d{16}/.test(json)) return json;
  return json.replace(tokens, (token) => (/^-?\d{16,}$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"${token}"` : token));
}

/** A number as JSON allows it; anything else has to stay what it is, or an answer that cannot be read would become one that can. */
const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/**
 * The same JSON with every number as text that is not a short whole one. Money comes as JSON numbers in bills: parsed as such, 12345678901234.5678
 * would lose its last digits before anybody could tell.
 */
export function decimalsAsText(json: string): string {
  return json.replace(tokens, (token) => (number.test(token) && !/^-?\d{1,15}$/.test(token) ? `"${token}"` : token));
}
