import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { verifyJournal } from '../../shared/journal/log/verify.ts';
import { directoryStore } from '../../shared/journal/store/directory.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { StoreError } from '../../shared/journal/store/store.ts';
import { orders, policyText, renewalFixture } from '../functions/renew-before-expiry/renewal-fixture.ts';

const mounted: string[] = [];

/** A small disk of its own; undefined where this user may not mount one. */
function smallDisk(options: string): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
  mounted.push(folder);
  return folder;
}

const disks = { space: smallDisk('size=256k'), names: smallDisk('size=4m,nr_inodes=40'), run: smallDisk('size=512k') };
const isMounted = mounted.length === Object.keys(disks).length;

afterAll(() => {
  for (const folder of mounted) {
    execFileSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  }
});

/** Takes what room is left on a disk but for so many bytes. Removing the file it names gives it back. */
function fill(disk: string, leaveBytes = 0): string {
  const ballast = path.join(disk, 'ballast');
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - leaveBytes)));
  return ballast;
}

const bytesOf = (length: number, letter: string): Uint8Array => Buffer.alloc(length, letter);

async function failureOf(call: Promise<unknown>): Promise<StoreError> {
  const error = await call.then(
    (result) => new Error(`no failure but ${String(result)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof StoreError) return error;
  throw error;
}

async function keysOf(store: Store): Promise<readonly string[]> {
  const keys: string[] = [];
  for await (const key of store.list('')) keys.push(key);
  return keys;
}

describe.runIf(isMounted)('on a disk that is really full', () => {
  test('a record that does not fit is told and leaves nothing behind; once there is room it is written', async () => {
    const disk = disks.space as string;
    const store = directoryStore(path.join(disk, 'journal'));
    const large = bytesOf(64 * 1024, 'b');
    expect(await store.create('stream/0', bytesOf(100, 'a'))).toBe('created');
    expect(await store.create('stream/1', bytesOf(100, 'a'))).toBe('created');
    // Room for a part of the record only.
    const ballast = fill(disk, 16 * 1024);
    const failure = await failureOf(store.create('stream/2', large));
    expect(failure).toMatchObject({ name: 'StoreError', code: 'Full', maybeWritten: false });
    expect(failure.message).toMatch(/^Cannot write stream\/2 in dir:.*\(ENOSPC\)\. The disk is full: free some space, then run again\.$/);
    expect(await store.read('stream/2')).toBeUndefined();
    expect(await keysOf(store)).toEqual(['stream/0', 'stream/1']);
    expect(readdirSync(path.join(disk, 'journal', '.pending'))).toEqual([]);
    expect(Buffer.from((await store.read('stream/0')) ?? [])).toEqual(Buffer.from(bytesOf(100, 'a')));
    rmSync(ballast);
    expect(await store.create('stream/2', large)).toBe('created');
    expect(Buffer.from((await store.read('stream/2')) ?? [])).toEqual(Buffer.from(large));
  });

  test('that has no room for more names, the same holds, wherever on the way it ran out', async () => {
    const store = directoryStore(path.join(disks.names as string, 'journal'));
    let written = 0;
    let failure: StoreError | undefined;
    while (!failure) {
      try {
        await store.create(`folder-${written}/record`, bytesOf(10, 'c'));
        written += 1;
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        failure = error;
      }
    }
    expect(failure).toMatchObject({ code: 'Full', maybeWritten: false });
    expect(written).toBeGreaterThan(5);
    expect(await store.read(`folder-${written}/record`)).toBeUndefined();
    expect(await keysOf(store)).toHaveLength(written);
    rmSync(path.join(disks.names as string, 'journal', 'folder-0'), { recursive: true });
    expect(await store.create(`folder-${written}/record`, bytesOf(10, 'c'))).toBe('created');
  });

  test('no order is placed, the run fails and says why; with room again it orders once, and the journal is whole', async () => {
    const disk = disks.run as string;
    const store = directoryStore(path.join(disk, 'journal'));
    const groups = [
      { id: 'aig-1', name: 'office', region: 'cn-hangzhou', charge: 'PrePaid', expiresAt: '2026-11-17T00:00:00+08:00' },
    ] as const;
    const rule = '- {name: all, groups: {charge: subscription}, consoleAutoRenew: disabled, period: 1 Month, autoPay: true}';
    const fixture = await renewalFixture({ start: '2026-11-12T11:30:00+08:00', groups }, policyText(rule));
    try {
      const ballast = fill(disk);
      const full = await fixture.run('apply', { store });
      expect(full.failed).toBe(true);
      expect(full.errors.map(({ code }) => code)).toContain('Full');
      expect(orders(fixture)).toHaveLength(0);
      expect(fixture.simulator.ledger.count('RenewAppInstanceGroup', 'received')).toBe(0);
      rmSync(ballast);
      expect((await fixture.run('apply', { store })).failed).toBe(false);
      expect(orders(fixture)).toHaveLength(1);
      await fixture.run('apply', { store });
      expect(orders(fixture)).toHaveLength(1);
      expect((await verifyJournal(store)).problems).toEqual([]);
    } finally {
      await fixture.close();
    }
  });
});

test.runIf(!isMounted)('left out here: full disks, since this user may not mount a tmpfs (run the tests as root in a container)', () => {
  expect(mounted).toHaveLength(0);
});
