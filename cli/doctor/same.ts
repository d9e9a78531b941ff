/** True for equal JSON values, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return isWithin(a, b) && isWithin(b, a);
}

/** True where everything that `part` says is so in `whole`, which may say more. Lists have to be equal in length and order. */
export function isWithin(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.length === whole.length && part.every((each, index) => isWithin(each, whole[index]));
  }
  if (typeof part !== 'object' || part === null) return Object.is(part, whole);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false;
  return Object.entries(part).every(([key, value]) => value === undefined || isWithin(value, (whole as Record<string, unknown>)[key]));
}
