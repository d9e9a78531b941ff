import { createHash } from 'node:crypto';
import type { EpochMs } from '../../shared/client/clock.ts';
import { OssRefusal } from './oss-error.ts';

/** Whether a bucket keeps former versions. Once enabled it can only be suspended, never be as before. */
export type Versioning = 'never' | 'Enabled' | 'Suspended';

/** An object as it lies in a bucket. */
export interface StoredObject {
  readonly bytes: Buffer;
  /** MD5 in upper-case hex, without quotes. */
  readonly etag: string;
  readonly modifiedMs: EpochMs;
  /** Undefined in a bucket that never had versions. */
  readonly versionId: string | undefined;
}

/** One page of names. */
export interface NamePage {
  readonly names: readonly string[];
  /** What names are rolled up to: the parts of them up to and with the first delimiter behind the prefix, each once. */
  readonly commonPrefixes: readonly string[];
  /** What a page that is not the last one ends with: a name, or a common prefix behind all of whose names the next page begins. */
  readonly continueAfter: string | undefined;
}

const longestName = 1023;

/** A bucket: the newest version of each object, by name. */
export class Bucket {
  readonly name: string;
  /** Region in whose scope requests have to be signed; undefined takes any. */
  readonly region: string | undefined;
  versioning: Versioning;
  readonly #objects = new Map<string, StoredObject>();
  #versions = 0;

  constructor(name: string, region: string | undefined, versioning: Versioning) {
    this.name = name;
    this.region = region;
    this.versioning = versioning;
  }

  /** Number of objects. */
  get size(): number {
    return this.#objects.size;
  }

  /** The object of a name, or undefined. */
  get(name: string): StoredObject | undefined {
    return this.#objects.get(name);
  }

  /**
   * Writes an object; nothing can come between the look and the write. With versions, `forbidOverwrite` has no effect, as the service
   * documents it.
   * @throws OssRefusal `FileAlreadyExists` or `InvalidObjectName`
   */
  put(name: string, bytes: Buffer, options: { readonly forbidOverwrite: boolean; readonly nowMs: EpochMs }): StoredObject {
    if (Buffer.byteLength(name) > longestName) throw new OssRefusal(400, 'InvalidObjectName', 'The length of the object name is too long.');
    if (options.forbidOverwrite && this.versioning === 'never' && this.#objects.has(name)) {
      throw new OssRefusal(409, 'FileAlreadyExists', 'The object you specified already exists and can not be overwritten.');
    }
    const etag = createHash('md5').update(bytes).digest('hex').toUpperCase();
    const object = { bytes, etag, modifiedMs: options.nowMs, versionId: this.#nextVersion() };
    this.#objects.set(name, object);
    return object;
  }

  /** Takes an object away, as no request can; nothing happens where there is none. */
  remove(name: string): void {
    this.#objects.delete(name);
  }

  /**
   * Names with a prefix that come after another, in byte order; with a delimiter, those that contain it behind the prefix are rolled up.
   * At most `most` names and common prefixes together.
   */
  list(prefix: string, after: string, most: number, delimiter = ''): NamePage {
    const rolledUp = (name: string): string | undefined => {
      const at = delimiter === '' ? -1 : name.indexOf(delimiter, prefix.length);
      return at === -1 ? undefined : name.slice(0, at + delimiter.length);
    };
    const isNext = (name: string) => compareBytes(name, after) > 0 && (rolledUp(name) ?? name) !== after;
    const found = [...this.#objects.keys()].filter((name) => name.startsWith(prefix) && isNext(name)).sort(compareBytes);
    const shown = [...new Set(found.map((name) => rolledUp(name) ?? name))];
    const page = shown.slice(0, most);
    const commonPrefixes = page.filter((text) => rolledUp(text) !== undefined);
    const names = page.filter((text) => rolledUp(text) === undefined);
    return { names, commonPrefixes, continueAfter: shown.length > most ? page.at(-1) : undefined };
  }

  #nextVersion(): string | undefined {
    if (this.versioning === 'never') return undefined;
    if (this.versioning === 'Suspended') return 'null';
    this.#versions += 1;
    return `simulated-version-${String(this.#versions).padStart(8, '0')}`;
  }
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}
