import type { CompiledSelector } from '../compiled.ts';

/**
 * Whether `wide` surely matches everything that `narrow` matches. False means 'not surely': no warning is better than a wrong one.
 * A value that is unknown holds at the wide rule already, so the narrow one is never asked then either.
 */
export function covers(wide: CompiledSelector, narrow: CompiledSelector): boolean {
  if (wide.all) return true;
  return (
    oneOf(wide.ids, narrow.ids) &&
    globs(wide.names, narrow.names) &&
    tags(wide.tags, narrow.tags) &&
    (wide.missingTags ?? []).every((key) => narrow.missingTags?.includes(key)) &&
    oneOf(wide.charge, narrow.charge) &&
    oneOf(wide.regions, narrow.regions) &&
    oneOf(wide.statuses, narrow.statuses) &&
    ages(wide.firstSeen, narrow.firstSeen) &&
    oneOf(wide.officeNetworks, narrow.officeNetworks) &&
    oneOf(wide.images, narrow.images) &&
    globs(wide.users, narrow.users)
  );
}

function oneOf(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow?.every((value) => wide.includes(value)) ?? false);
}

function tags(wide: CompiledSelector['tags'], narrow: CompiledSelector['tags']): boolean {
  return Object.entries(wide ?? {}).every(([key, values]) => oneOf(values, narrow?.[key]));
}

function ages(wide: CompiledSelector['firstSeen'], narrow: CompiledSelector['firstSeen']): boolean {
  if (wide === undefined) return true;
  const over = wide.over === undefined || (narrow?.over ?? -1) >= wide.over;
  const under = wide.under === undefined || (narrow?.under ?? Number.POSITIVE_INFINITY) <= wide.under;
  return over && under;
}

function globs(wide: readonly string[] | undefined, narrow: readonly string[] | undefined): boolean {
  return wide === undefined || (narrow?.every((pattern) => wide.some((wider) => globCovers(wider, pattern))) ?? false);
}

/** Only the plain cases: the same pattern, `*`, and `prefix*` over a pattern that begins with the prefix. */
function globCovers(wide: string, narrow: string): boolean {
  if (wide === narrow) return true;
  const prefix = wide.slice(0, -1);
  return wide.endsWith('*') && !/[*?]/.test(prefix) && narrow.startsWith(prefix);
}
