import { isRecordKey } from '../log/record-key.ts';
import { checkedFolder, checkedKey, checkedPrefix, isKey } from './key.ts';
import {
  elementOf,
  elementsOf,
  mayHaveRun,
  type OssClientOptions,
  type OssDeed,
  ossClient,
  ossError,
  versionedError,
} from './oss-client.ts';
import { type Store, StoreError } from './store.ts';

/** Where a journal lies in OSS, and how to reach it. */
export interface OssStoreOptions extends OssClientOptions {
  /** What the names of all records begin with, without slashes at its ends; empty for the whole bucket. */
  readonly prefix: string;
  /**
   * Buckets found to be unversioned, by endpoint: shared by the stores of a process, it saves a request to each but the first. What is
   * switched on later shows by the version id of the next answer. Default: a memory of the store's own.
   */
  readonly unversioned?: Set<string> | undefined;
}

/**
 * A store in a bucket. `x-oss-forbid-overwrite` makes a put atomic and gives it one winner, except in a versioned bucket: so before
 * the first record is written the bucket's state is read, and an answer with a version id is an error ever after.
 *
 * A put is sent once. Where its answer is lost the record is read back: our bytes mean `created`, others `exists`; nothing there yet
 * proves nothing, since a late put may still arrive, so that is a StoreError with `maybeWritten`. Records need an owner token in
 * them, or equal ones could not be told apart.
 * @throws InputError when the endpoint cannot be used
 */
export function ossStore(options: OssStoreOptions): Store {
  const { bucket, prefix, unversioned = new Set<string>() } = options;
  const client = ossClient(options);
  const root = prefix === '' ? '' : `${prefix}/`;
  const name = `oss://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
  const mark = `${bucket} at ${client.host}`;
  const deed = (verb: OssDeed['verb'], key: string, maybeWritten = false): OssDeed => ({ verb, key, place: name, maybeWritten });

  async function checkUnversioned(): Promise<void> {
    if (unversioned.has(mark)) return;
    const outcome = await client.setting('versioning');
    if (outcome.kind !== 'done') throw ossError(outcome, deed('check', 'the versioning'));
    const xml = outcome.body.toString('utf8');
    const status = elementOf(xml, 'Status');
    if (status !== undefined) throw versionedError(deed('write', ''), `versioning is ${status}`);
    if (elementOf(xml, 'VersioningConfiguration') === undefined) throw unreadable(deed('check', 'the versioning'));
    unversioned.add(mark);
  }

  async function create(key: string, bytes: Uint8Array): Promise<'created' | 'exists'> {
    const object = root + checkedKey(key);
    await checkUnversioned();
    const outcome = await client.putNew(object, bytes);
    if (outcome.kind === 'done') {
      if (outcome.versionId === undefined) return 'created';
      throw versionedError(deed('write', key, true), 'the answer has a version id');
    }
    if (outcome.kind === 'refused' && outcome.code === 'FileAlreadyExists') return 'exists';
    // A record that a retention policy protects may be refused for that reason instead.
    const locked = outcome.kind === 'refused' && outcome.code === 'FileImmutable';
    const maybeWritten = mayHaveRun(outcome);
    if (!maybeWritten && !locked) throw ossError(outcome, deed('write', key));
    const failure = ossError(outcome, deed('write', key, maybeWritten));
    const there = await readBack(key, failure);
    if (there === undefined) throw failure;
    return !locked && Buffer.compare(there, bytes) === 0 ? 'created' : 'exists';
  }

  /** What stands under the key of a put whose answer is not known. The failure of the put is what the caller has to know. */
  async function readBack(key: string, failure: StoreError): Promise<Uint8Array | undefined> {
    try {
      return await read(key);
    } catch (error) {
      throw error instanceof StoreError && error.code === 'Unsupported' ? error : failure;
    }
  }

  async function read(key: string): Promise<Uint8Array | undefined> {
    const outcome = await client.get(root + checkedKey(key));
    if (outcome.kind !== 'done') {
      // Only this code means that nothing is there: a missing bucket or a proxy's page has the same status.
      if (outcome.kind === 'refused' && outcome.status === 404 && outcome.code === 'NoSuchKey') return undefined;
      throw ossError(outcome, deed('read', key));
    }
    if (outcome.versionId !== undefined) throw versionedError(deed('read', key), 'the answer has a version id');
    // The page of a network or a proxy comes with a good status, and is no record: what OSS keeps has an ETag.
    if (outcome.etag === undefined) throw unreadable(deed('read', key));
    return new Uint8Array(outcome.body);
  }

  async function* list(wanted: string, onForeign: (name: string) => void = () => {}): AsyncIterable<string> {
    const full = root + checkedPrefix(wanted);
    for await (const { names } of pagesOf(wanted, full)) {
      for (const object of names) {
        // An object with a slash at its end is how consoles show an empty folder.
        if (!object.startsWith(full) || object.endsWith('/')) continue;
        const key = object.slice(root.length);
        if (isRecordKey(key)) yield key;
        else onForeign(key);
      }
    }
  }

  async function folders(wanted: string): Promise<readonly string[]> {
    const full = root + checkedFolder(wanted);
    const found = new Set<string>();
    for await (const page of pagesOf(wanted, full, '/')) {
      for (const folder of page.folders) {
        const name = folder.slice(full.length, -1);
        if (folder.startsWith(full) && folder.endsWith('/') && isKey(name)) found.add(name);
      }
    }
    return [...found].sort();
  }

  async function* pagesOf(wanted: string, full: string, delimiter?: '/'): AsyncGenerator<Page> {
    let continuation: string | undefined;
    do {
      const outcome = await client.list(full, { continuation, delimiter });
      if (outcome.kind !== 'done') throw ossError(outcome, deed('list', wanted));
      const page = pageOf(outcome.body, deed('list', wanted), continuation);
      yield page;
      continuation = page.next;
    } while (continuation !== undefined);
  }

  return { name, shared: true, create, read, list, folders };
}

/** A page of a list: whole names of objects, and of folders with the slash at their end. */
interface Page {
  readonly names: readonly string[];
  readonly folders: readonly string[];
  readonly next: string | undefined;
}

function pageOf(body: Buffer, deed: OssDeed, asked: string | undefined): Page {
  const xml = body.toString('utf8');
  const truncated = elementOf(xml, 'IsTruncated');
  const next = elementOf(xml, 'NextContinuationToken');
  if (truncated === undefined || (truncated === 'true' && (!next || next === asked))) throw unreadable(deed);
  const asUrl = elementOf(xml, 'EncodingType') === 'url';
  const shown = (texts: readonly string[]) => (asUrl ? decoded(texts, deed) : texts);
  return {
    names: shown(elementsOf(xml, 'Key')),
    folders: shown(elementsOf(xml, 'CommonPrefixes').flatMap((markup) => elementsOf(markup, 'Prefix'))),
    next: truncated === 'true' ? next : undefined,
  };
}

function decoded(keys: readonly string[], deed: OssDeed): readonly string[] {
  try {
    // A plus sign of the name itself comes as %2B.
    return keys.map((key) => decodeURIComponent(key.replaceAll('+', '%20')));
  } catch {
    throw unreadable(deed);
  }
}

function unreadable(deed: OssDeed): StoreError {
  return ossError(
    {
      kind: 'refused',
      status: 200,
      code: 'UnreadableAnswer',
      text: 'the answer is not of the kind that was asked for',
      requestId: undefined,
    },
    deed,
  );
}
