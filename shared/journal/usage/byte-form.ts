/** The largest text that a form holds, in bytes: ids and settings are far shorter. */
const longestText = 1 << 20;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Writes whole numbers, seven bits a byte, and texts one behind the other. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** How many bytes were written. */
  get length(): number {
    return this.#length;
  }

  /** A number from 0 to `Number.MAX_SAFE_INTEGER`. @throws RangeError for any other */
  count(value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`${value} is no count.`);
    let rest = value;
    while (rest >= 128) {
      this.#byte((rest % 128) + 128);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  /** A number of either sign; small ones take little room. @throws RangeError beyond 2⁵² */
  signed(value: number): void {
    this.count(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** A text, as UTF-8 behind its length. */
  text(value: string): void {
    this.block(encoder.encode(value));
  }

  /** Bytes behind their number. */
  block(bytes: Uint8Array): void {
    this.count(bytes.length);
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written. */
  bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads what a `ByteWriter` wrote, in the same order. Each method throws RangeError where the bytes end early or say something impossible. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True where all was read. */
  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  /** A number as `count` wrote it. */
  count(): number {
    const first = this.#bytes[this.#at];
    if (first !== undefined && first < 128) {
      this.#at += 1;
      return first;
    }
    let value = 0;
    for (let scale = 1; scale <= Number.MAX_SAFE_INTEGER; scale *= 128) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) throw new RangeError('The bytes end early.');
      value += (byte % 128) * scale;
      if (byte < 128) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
    }
    throw new RangeError('A number is too large.');
  }

  /** A number of rows that follow: each of them takes a byte at least, so that a damaged one cannot ask for endless memory. */
  rows(): number {
    const rows = this.count();
    if (rows > this.#bytes.length - this.#at) throw new RangeError('The bytes end early.');
    return rows;
  }

  /** A number as `signed` wrote it. */
  signed(): number {
    const value = this.count();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** A text as `text` wrote it. */
  text(): string {
    const bytes = this.block();
    if (bytes.length > longestText) throw new RangeError('A text is too long.');
    return decoder.decode(bytes);
  }

  /** Bytes as `block` wrote them; they share memory with the whole. */
  block(): Uint8Array {
    const length = this.rows();
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }
}

/** Texts that are named by numbers, each written once. */
export class TextTable {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  /** The number of a text, counted from 0 in the order of first sight. */
  numberOf(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }

  /** Writes all texts. */
  write(writer: ByteWriter): void {
    writer.count(this.texts.length);
    for (const text of this.texts) writer.text(text);
  }

  /** Reads the texts that `write` wrote. @throws RangeError */
  static read(reader: ByteReader): readonly string[] {
    return Array.from({ length: reader.rows() }, () => reader.text());
  }
}

/** The entry of a table at a number that bytes named. @throws RangeError where there is none */
export function entryOf<T>(table: readonly T[], number: number): T {
  const entry = table[number];
  if (entry === undefined) throw new RangeError('A number names nothing.');
  return entry;
}
