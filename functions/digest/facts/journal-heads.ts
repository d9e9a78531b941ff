import type { EpochMs } from '../../../shared/client/clock.ts';
import { type CoverageProblem, coverageOfJournal } from '../../../shared/journal/log/coverage.ts';
import { heartbeatsOf } from '../../../shared/journal/log/runs.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { shardsOf } from '../../../shared/policy/fan-out.ts';
import { functionsOf } from './rule-coverage.ts';

/** A head as a digest tells it. */
interface ToldHead {
  readonly sequence: number;
  /** SHA-256 of the head's bytes, lower-case hex: whoever keeps it can prove later what was there. */
  readonly hash: string;
}

/** What the journal looks like, compared with what was covered before. */
export interface JournalHeads {
  /** The newest head; undefined where nothing was covered yet. `total`: records that it and those before it cover. */
  readonly head: (ToldHead & { readonly total: number; readonly atMs: EpochMs }) | undefined;
  /** Records since the head before. They are covered by this one, unless nothing is to be written. */
  readonly fresh: number;
  /** Records that the next head is to cover. */
  readonly left: number;
  /** What is wrong: records that were changed or removed, broken chains, a head told earlier that is no longer there. */
  readonly problems: readonly CoverageProblem[];
  /** When the head compared with was told; undefined where there was none. */
  readonly comparedWithMs: EpochMs | undefined;
}

/** How the heads of a digest are made. */
export interface HeadsInput {
  readonly store: Store;
  readonly policy: CompiledPolicy;
  readonly nowMs: EpochMs;
  /** Token of the run that writes a head; undefined: nothing is written. */
  readonly owner: string | undefined;
  /** The head that the digest before told. */
  readonly earlier: (ToldHead & { readonly atMs: EpochMs }) | undefined;
}

/**
 * Covers what is new in the journal by a head, checks it and a part of what was covered before, and that the head told last is still there.
 * What it costs: see `coverageOfJournal`. @throws StoreError
 */
export async function headsForDigest({ store, policy, nowMs, owner, earlier }: HeadsInput): Promise<JournalHeads> {
  const look = await coverageOfJournal(store, {
    owner: owner ?? '',
    nowMs,
    write: owner !== undefined,
    heartbeats: heartbeatPlaces(policy),
  });
  const { head, fresh, left } = look;
  const problems = [...look.problems];
  if (earlier && !look.earlier.some(({ sequence, hash }) => sequence === earlier.sequence && hash === earlier.hash)) {
    const key = `heads/${String(earlier.sequence).padStart(8, '0')}`;
    const text =
      'It is not the head that an earlier digest told: it was changed or removed. Verify the journal with the hash from that digest.';
    problems.push({ key, code: 'UnknownHead', text });
  }
  const newest = head && { sequence: head.sequence, hash: head.hash, total: head.total, atMs: head.atMs };
  return { head: newest, fresh, left, problems, comparedWithMs: earlier?.atMs };
}

function heartbeatPlaces(policy: CompiledPolicy): readonly string[] {
  return Object.values(policy.targets).flatMap((target) =>
    ['digest', ...functionsOf(policy, target)].flatMap((functionName) =>
      shardsOf(target, functionName).map(({ shard }) => heartbeatsOf({ functionName, target: target.name, region: shard })),
    ),
  );
}
