import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { type Difference, differencesOf } from './differences.ts';

/** SHA-256 of a text, in hexadecimal digits. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What a file of records says first: of which stories they are. */
export interface Head {
  readonly seed: number;
  readonly stories: number;
}

/** A file of records as it is written: JSON lines, compressed. */
export interface RecordFile {
  add(line: string): Promise<void>;
  close(): Promise<void>;
}

/** Begins a file of records. */
export function createRecordFile(file: string, head: Head): RecordFile {
  const lines = new PassThrough();
  const written = pipeline(lines, createGzip(), createWriteStream(file));
  // A failure shows when the file is closed, or right away where a line waits for room.
  written.catch(() => undefined);
  const add = async (line: string): Promise<void> => {
    if (!lines.write(`${line}\n`)) await Promise.race([new Promise<void>((resolve) => lines.once('drain', resolve)), written]);
  };
  void add(JSON.stringify(head));
  return {
    add,
    close: async () => {
      lines.end();
      await written;
    },
  };
}

/** A file of records as it is read. */
export interface ReadRecords {
  readonly head: Head;
  /** The next line; undefined after the last. */
  next(): Promise<string | undefined>;
  close(): void;
}

/** Opens a file of records. @throws Error where it is none */
export async function openRecordFile(file: string): Promise<ReadRecords> {
  const source = createReadStream(file);
  const text = new PassThrough();
  const read = pipeline(source, createGunzip(), text);
  read.catch((error: unknown) => text.destroy(error as Error));
  const lines = createInterface({ input: text, crlfDelay: Number.POSITIVE_INFINITY })[Symbol.asyncIterator]();
  const next = async (): Promise<string | undefined> => {
    const { done, value } = await lines.next();
    return done ? undefined : value;
  };
  const head = JSON.parse((await next()) ?? 'null') as Head | null;
  if (typeof head?.seed !== 'number' || typeof head.stories !== 'number') throw new Error(`${file} is no file of records`);
  return { head, next, close: () => void source.destroy() };
}

/** The differences of two lines about one story, at most so many; none where they are equal byte for byte. */
export function differencesIn(before: string | undefined, after: string, most = 20): readonly Difference[] {
  if (before === after) return [];
  if (before === undefined) return [{ place: '', before: 'nothing', after: 'a record' }];
  const found: Difference[] = [];
  for (const difference of differencesOf(JSON.parse(before), JSON.parse(after))) {
    found.push(difference);
    if (found.length === most) return found;
  }
  return found.length > 0 ? found : [{ place: '', before: 'the same in another order', after: 'the same in another order' }];
}

/** Differences for people. */
export function differenceLines(index: number, differences: readonly Difference[]): readonly string[] {
  return [
    `story ${index} differs:`,
    ...differences.flatMap(({ place, before, after }) => [`  ${place}`, `    before: ${before}`, `    after:  ${after}`]),
  ];
}
