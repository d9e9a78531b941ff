import { createHash } from 'node:crypto';
import type { EpochMs } from '../../client/clock.ts';
import { linkOf } from '../log/record.ts';
import { isSkipped } from '../log/skipped.ts';
import { brokenLink, gap, readable } from '../log/stream.ts';
import { streamKey } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import { type Storing, storeReadAll } from '../store/store-effect.ts';
import { type IntentOutcome, type PackedValues, type PartBody, readWritten, type ToldHolds } from './intent-record.ts';
import type { WrittenValue } from './intent-view.ts';

/**
 * What a `written` stream says, folded. It grows with what was written since the parts were, with the acts of a day and with what people
 * changed, not with all that was ever written. Changed in place by `fold` only.
 */
export interface IntentState {
  /** By `settingKey`. */
  readonly histories: Map<string, History>;
  /** Where the older values of each part are; absent: there are none. */
  readonly parts: Map<number, PartPlace>;
  /** By resource. Few settings of each, but of every resource of a large fleet: a list takes a fifth of the memory of a map. */
  readonly external: Map<string, readonly ExternalEntry[]>;
  /** Each list of one setting and value once, whatever resources have it: a fleet has few different ones. */
  readonly alike: Map<string, readonly [ExternalEntry]>;
  /** By the number of the `intents` record. */
  readonly acts: Map<number, Acts>;
  readonly holds: Map<string, ToldHolds>;
  /** The last runs that wrote, newest first, with the time of the last record of each. */
  clocks: readonly (readonly [owner: string, atMs: EpochMs])[];
}

/** A value that is not ours and when it was first seen. */
export interface ExternalSince {
  readonly value: string;
  readonly sinceMs: EpochMs;
  /** A state that a function wants to know since when; no change of a person. */
  readonly sighted?: true | undefined;
}

/** A setting with a value on it that is not ours. */
type ExternalEntry = readonly [setting: string, since: ExternalSince];

/** The value on a setting that is not ours; undefined where none stands. */
export function externalOf({ external }: IntentState, resource: string, setting: string): ExternalSince | undefined {
  return external.get(resource)?.find(([name]) => name === setting)?.[1];
}

/** Notes a value on a setting that is not ours, or that none stands there any more. */
export function setExternal(state: IntentState, resource: string, setting: string, since: ExternalSince | undefined): void {
  const others = state.external.get(resource)?.filter(([name]) => name !== setting) ?? [];
  const own = since && oneOf(state, setting, since);
  if (own) state.external.set(resource, others.length > 0 ? [...others, ...own] : own);
  else if (others.length > 0) state.external.set(resource, others);
  else state.external.delete(resource);
}

function oneOf({ alike }: IntentState, setting: string, { value, sinceMs, sighted }: ExternalSince): readonly [ExternalEntry] {
  const key = JSON.stringify([setting, sinceMs, sighted, value]);
  const known = alike.get(key) ?? [[setting, { value, sinceMs, ...(sighted && { sighted }) }]];
  alike.set(key, known);
  return known;
}

/** The state of a stream without records. */
export function emptyState(): IntentState {
  return { histories: new Map(), parts: new Map(), external: new Map(), alike: new Map(), acts: new Map(), holds: new Map(), clocks: [] };
}

/** A state of its own that begins as another. */
export function copyState(state: IntentState): IntentState {
  const { histories, parts, external, alike, acts, holds, clocks } = state;
  return {
    histories: new Map(histories),
    parts: new Map(parts),
    external: new Map(external),
    alike,
    acts: new Map(acts),
    holds: new Map(holds),
    clocks,
  };
}

/** One name for a resource and a setting of it. */
export function settingKey(resource: string, setting: string): string {
  return `${resource}\n${setting}`;
}

/** The resource and the setting of a `settingKey`. */
export function splitSettingKey(key: string): readonly [resource: string, setting: string] {
  const end = key.indexOf('\n');
  return [key.slice(0, end), key.slice(end + 1)];
}

/** An intended value with the record that carries it. */
export interface Value extends WrittenValue {
  /** Number of the `intents` record. */
  readonly of: number;
}

/** What happened to a setting: a value was intended, or the outcome of an intent became known. */
export type Step =
  | { readonly kind: 'meant'; readonly value: string; readonly atMs: number; readonly of: number }
  | { readonly kind: 'became'; readonly of: number; readonly outcome: IntentOutcome };

/**
 * What is known of the intended values of one setting without reading the part that may hold the older ones: all of them, or only the
 * steps since that part was written.
 */
export type History = { readonly known: readonly Value[] } | { readonly since: readonly Step[] };

/** The values after one more step; see `WrittenView.values` for which are kept. */
function applyStep(values: readonly Value[], step: Step): readonly Value[] {
  if (step.kind === 'meant') {
    const kept = values.filter((earlier) => earlier.outcome === 'done' || earlier.value !== step.value);
    return [...kept, { value: step.value, atMs: step.atMs, outcome: undefined, of: step.of }];
  }
  const index = values.findIndex(({ of }) => of === step.of);
  const value = values[index];
  if (value === undefined) return values;
  const before = values.slice(0, index);
  const rest = values.slice(index + 1);
  if (step.outcome === 'done') return [{ ...value, outcome: 'done' }, ...rest];
  if (step.outcome === 'failed' || step.outcome === 'unknown') return [...before, { ...value, outcome: step.outcome }, ...rest];
  // One look said so and nothing was sent. It may have been an old answer, and then what we wrote before still stands and is no person's.
  if (step.outcome === 'already') return [...before, { ...value, outcome: 'unknown' }, ...rest];
  return [...before, ...rest];
}

/** True for outcomes after which the intended value stands, as far as anybody could see. */
export function isDone(outcome: IntentOutcome): boolean {
  return outcome === 'done' || outcome === 'already';
}

/** The values that the part had, after what has happened since. */
export function resolveHistory(history: History | undefined, inPart: readonly Value[]): readonly Value[] {
  if (history === undefined) return inPart;
  return 'known' in history ? history.known : history.since.reduce(applyStep, inPart);
}

/** A history after one more step. `hasPart`: a part may hold older values of the setting. */
export function addStep(history: History | undefined, step: Step, hasPart: boolean): History {
  if (history === undefined) return hasPart ? { since: [step] } : { known: applyStep([], step) };
  if ('known' in history) return { known: applyStep(history.known, step) };
  const since = withoutRepeats(history.since, step);
  const own = since.reduce(applyStep, [] as readonly Value[]);
  // A confirmed value forgets those before, so what the part says does not matter any more.
  if (step.kind === 'became' && step.outcome === 'done' && own.some(({ of }) => of === step.of)) return { known: applyStep(own, step) };
  return { since: [...since, step] };
}

/** True where the last intent has no outcome yet: a crash, or a run under way. */
export function openIntent(history: History): Value | undefined {
  const last = resolveHistory(history, []).at(-1);
  return last?.outcome === undefined ? last : undefined;
}

/** The steps without earlier intents of the very value that is intended again: that intent would drop them anyway. Keeps retries short. */
function withoutRepeats(since: readonly Step[], step: Step): readonly Step[] {
  if (step.kind !== 'meant') return since;
  const own = new Set(since.flatMap((each) => (each.kind === 'meant' ? [each.of] : [])));
  // An outcome of an intent in the part takes effect at its place among the others.
  if (since.some((each) => each.kind === 'became' && !own.has(each.of))) return since;
  const again = new Set(since.flatMap((each) => (each.kind === 'meant' && each.value === step.value ? [each.of] : [])));
  return since.filter((each) => !again.has(each.of));
}

/** The stretch that rolling limits look back over, in milliseconds. */
export const rollingMs = 24 * 60 * 60 * 1000;

/** What was done within the 24 hours before an instant, for the rolling limits. */
export interface RollingCounts {
  readonly actions: number;
  /** Connected sessions that those actions ended. */
  readonly sessions: number;
  /** Nodes that they added beyond the highest level of each group in 30 days. */
  readonly nodesAdded: number;
  /** How many distinct resources were harmed in one way under a rule, with these ones. */
  harmedWith(rule: string, harm: string, ids: Iterable<string>): number;
}

/** The counts where nothing was done. */
export const noCounts: RollingCounts = {
  ...{ actions: 0, sessions: 0, nodesAdded: 0 },
  harmedWith: (_rule, _harm, ids) => new Set([...ids].map(wholeIdOf)).size,
};

/** One act as it was meant: what limits count of it. `harmed`: see `harmKey`. */
type OpenAct = readonly [resource: string, setting: string, sessions: number, nodes?: number, harmed?: readonly string[]];

/** The acts of one `intents` record. Those whose outcome is known shrink to what limits count. */
export interface Acts {
  readonly target: string;
  readonly atMs: EpochMs;
  /** Acts without an outcome: they count as if they had run. */
  readonly open: readonly OpenAct[];
  /** Those that ran, or may have. `harmed`: by kind of harm and rule a mark for each resource, one behind the other. */
  readonly ran: {
    readonly actions: number;
    readonly sessions: number;
    readonly nodes?: number | undefined;
    readonly harmed?: Readonly<Record<string, string>> | undefined;
  };
}

/** An act before its outcome is known. */
export function openAct(intent: {
  readonly resource: string;
  readonly setting: string;
  readonly sessions: number;
  readonly nodes?: number | undefined;
  readonly rule?: string | undefined;
  readonly harms?: readonly string[] | undefined;
}): OpenAct {
  const { resource, setting, sessions, nodes = 0, rule = '', harms = [] } = intent;
  if (nodes === 0 && harms.length === 0) return [resource, setting, sessions];
  return [resource, setting, sessions, nodes, harms.map((harm) => harmKey(rule, harm))];
}

/** One name for a kind of harm and the rule under which it is done. */
function harmKey(rule: string, harm: string): string {
  return `${harm} ${rule}`;
}

/** The target of acts of which is not known whose they were: they count for each. */
export const everyTarget = '';

/** As many acts as no limit allows. */
export const unknownActs = 1_000_000;

/** Length of a mark, in characters of six bits. */
const markLength = 8;

/** The id of the resource of the fleet by which an id counts: a part is named `<resource>/<part>`, and its resource stands for it. */
export function wholeIdOf(id: string): string {
  const slash = id.indexOf('/');
  return slash < 0 ? id : id.slice(0, slash);
}

/** Stands for a resource in counts: a day of a hundred thousand acts fits into a snapshot then. Two resources share one by a rare accident. */
function markOf(resource: string): string {
  return createHash('sha256').update(wholeIdOf(resource)).digest('base64url').slice(0, markLength);
}

/** Acts after outcomes became known. An act that certainly did not run, or had nothing to do, counts no more. */
export function settleActs(acts: Acts, outcomes: Iterable<{ resource: string; setting: string; outcome: IntentOutcome }>): Acts {
  const open = new Map(acts.open.map((act) => [JSON.stringify([act[0], act[1]]), act]));
  let { actions, sessions, nodes = 0, harmed = {} } = acts.ran;
  for (const { resource, setting, outcome } of outcomes) {
    const key = JSON.stringify([resource, setting]);
    const act = open.get(key);
    open.delete(key);
    if (!act || (outcome !== 'done' && outcome !== 'unknown')) continue;
    actions += 1;
    sessions += act[2];
    nodes += act[3] ?? 0;
    for (const name of act[4] ?? []) harmed = { ...harmed, [name]: `${harmed[name] ?? ''}${markOf(resource)}` };
  }
  return {
    ...acts,
    open: [...open.values()],
    ran: { actions, sessions, ...(nodes > 0 ? { nodes } : {}), ...(Object.keys(harmed).length > 0 ? { harmed } : {}) },
  };
}

/**
 * What was done for a target in `(now − 24 h, now]`; what lies in the future of a slow clock counts too. With the targets that the policy has, by name,
 * so does what was done for one that it has no more: that may have been this one, under another name.
 */
export function countsOf(all: Iterable<Acts>, target: string, nowMs: EpochMs, targets?: Readonly<Record<string, unknown>>): RollingCounts {
  const isOf = (name: string) => name === target || name === everyTarget || (targets && !Object.hasOwn(targets, name));
  const within = [...all].filter((acts) => isOf(acts.target) && acts.atMs > nowMs - rollingMs);
  const sum = (of: (acts: Acts) => number): number => within.reduce((total, acts) => total + of(acts), 0);
  return {
    actions: sum(({ open, ran }) => open.length + ran.actions),
    sessions: sum(({ open, ran }) => open.reduce((total, [, , sessions]) => total + sessions, ran.sessions)),
    nodesAdded: sum(({ open, ran }) => open.reduce((total, [, , , nodes = 0]) => total + nodes, ran.nodes ?? 0)),
    harmedWith(rule, harm, ids) {
      const name = harmKey(rule, harm);
      const marks = new Set<string>();
      for (const { open, ran } of within) {
        for (const [resource, , , , harmed] of open) if (harmed?.includes(name)) marks.add(markOf(resource));
        const known = ran.harmed?.[name] ?? '';
        for (let at = 0; at < known.length; at += markLength) marks.add(known.slice(at, at + markLength));
      }
      for (const id of ids) marks.add(markOf(id));
      return within.some((acts) => acts.target === everyTarget) ? unknownActs : marks.size;
    },
  };
}

/**
 * Into how many parts the intended values of a stream are divided, by a hash of the resource. A hundred thousand settings make parts of
 * about 100 kB. Part of the format: a stream keeps it for good.
 */
const partCount = 64;

/** Where a part lies: the number of its record, and the link of it, so that a record that was replaced is noticed. */
export interface PartPlace {
  readonly sequence: number;
  readonly link: string;
}

/** Number of the part that holds a resource: FNV-1a over its characters. */
export function partOf(resource: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < resource.length; index++) hash = Math.imul(hash ^ resource.charCodeAt(index), 0x01000193);
  return ((hash >>> 16) ^ hash) & (partCount - 1);
}

/** Values as records carry them: each text once, since a fleet has few different ones. */
export function packValues(settings: Iterable<readonly [resource: string, setting: string, values: readonly Value[]]>): PackedValues {
  const texts = new Map<string, number>();
  const indexOf = (text: string): number => {
    const known = texts.get(text);
    if (known !== undefined) return known;
    texts.set(text, texts.size);
    return texts.size - 1;
  };
  const packed = [...settings].map(([resource, setting, values]): PackedValues['settings'][number] => [
    resource,
    setting,
    values.map(({ value, atMs, of, outcome }) => [indexOf(value), atMs, of, outcome ?? 'open']),
  ]);
  return { texts: [...texts.keys()], settings: packed };
}

/** The values that a record carries. `isWanted` by resource; default: all. */
export function* unpackValues(
  { texts, settings }: PackedValues,
  isWanted: (resource: string) => boolean = () => true,
): Generator<readonly [resource: string, setting: string, values: readonly Value[]]> {
  for (const [resource, setting, values] of settings) {
    if (!isWanted(resource)) continue;
    const list = values.map(([text, atMs, of, outcome]) => {
      return { value: texts[text] as string, atMs, of, outcome: outcome === 'open' ? undefined : outcome };
    });
    yield [resource, setting, list];
  }
}

/**
 * Reads parts of a stream, a few at a time, and hands each to `take` before the next ones are read. `damaged` hears of one that is missing or is not
 * the one that was written, unless a person has skipped it: what it held is forgotten. @throws StoreError
 */
export function* readParts(
  stream: string,
  places: readonly PartPlace[],
  take: (body: PartBody) => void,
  damaged: (error: JournalError) => void,
): Storing<void> {
  const atOnce = 4;
  for (let start = 0; start < places.length; start += atOnce) {
    const batch = places.slice(start, start + atOnce);
    const found = yield* storeReadAll(batch.map(({ sequence }) => streamKey(stream, sequence)));
    for (const [index, { sequence, link }] of batch.entries()) {
      const key = streamKey(stream, sequence);
      const bytes = found[index];
      const record = bytes && linkOf(bytes) === link ? readable(key, bytes) : undefined;
      const written = record === undefined || record instanceof JournalError ? undefined : readWritten(key, record);
      if (written?.kind === 'part') take(written.body);
      else if (!(yield* isSkipped(key, bytes))) damaged(bytes ? brokenLink(key) : gap(key));
    }
  }
}
