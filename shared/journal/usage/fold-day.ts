import type { PoolCounts, PoolSample, PoolSetting } from '../../billing/usage.ts';
import type { EpochMs } from '../../client/clock.ts';
import type { SampleRow } from './sample-rows.ts';
import { type DayPool, type DayState, longestGapMs, poolKey, type StoredDay, type UsageDay } from './usage-day.ts';

/** What one run saw of all pools in its scope: three numbers for each pool, which the fold gave that made them. */
type Snapshot = Int32Array;

const numbersOfRow = 3;

/** Values that are numbered as they come, from 1 on; 0 stands for none. */
class Numbered<T> {
  readonly #values: T[] = [];
  readonly #numbers = new Map<string, number>();

  numberOf(key: string, value: () => T): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#values.push(value());
    this.#numbers.set(key, number);
    return number;
  }

  valueOf(number: number): T | undefined {
    return this.#values[number - 1];
  }

  get size(): number {
    return this.#values.length;
  }
}

interface Pool extends Pick<DayPool, 'group' | 'pool'> {
  scope: string | undefined;
  /** Its state at the moment, by the numbers of the fold. */
  is: DayState['is'];
  counts: number;
  setting: number;
  /** Number of the sample that has shown it last. */
  shown: number;
  /** Look, state, counts and setting of each state, one behind the other. */
  readonly states: number[];
}

const places: readonly DayState['is'][] = ['gone', 'unknown', 'known'];

/**
 * Makes one day of what runs saw. Samples are taken in the order of time; of those of one instant the last counts. A pool is gone once a run does not
 * show it that reads where it was: all of the target, or its region. What a run does not say of a setting stays as it was known.
 */
export class DayFold {
  readonly #dayMs: EpochMs;
  readonly #before: EpochMs | undefined;
  readonly #pools = new Numbered<Pool>();
  readonly #counts = new Numbered<PoolCounts>();
  readonly #settings = new Numbered<PoolSetting>();
  readonly #looks: { readonly atMs: EpochMs; readonly scopes: Set<string | undefined> }[] = [];
  #samples = 0;

  /** `before`: the day before, if it is known. What it ends with is what this one begins with. @throws RangeError where that is damaged */
  constructor(startMs: EpochMs, before?: StoredDay) {
    this.#dayMs = startMs;
    const lastMs = before?.looks.findLast(({ whole }) => whole)?.atMs;
    this.#before = lastMs !== undefined && startMs - lastMs <= longestGapMs ? lastMs : undefined;
    for (const { group, pool, scope, state } of before?.ends() ?? []) {
      const { is, counts, setting } = state;
      if (is === 'gone') continue;
      const entry = this.#pools.valueOf(this.#poolNumber(group, pool)) as Pool;
      entry.scope = scope;
      this.#note(entry, 0, is, counts ? this.#countsNumber(counts) : 0, setting ? this.#settingNumber(setting) : 0);
    }
  }

  /** All pools that a keyframe shows. */
  keyframe(rows: Iterable<SampleRow>): Snapshot {
    const numbers: number[] = [];
    for (const row of rows) {
      if (row.row !== undefined) throw new RangeError('A keyframe names pools of another.');
      numbers.push(...this.#numbersOf(row));
    }
    return Int32Array.from(numbers);
  }

  /** All pools that a run saw that wrote what had changed since a keyframe. @throws RangeError where the two do not fit */
  delta(keyframe: Snapshot, rows: Iterable<SampleRow>): Snapshot {
    const whole = keyframe.slice();
    const added: number[] = [];
    for (const row of rows) {
      if (row.row === undefined) {
        added.push(...this.#numbersOf(row));
        continue;
      }
      const at = row.row * numbersOfRow;
      if (at >= keyframe.length) throw new RangeError('A number names nothing.');
      if ('gone' in row) whole[at] = 0;
      else whole.set([keyframe[at] as number, ...this.#stateNumbers(row)], at);
    }
    const joined = new Int32Array(whole.length + added.length);
    joined.set(whole);
    joined.set(added, whole.length);
    return joined;
  }

  /** Takes what a run saw: all of the target, or all in one region (`scope`). */
  take(atMs: EpochMs, scope: string | undefined, snapshot: Snapshot): void {
    if (this.#looks.at(-1)?.atMs !== atMs) this.#looks.push({ atMs, scopes: new Set() });
    this.#looks.at(-1)?.scopes.add(scope);
    const look = this.#looks.length;
    this.#samples += 1;
    for (let at = 0; at < snapshot.length; at += numbersOfRow) {
      const pool = this.#pools.valueOf(snapshot[at] as number);
      if (pool === undefined) continue;
      const [counts, setting] = [snapshot[at + 1] as number, snapshot[at + 2] as number];
      pool.shown = this.#samples;
      if (scope !== undefined) pool.scope = scope;
      else pool.scope ??= this.#counts.valueOf(counts)?.region;
      const is = counts === 0 ? 'unknown' : 'known';
      const [nextCounts, nextSetting] = [counts === 0 ? pool.counts : counts, this.#carried(pool.setting, setting)];
      if (pool.is !== is || pool.counts !== nextCounts || pool.setting !== nextSetting) this.#note(pool, look, is, nextCounts, nextSetting);
    }
    for (let number = 1; number <= this.#pools.size; number += 1) {
      const pool = this.#pools.valueOf(number) as Pool;
      const missing = pool.shown !== this.#samples && (scope === undefined || pool.scope === scope);
      // What comes back under the name is another pool, of whose setting nothing is known.
      if (missing && pool.is !== 'gone') this.#note(pool, look, 'gone', 0, 0);
    }
  }

  /** The day, as far as it was taken. */
  finish(): UsageDay {
    const looks = wholeLooks(this.#looks);
    const pools = Array.from({ length: this.#pools.size }, (_, index) => this.#pools.valueOf(index + 1) as Pool)
      .filter(({ states }) => states.length > 0)
      .sort((a, b) => compareTexts(a.group, b.group) || compareTexts(a.pool, b.pool));
    const dayPool = ({ group, pool, scope, states }: Pool): DayPool => ({ group, pool, scope, states: this.#statesOf(states) });
    return { dayMs: this.#dayMs, before: this.#before, looks, pools: mapped(pools, dayPool) };
  }

  #poolNumber(group: string, pool: string): number {
    return this.#pools.numberOf(poolKey(group, pool), () => ({
      ...{ group, pool, scope: undefined, is: 'gone', counts: 0, setting: 0, shown: 0, states: [] },
    }));
  }

  #numbersOf(sample: PoolSample): [number, number, number] {
    return [this.#poolNumber(sample.group, sample.pool), ...this.#stateNumbers(sample)];
  }

  #stateNumbers({ counts, setting }: Pick<PoolSample, 'counts' | 'setting'>): [number, number] {
    return [counts ? this.#countsNumber(counts) : 0, setting ? this.#settingNumber(setting) : 0];
  }

  #countsNumber(counts: PoolCounts): number {
    const { region, instanceType, charge, nodes, scalingNodes, inUse } = counts;
    return this.#counts.numberOf(JSON.stringify([region, instanceType, charge, nodes, scalingNodes, inUse]), () => counts);
  }

  #settingNumber(setting: PoolSetting): number {
    const { set, found, foundSet } = setting;
    return this.#settings.numberOf(JSON.stringify([set, found, foundSet]), () => setting);
  }

  /** The setting of a pool after a run: what it was before our first write stays known for good, or nothing could be measured against it later. */
  #carried(before: number, said: number): number {
    const now = this.#settings.valueOf(said);
    if (now === undefined) return before;
    if (now.found) return said;
    const last = this.#settings.valueOf(before);
    const foundSet = last?.found ? last.set : last?.foundSet;
    return foundSet === undefined ? said : this.#settingNumber({ ...now, foundSet });
  }

  #note(pool: Pool, look: number, is: DayState['is'], counts: number, setting: number): void {
    // Of one instant the last counts.
    if (pool.states.at(-4) === look) pool.states.length -= 4;
    pool.states.push(look, places.indexOf(is), counts, setting);
    pool.is = is;
    pool.counts = counts;
    pool.setting = setting;
  }

  #statesOf(numbers: readonly number[]): DayPool['states'] {
    return Array.from({ length: numbers.length / 4 }, (_, index) => {
      const [look, is, counts, setting] = numbers.slice(index * 4, index * 4 + 4) as [number, number, number, number];
      const state = { is: places[is] as DayState['is'], counts: this.#counts.valueOf(counts), setting: this.#settings.valueOf(setting) };
      return { look, state };
    });
  }
}

function* mapped<A, B>(values: readonly A[], map: (value: A) => B): Generator<B> {
  for (const value of values) yield map(value);
}

/** The order of texts by their code units, which is the same on every machine. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Says of each look whether all of the target was seen by then. Where runs are made for each region apart, that is where each region that anything was
 * written of in the day was seen within a quarter of an hour before and after it, or at that very moment.
 */
function wholeLooks(looks: readonly { readonly atMs: EpochMs; readonly scopes: ReadonlySet<string | undefined> }[]): UsageDay['looks'] {
  const regions = new Set(looks.flatMap(({ scopes }) => [...scopes]).filter((scope) => scope !== undefined));
  const seen = looks.map(({ atMs }) => ({ atMs, whole: true }));
  for (const region of regions) {
    let lastMs = Number.NEGATIVE_INFINITY;
    let open: { atMs: EpochMs; whole: boolean }[] = [];
    for (const [index, look] of seen.entries()) {
      const { scopes, atMs } = looks[index] as (typeof looks)[number];
      if (!scopes.has(region) && !scopes.has(undefined)) {
        open.push(look);
        continue;
      }
      if (atMs - lastMs > longestGapMs) for (const between of open) between.whole = false;
      open = [];
      lastMs = atMs;
    }
    for (const behind of open) behind.whole = false;
  }
  return seen;
}
