import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { PoolCounts, PoolSample, PoolSetting } from '../../billing/usage.ts';
import type { Charge } from '../../fleet/delivery-group.ts';
import { ByteReader, ByteWriter, entryOf, TextTable } from './byte-form.ts';

/** The version of the form of samples and of day records that this program writes and reads. */
export const usageVersion = 1;

/** A quote as records write it: region, instance type, currency, millionths of its unit. */
export type QuoteRow = [region: string, instanceType: string, currency: string, micros: string];

/** What rides on a heartbeat: all pools of a target (a keyframe), or what changed since a keyframe (a delta), and prices that were quoted. */
export interface UsageSample {
  readonly v: number;
  /** The minute of the keyframe of the same function and target that a delta goes by. Absent: it is a keyframe. */
  readonly of?: string | undefined;
  /** Rows, packed. Absent: no pools were seen, only prices. */
  readonly chunks?: readonly string[] | undefined;
  /** Prices that differ from those quoted before; in a keyframe all that were read. */
  readonly quotes?: readonly QuoteRow[] | undefined;
}

/**
 * A row of a sample: a pool as it was seen. `row` is the pool's number in the keyframe that a delta goes by; without it the pool is named. `gone`:
 * the pool of the keyframe is not there any more.
 */
export type SampleRow =
  | ({ readonly row?: undefined } & PoolSample)
  | ({ readonly row: number } & Pick<PoolSample, 'counts' | 'setting'>)
  | { readonly row: number; readonly gone: true };

/** Rows that are compressed together: fewer share less, more need more memory at once. */
const rowsOfChunk = 2000;

/** The most that a chunk of this many rows inflates to, in bytes: what inflates to more is damaged. */
const largestChunk = 16 << 20;

/** How a row is there: gone, with an unknown count, or with one and a charge. */
const kinds = { gone: 0, unknown: 1, known: 2 } as const;

/** Ways to pay, in the order of their numbers. */
export const charges: readonly (Charge | undefined)[] = [undefined, 'pay-as-you-go', 'subscription'];

/** Packs rows as they come: what was packed is compressed, so that the memory of a large fleet stays small. */
export class RowPacker {
  readonly #chunks: string[] = [];
  #rows: SampleRow[] = [];
  /** How many rows were taken. */
  rows = 0;
  /** How many characters the finished chunks have. */
  size = 0;

  /** Takes the next row. */
  take(row: SampleRow): void {
    this.#rows.push(row);
    this.rows += 1;
    if (this.#rows.length === rowsOfChunk) this.#flush();
  }

  /** All rows, packed. Takes none after it. */
  finish(): readonly string[] {
    if (this.#rows.length > 0) this.#flush();
    return this.#chunks;
  }

  #flush(): void {
    const chunk = deflateRawSync(rowBytes(this.#rows)).toString('base64');
    this.#rows = [];
    this.#chunks.push(chunk);
    this.size += chunk.length;
  }
}

/** Rows column by column, since equal columns compress best: references, names, kinds, settings, then what is known of those that are there. */
function rowBytes(rows: readonly SampleRow[]): Uint8Array {
  const texts = new TextTable();
  const body = new ByteWriter();
  body.count(rows.length);
  for (const { row } of rows) body.count(row === undefined ? 0 : row + 1);
  for (const row of rows) if (row.row === undefined) body.text(row.group);
  for (const row of rows) if (row.row === undefined) body.text(row.pool);
  for (const row of rows) body.count(kindOf(row));
  for (const row of rows) body.count('gone' in row ? 0 : settingNumber(row.setting, texts));
  const known = rows.flatMap((row) => ('gone' in row || row.counts === undefined ? [] : [row.counts]));
  const optional = (text: string | undefined) => (text === undefined ? 0 : texts.numberOf(text) + 1);
  for (const { region } of known) body.count(optional(region));
  for (const { instanceType } of known) body.count(optional(instanceType));
  for (const { nodes } of known) body.count(nodes);
  for (const { scalingNodes } of known) body.count(scalingNodes);
  for (const { inUse } of known) body.count(inUse === undefined ? 0 : inUse + 1);
  const whole = new ByteWriter();
  texts.write(whole);
  whole.block(body.bytes());
  return whole.bytes();
}

function kindOf(row: SampleRow): number {
  if ('gone' in row) return kinds.gone;
  return row.counts === undefined ? kinds.unknown : kinds.known + charges.indexOf(row.counts.charge);
}

/** 0: nothing is said; then by twos the texts, one that cannot be read first, the odd ones found. */
function settingNumber(setting: PoolSetting | undefined, texts: TextTable): number {
  if (setting === undefined) return 0;
  const text = setting.set === undefined ? 0 : texts.numberOf(setting.set) + 1;
  return 1 + 2 * text + (setting.found ? 1 : 0);
}

/** The rows that a `RowPacker` packed. @throws RangeError @throws Error of zlib where a chunk is damaged */
export function* unpackRows(chunks: readonly string[]): Generator<SampleRow> {
  for (const chunk of chunks) yield* rowsOf(inflateRawSync(Buffer.from(chunk, 'base64'), { maxOutputLength: largestChunk }));
}

function rowsOf(bytes: Uint8Array): readonly SampleRow[] {
  const whole = new ByteReader(bytes);
  const texts = TextTable.read(whole);
  const body = new ByteReader(whole.block());
  const count = body.rows();
  const column = <T>(read: () => T, rows = count): readonly T[] => Array.from({ length: rows }, read);
  const references = column(() => body.count());
  const named = references.filter((reference) => reference === 0).length;
  const groups = column(() => body.text(), named);
  const pools = column(() => body.text(), named);
  const kindNumbers = column(() => body.count());
  const settings = column(() => settingOf(body.count(), texts));
  const known = kindNumbers.filter((kind) => kind >= kinds.known).length;
  const optional = () => {
    const number = body.count();
    return number === 0 ? undefined : entryOf(texts, number - 1);
  };
  const regions = column(optional, known);
  const types = column(optional, known);
  const nodes = column(() => body.count(), known);
  const scaling = column(() => body.count(), known);
  const used = column(() => body.count(), known);
  if (!body.atEnd) throw new RangeError('The bytes go on behind their end.');
  let name = 0;
  let place = 0;
  return references.map((reference, index): SampleRow => {
    const kind = kindNumbers[index] as number;
    const counts = kind < kinds.known ? undefined : countsAt(place++, kind - kinds.known);
    const seen = { counts, setting: settings[index] };
    if (reference > 0) return kind === kinds.gone ? { row: reference - 1, gone: true } : { row: reference - 1, ...seen };
    if (kind === kinds.gone) throw new RangeError('A pool is gone that was not there.');
    const row = { group: groups[name] as string, pool: pools[name] as string, ...seen };
    name += 1;
    return row;
  });

  function countsAt(at: number, charge: number): PoolCounts {
    if (charge >= charges.length) throw new RangeError('A number names nothing.');
    const inUse = used[at] as number;
    return {
      ...{ region: regions[at], instanceType: types[at], charge: charges[charge] },
      ...{ nodes: nodes[at] as number, scalingNodes: scaling[at] as number, inUse: inUse === 0 ? undefined : inUse - 1 },
    };
  }
}

function settingOf(number: number, texts: readonly string[]): PoolSetting | undefined {
  if (number === 0) return undefined;
  const text = (number - 1) >> 1;
  return { set: text === 0 ? undefined : entryOf(texts, text - 1), found: (number - 1) % 2 === 1 };
}
