import type { PoolChange, PoolCounts, PoolSetting, PoolState } from '../../billing/usage.ts';
import type { EpochMs } from '../../client/clock.ts';
import { ByteReader, ByteWriter, entryOf, TextTable } from './byte-form.ts';
import { charges } from './sample-rows.ts';

/** The longest time between two looks over which a state is known, in milliseconds: beyond it nothing is measured. */
export const longestGapMs = 15 * 60_000;

/** The length of a day in UTC, in milliseconds. */
export const dayMs = 86_400_000;

/**
 * What a pool had at an instant, as a day keeps it. `setting` undefined: no run that knows has said anything of it. `is`: whether it is there, and
 * whether its nodes are known; of one that is gone or unknown `counts` are those before.
 */
export interface DayState {
  readonly is: 'gone' | 'unknown' | 'known';
  readonly counts: PoolCounts | undefined;
  readonly setting: PoolSetting | undefined;
}

/** A pool of a day. */
export interface DayPool {
  readonly group: string;
  readonly pool: string;
  /** The region whose runs see it, where runs are made for each region apart. */
  readonly scope: string | undefined;
  /** Its states, each with the number of the look that saw it first; 0 is the end of the day before, 1 the first look. */
  readonly states: readonly { readonly look: number; readonly state: DayState }[];
}

/** What was seen of a target in a day, in UTC. */
export interface UsageDay {
  readonly dayMs: EpochMs;
  /** When all of it was seen last on the days before, where that is less than 15 minutes before midnight. */
  readonly before: EpochMs | undefined;
  /** All looks, in order; `whole`: all of the target was seen by then. */
  readonly looks: readonly { readonly atMs: EpochMs; readonly whole: boolean }[];
  /** In the order of their names. */
  readonly pools: Iterable<DayPool>;
}

const places: readonly DayState['is'][] = ['gone', 'unknown', 'known'];

/** What of a state differs from the one before, as bits of one number; what differs follows in this order. */
const differs = { is: 1, nodes: 2, scalingNodes: 4, inUse: 8, kind: 16, setting: 32 } as const;

/** The numbers that stand for a state. */
interface StateNumbers {
  is: number;
  nodes: number;
  scalingNodes: number;
  /** One more than the nodes in use; 0: unknown. */
  inUse: number;
  /** Region, type and charge, by the table of those. */
  kind: number;
  /** 0: nobody has said. */
  setting: number;
}

const nothing: Readonly<StateNumbers> = { is: 0, nodes: 0, scalingNodes: 0, inUse: 0, kind: 0, setting: 0 };

/**
 * A day as bytes: equal days have equal bytes. Each pool has a block of its own, in which each state is written by what differs from the one before,
 * so that one pool can be read without the others.
 */
export function encodeDay(day: UsageDay): Uint8Array {
  const texts = new TextTable();
  const kinds = new TextTable();
  const settings = new TextTable();
  const blocks = new ByteWriter();
  let pools = 0;
  for (const { group, pool, scope, states } of day.pools) {
    pools += 1;
    blocks.text(group);
    blocks.text(pool);
    blocks.count(scope === undefined ? 0 : texts.numberOf(scope) + 1);
    blocks.block(statesBytes(states, kinds, settings));
  }
  const whole = new ByteWriter();
  whole.count(day.before === undefined ? 0 : day.dayMs - day.before);
  whole.count(day.looks.length);
  let lastMs = day.dayMs;
  for (const { atMs, whole: all } of day.looks) {
    whole.count((atMs - lastMs) * 2 + (all ? 1 : 0));
    lastMs = atMs;
  }
  for (const table of [texts, kinds, settings]) table.write(whole);
  whole.count(pools);
  whole.block(blocks.bytes());
  return whole.bytes();
}

function statesBytes(states: DayPool['states'], kinds: TextTable, settings: TextTable): Uint8Array {
  const marks = new ByteWriter();
  const values = new ByteWriter();
  let before = nothing;
  let lastLook = 0;
  for (const { look, state } of states) {
    const { is, counts, setting } = state;
    const now: StateNumbers = {
      is: places.indexOf(is),
      ...(counts === undefined ? { nodes: 0, scalingNodes: 0, inUse: 0, kind: 0 } : countNumbers(counts, kinds)),
      setting:
        setting === undefined ? 0 : settings.numberOf(JSON.stringify([setting.found, setting.set ?? null, setting.foundSet ?? null])) + 1,
    };
    let changed = 0;
    if (now.is !== before.is) changed |= differs.is;
    if (now.nodes !== before.nodes) changed |= differs.nodes;
    if (now.scalingNodes !== before.scalingNodes) changed |= differs.scalingNodes;
    if (now.inUse !== before.inUse) changed |= differs.inUse;
    if (now.kind !== before.kind) changed |= differs.kind;
    if (now.setting !== before.setting) changed |= differs.setting;
    marks.count(look - lastLook);
    values.count(changed);
    if (changed & differs.is) values.count(now.is);
    if (changed & differs.nodes) values.signed(now.nodes - before.nodes);
    if (changed & differs.scalingNodes) values.signed(now.scalingNodes - before.scalingNodes);
    if (changed & differs.inUse) values.signed(now.inUse - before.inUse);
    if (changed & differs.kind) values.count(now.kind);
    if (changed & differs.setting) values.count(now.setting);
    before = now;
    lastLook = look;
  }
  const block = new ByteWriter();
  block.count(states.length);
  block.block(marks.bytes());
  block.block(values.bytes());
  return block.bytes();
}

function countNumbers({ region, instanceType, charge, nodes, scalingNodes, inUse }: PoolCounts, kinds: TextTable) {
  const kind = kinds.numberOf(JSON.stringify([region ?? null, instanceType ?? null, charges.indexOf(charge)])) + 1;
  return { nodes, scalingNodes, inUse: inUse === undefined ? 0 : inUse + 1, kind };
}

/** What of a pool's counts hardly ever changes. */
type Kind = Pick<PoolCounts, 'region' | 'instanceType' | 'charge'>;

/** A day that was read from bytes. Pools are decoded when they are asked for; until then a day weighs its bytes. */
export class StoredDay {
  readonly dayMs: EpochMs;
  readonly before: EpochMs | undefined;
  readonly looks: UsageDay['looks'];
  readonly #kinds: readonly (Kind | undefined)[];
  readonly #settings: readonly (PoolSetting | undefined)[];
  readonly #pools: readonly {
    readonly group: string;
    readonly pool: string;
    readonly scope: string | undefined;
    readonly block: Uint8Array;
  }[];
  readonly #places = new Map<string, number>();

  /** @throws RangeError where the bytes are not of a day */
  constructor(startMs: EpochMs, bytes: Uint8Array) {
    this.dayMs = startMs;
    const whole = new ByteReader(bytes);
    const before = whole.count();
    this.before = before === 0 ? undefined : startMs - before;
    let atMs = startMs;
    this.looks = Array.from({ length: whole.rows() }, () => {
      const number = whole.count();
      atMs += Math.floor(number / 2);
      return { atMs, whole: number % 2 === 1 };
    });
    const [texts, kinds, settings] = [TextTable.read(whole), TextTable.read(whole), TextTable.read(whole)];
    this.#kinds = [undefined, ...kinds.map(kindOf)];
    this.#settings = [undefined, ...settings.map(settingOf)];
    const pools = whole.rows();
    const blocks = new ByteReader(whole.block());
    this.#pools = Array.from({ length: pools }, (_, place) => {
      const [group, pool, scope] = [blocks.text(), blocks.text(), blocks.count()];
      this.#places.set(poolKey(group, pool), place);
      return { group, pool, scope: scope === 0 ? undefined : entryOf(texts, scope - 1), block: blocks.block() };
    });
  }

  /** Names of all pools, in order. */
  get names(): readonly { readonly group: string; readonly pool: string }[] {
    return this.#pools;
  }

  /** What each pool had at the end of the day. @throws RangeError where the bytes are damaged */
  *ends(): Generator<Omit<DayPool, 'states'> & { readonly state: DayState }> {
    for (const { block, ...pool } of this.#pools) {
      const end = this.#walk(block, () => {});
      const kind = this.#kinds[end.kind];
      const counts = kind && { ...kind, ...countsOf(end) };
      yield { ...pool, state: { is: entryOf(places, end.is), counts, setting: this.#settings[end.setting] } };
    }
  }

  /** What a pool had, from its first state on; undefined where it is not there. @throws RangeError where the bytes are damaged */
  changesOf(group: string, pool: string): readonly PoolChange[] | undefined {
    const place = this.#places.get(poolKey(group, pool));
    if (place === undefined) return undefined;
    const changes: PoolChange[] = [];
    this.#walk((this.#pools[place] as { readonly block: Uint8Array }).block, (look, now) => {
      const atMs = look === 0 ? this.dayMs : (this.looks[look - 1] as { readonly atMs: EpochMs }).atMs;
      const kind = this.#kinds[now.kind];
      if (now.is === places.indexOf('gone')) changes.push({ atMs, state: undefined });
      else if (now.is === places.indexOf('unknown') || kind === undefined) changes.push({ atMs, state: undefined, unknown: true });
      else changes.push({ atMs, state: stateOf(kind, now, this.#settings[now.setting]) });
    });
    return changes;
  }

  /** Goes through the states of a pool; `now` is the same object each time. Gives the last. */
  #walk(bytes: Uint8Array, visit: (look: number, now: Readonly<StateNumbers>) => void): Readonly<StateNumbers> {
    const block = new ByteReader(bytes);
    const length = block.rows();
    const marks = new ByteReader(block.block());
    const values = new ByteReader(block.block());
    const now = { ...nothing };
    let look = 0;
    for (let index = 0; index < length; index += 1) {
      look += marks.count();
      const changed = values.count();
      if (changed & differs.is) now.is = values.count();
      if (changed & differs.nodes) now.nodes += values.signed();
      if (changed & differs.scalingNodes) now.scalingNodes += values.signed();
      if (changed & differs.inUse) now.inUse += values.signed();
      if (changed & differs.kind) now.kind = values.count();
      if (changed & differs.setting) now.setting = values.count();
      const isKnown = look <= this.looks.length && now.is < places.length;
      if (!isKnown || now.kind >= this.#kinds.length || now.setting >= this.#settings.length)
        throw new RangeError('A number names nothing.');
      visit(look, now);
    }
    return now;
  }
}

function countsOf({ nodes, scalingNodes, inUse }: StateNumbers): Pick<PoolCounts, 'nodes' | 'scalingNodes' | 'inUse'> {
  return { nodes, scalingNodes, inUse: inUse === 0 ? undefined : inUse - 1 };
}

/** Written out member by member, since a month of a fleet has millions of them. */
function stateOf({ region, instanceType, charge }: Kind, now: StateNumbers, setting: PoolSetting | undefined): PoolState {
  const { nodes, scalingNodes } = now;
  const inUse = now.inUse === 0 ? undefined : now.inUse - 1;
  // Where no run has said anything of the setting, none has run that would write it.
  const state = { region, instanceType, charge, nodes, scalingNodes, inUse, set: setting?.set, found: setting?.found ?? true };
  return setting?.foundSet === undefined ? state : { ...state, foundSet: setting.foundSet };
}

/** One text for the name of a pool. */
export function poolKey(group: string, pool: string): string {
  return `${group}\n${pool}`;
}

function kindOf(text: string): Kind {
  const [region, instanceType, charge] = JSON.parse(text) as [string | null, string | null, number];
  return { region: region ?? undefined, instanceType: instanceType ?? undefined, charge: charges[charge] };
}

function settingOf(text: string): PoolSetting {
  const [found, set, foundSet] = JSON.parse(text) as [boolean, string | null, string | null];
  return { found, set: set ?? undefined, ...(foundSet === null ? {} : { foundSet }) };
}
