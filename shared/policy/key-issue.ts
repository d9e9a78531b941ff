import type { PolicyPath } from './problem.ts';
import { nearest } from './suggest.ts';
import { type SchemaWords, sampleOf } from './type-mismatch.ts';

/** One explained issue: an absolute path, a text that says what to do, and the word that was probably meant. */
export interface Explained {
  readonly path: PolicyPath;
  readonly at: 'key' | 'value';
  readonly text: string;
  readonly suggestion?: string | undefined;
  /** The key of the map at `path` that is missing, or that was written so wrongly that it counts as missing. */
  readonly missing?: string;
  readonly meant?: string | undefined;
}

/** Keys that had another name, with the one that they have now. */
const renamedKeys: ReadonlyMap<string, string> = new Map([
  ['fleetSharePerRun', 'shareOfRulePerRun'],
  ['fleetSharePer24h', 'shareOfRulePer24h'],
  ['decisionsChangedByPush', 'changedByPush'],
]);

/** Says that a key is not allowed in the map at `path`, with the nearest one that is. */
export function unknownKey(key: string, path: PolicyPath, allowed: readonly string[]): Explained {
  const place: Pick<Explained, 'path' | 'at'> = { path: [...path, key], at: 'key' };
  if (key === '<<') {
    return { ...place, text: 'YAML merge keys are not taken; repeat the keys, or put an alias *NAME where the whole value is the same' };
  }
  const glued = /^([A-Za-z0-9-]+):(?!\/\/)\S/.exec(key)?.[1];
  if (glued !== undefined && allowed.includes(glued)) {
    return {
      ...place,
      path: [...path, key],
      text: `a space is missing after the colon; write "${glued}: " and then the value`,
      meant: glued,
    };
  }
  const renamed = renamedKeys.get(key);
  if (renamed !== undefined && allowed.includes(renamed)) {
    return { ...place, text: `"${key}" was renamed; write ${renamed}`, suggestion: renamed, meant: renamed };
  }
  const suggestion = nearest(key, allowed);
  const shown = key.length > 40 ? 'this' : `"${key}"`;
  const text = `${shown} is not a key here; ${suggestion ? 'correct it or remove it' : `write one of ${allowed.join(', ')}`}`;
  return { ...place, text, suggestion, meant: suggestion };
}

/** Says that the last key of `path` is missing, with a sample of its value. */
export function missingKey(path: PolicyPath, words: SchemaWords = {}): Explained {
  const key = String(path.at(-1));
  return { path: path.slice(0, -1), at: 'key', text: `the key ${key} is missing; add "${key}: " with ${sampleOf(words)}`, missing: key };
}

/** Leaves out each missing key that a mistyped key beside it means: correcting that one is enough. */
export function withoutEchoes(explained: readonly Explained[]): Explained[] {
  const placeOf = (path: PolicyPath) => JSON.stringify(path);
  const meant = new Set(explained.flatMap(({ path, meant: key }) => (key === undefined ? [] : [placeOf([...path.slice(0, -1), key])])));
  return explained.filter(({ path, missing }) => missing === undefined || !meant.has(placeOf([...path, missing])));
}
