import type { EpochMs } from '../client/clock.ts';
import type { CompiledSelector, ZoneTable } from './compiled.ts';
import { compileGlob, type TextTest } from './glob.ts';
import { localMsOf, parseLocalDate } from './values/local-date-time.ts';
import { parseTimestamp } from './values/timestamp.ts';
import { instantOf } from './zones.ts';

/** What a selector can look at. Undefined or absent always means unknown, never empty. */
export interface Selectable {
  readonly id: string;
  readonly name?: string | undefined;
  /** The name as it is compared, where people are shown another. Default: `name`. */
  readonly rawName?: string | undefined;
  readonly region?: string | undefined;
  readonly status?: string | undefined;
  readonly charge?: string | undefined;
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly createdAtMs?: EpochMs | undefined;
  readonly officeSiteId?: string | undefined;
  readonly imageId?: string | undefined;
  readonly users?: readonly string[] | undefined;
}

/** `unknown` names the value that is missing: then the caller holds and never goes on to the next rule. */
export type Match = 'yes' | 'no' | { readonly unknown: string };

/** Says whether a resource is selected at an instant. */
export type Matcher = (resource: Selectable, nowMs: EpochMs) => Match;

/** The tag that says when somebody first saw a resource; a date or RFC 3339. */
const firstSeenTag = 'first-seen';

/** One key of a selector: true, false, or undefined where the value is unknown. */
interface Condition {
  /** What to say of a resource of which `test` says nothing. */
  unknown(resource: Selectable): { readonly unknown: string };
  test(resource: Selectable, nowMs: EpochMs): boolean | undefined;
}

/**
 * Prepares a selector for many resources. Keys are ANDed, the list of a key ORed. A definite 'no' of one key wins over a value
 * that another key lacks. `names` are case-sensitive globs, `users` globs without case, charge and status compare without case,
 * all else exactly. A selector without any key matches nothing: only `all` means everything.
 * `zone` is where a bare date in the tag `first-seen` is local; default UTC. `keys`: whether a tag of nearly the same key makes it unknown whether the
 * tag that is asked for is there (`near`, the default), or only its own key counts.
 */
export function matcher(selector: CompiledSelector, zone: ZoneTable = { transitions: [] }, keys: 'near' | 'exact' = 'near'): Matcher {
  const conditions = conditionsOf(selector, zone, keys);
  if (conditions.length === 0) {
    const answer = selector.all ? 'yes' : 'no';
    return () => answer;
  }
  return (resource, nowMs) => {
    let unknown: Match | undefined;
    for (let i = 0; i < conditions.length; i++) {
      const condition = conditions[i] as Condition;
      const met = condition.test(resource, nowMs);
      if (met === false) return 'no';
      if (met === undefined) unknown ??= condition.unknown(resource);
    }
    return unknown ?? 'yes';
  };
}

/** The conditions of a selector, those first that are cheap and usually decide. */
function conditionsOf(selector: CompiledSelector, zone: ZoneTable, keys: 'near' | 'exact'): Condition[] {
  const conditions: Condition[] = [];
  const add = (name: string, test: Condition['test']) => {
    const unknown = { unknown: name };
    conditions.push({ unknown: () => unknown, test });
  };
  const { ids, charge, regions, statuses, images, officeNetworks, tags, missingTags, names, users, firstSeen } = selector;
  if (ids)
    add(
      'id',
      oneOf(ids, (r) => r.id),
    );
  if (charge)
    add(
      'charge',
      oneSpelledOf(charge, (r) => r.charge),
    );
  if (regions)
    add(
      'region',
      oneOf(regions, (r) => r.region),
    );
  if (statuses)
    add(
      'status',
      oneSpelledOf(statuses, (r) => r.status),
    );
  if (officeNetworks)
    add(
      'office network',
      oneOf(officeNetworks, (r) => r.officeSiteId),
    );
  if (images)
    add(
      'image',
      oneOf(images, (r) => r.imageId),
    );
  const addTag = (key: string, test: Condition['test']) => {
    const unknown = ({ tags: of }: Selectable) => ({
      unknown: of === undefined ? 'tags' : `whether the tag ${nearKey(key)(of)} was meant to be ${key}`,
    });
    conditions.push({ unknown, test });
  };
  const near = (key: string) => (keys === 'exact' ? () => undefined : nearKey(key));
  for (const [key, values] of Object.entries(tags ?? {})) addTag(key, tagIs(key, values, near(key)));
  for (const key of missingTags ?? []) addTag(key, tagIsMissing(key, near(key)));
  if (names) {
    const globs = anyOf(names.map((name) => compileGlob(name)));
    add('name', (r) => {
      const name = r.rawName ?? r.name;
      return name === undefined ? undefined : globs(name);
    });
  }
  if (users) {
    const globs = anyOf(users.map((user) => compileGlob(user, true)));
    add('users', (r) => r.users?.some(globs));
  }
  if (firstSeen) add('first seen', ageIn(firstSeen, zone));
  return conditions;
}

function oneOf(values: readonly string[], value: (resource: Selectable) => string | undefined): Condition['test'] {
  const only = values.length === 1 ? values[0] : undefined;
  const set = new Set(values);
  return (resource) => {
    const actual = value(resource);
    if (actual === undefined) return undefined;
    return only === undefined ? set.has(actual) : actual === only;
  };
}

/** As `oneOf`, without case. The few spellings that a service uses are compared once each. */
function oneSpelledOf(values: readonly string[], value: (resource: Selectable) => string | undefined): Condition['test'] {
  const folded = new Set(values.map((text) => text.toLowerCase()));
  const seen = new Map<string, boolean>();
  return (resource) => {
    const actual = value(resource);
    if (actual === undefined) return undefined;
    const known = seen.get(actual);
    if (known !== undefined) return known;
    const met = folded.has(actual.toLowerCase());
    if (seen.size < 100) seen.set(actual, met);
    return met;
  };
}

/** A tag that is absent while one of nearly the same key is there is unknown: somebody may have meant it. */
function tagIs(key: string, values: readonly string[], near: ReturnType<typeof nearKey>): Condition['test'] {
  const only = values.length === 1 ? values[0] : undefined;
  const set = new Set<unknown>(values);
  // What an object inherits is no text, so it equals no value: asking for own keys, which costs more, is not needed.
  return ({ tags }) => {
    if (tags === undefined) return undefined;
    const actual: unknown = tags[key];
    if (only === undefined ? set.has(actual) : actual === only) return true;
    return typeof actual !== 'string' && near(tags) !== undefined ? undefined : false;
  };
}

function tagIsMissing(key: string, near: ReturnType<typeof nearKey>): Condition['test'] {
  return ({ tags }) => {
    if (tags === undefined) return undefined;
    if (Object.hasOwn(tags, key)) return false;
    return near(tags) === undefined ? true : undefined;
  };
}

/** The keys of the tags that were looked at last, by how they are compared loosely: rules ask about one resource after the other. */
let looseOf: object | undefined;
let loose: ReadonlyMap<string, string> = new Map();

/** Finds the key of a tag that differs from `key` only in case, spaces and `-`, `_`, `.`; undefined where the tags have none. */
export function nearKey(key: string): (tags: Readonly<Record<string, string>>) => string | undefined {
  const wanted = looseKey(key);
  return (tags) => {
    if (looseOf !== tags) {
      loose = new Map(Object.keys(tags).map((each) => [looseKey(each), each]));
      looseOf = tags;
    }
    const found = loose.get(wanted);
    return found === key ? undefined : found;
  };
}

/** A tag key without what people spell in different ways. */
export function looseKey(key: string): string {
  return key.toLowerCase().replace(/[\s._-]+/g, '');
}

function anyOf(tests: readonly TextTest[]): TextTest {
  return tests.length === 1 ? (tests[0] as TextTest) : (text) => tests.some((test) => test(text));
}

/** `over` is surely more, `under` surely less: a tag that is a bare date does not say when on that day. */
function ageIn(bound: { readonly over?: number; readonly under?: number }, zone: ZoneTable): Condition['test'] {
  return (resource, nowMs) => {
    const seen = firstSeenMs(resource, zone);
    if (seen === undefined) return undefined;
    return (
      (bound.over === undefined || nowMs - seen.untilMs >= bound.over) && (bound.under === undefined || nowMs - seen.fromMs < bound.under)
    );
  };
}

/**
 * Between which instants a resource was first seen: at the later of its creation and the tag `first-seen`; at the one that can be read where only one
 * can; undefined where neither can. A tag that is a bare date means some time of that day.
 */
export function firstSeenMs(
  resource: Selectable,
  zone: ZoneTable = { transitions: [] },
): { readonly fromMs: EpochMs; readonly untilMs: EpochMs } | undefined {
  const { tags, createdAtMs } = resource;
  const tagged = tags !== undefined && Object.hasOwn(tags, firstSeenTag) ? taggedMs(tags[firstSeenTag] as string, zone) : undefined;
  if (createdAtMs === undefined) return tagged;
  return { fromMs: Math.max(tagged?.fromMs ?? createdAtMs, createdAtMs), untilMs: Math.max(tagged?.untilMs ?? createdAtMs, createdAtMs) };
}

function taggedMs(text: string, zone: ZoneTable): { readonly fromMs: EpochMs; readonly untilMs: EpochMs } | undefined {
  const date = parseLocalDate(text);
  if (date.ok) return { fromMs: instantOf(zone, localMsOf(date.value, 0)), untilMs: instantOf(zone, localMsOf(date.value, 1440)) };
  const instant = parseTimestamp(text);
  return instant.ok ? { fromMs: instant.value, untilMs: instant.value } : undefined;
}
