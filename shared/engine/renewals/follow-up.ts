import type { EpochMs } from '../../client/clock.ts';
import type { Added, Signed, WrittenLog } from '../../journal/intents/intent-log.ts';
import type { IntentOutcome } from '../../journal/intents/intent-record.ts';
import type { Storing } from '../../journal/store/store-effect.ts';
import type { ActDecision } from '../decision.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import type { Candidate, DueSubscription } from '../purchase/round.ts';
import { writtenOutcome } from './outcomes.ts';

/** What the journal calls the end of a subscription. */
const expirySetting = 'expiry';

/** An intent without a claim is given up after this long, in milliseconds: the run that wrote it has certainly ended then. */
const givenUpAfterMs = 60 * 60_000;

/** What became of intents of one record. */
interface Ended {
  readonly of: number;
  readonly resource: string;
  readonly outcome: IntentOutcome;
}

/** Ids of resources whose last intent to renew has no outcome: each run follows them up, in their window or not. */
export function followedIds(log: WrittenLog): ReadonlySet<string> {
  return new Set(log.openIntents(expirySetting).map(({ resource }) => resource));
}

/** Writes what is about to be ordered: limits over 24 hours count it, and it is followed up until its end is known. @throws StoreError @throws JournalError */
export function* writeIntents(log: WrittenLog, signed: Signed, target: string, decisions: readonly ActDecision[]): Storing<Added> {
  const intents = decisions.map(({ resource, action }) => ({
    resource: resource.id,
    setting: action.writes.setting,
    value: action.writes.value,
    key: action.key,
    sessions: 0,
  }));
  return yield* log.add(signed, { kind: 'intents', body: { target, intents } });
}

/** The ends of this run's intents that are known already. `intended` are the ids that were written down. */
export function endedNow(of: number, intended: readonly string[], renewals: readonly RenewalOutcome[]): readonly Ended[] {
  const byId = new Map(renewals.map((renewal) => [renewal.wish.resource.id, renewal]));
  return intended.flatMap((resource) => {
    const renewal = byId.get(resource);
    const outcome = renewal ? writtenOutcome(renewal) : 'not-sent';
    return outcome === undefined ? [] : [{ of, resource, outcome }];
  });
}

/** The ends of earlier intents, as far as the streams of their resources tell them now. */
export function endedSince(log: WrittenLog, candidates: readonly Candidate<DueSubscription>[], nowMs: EpochMs): readonly Ended[] {
  const byId = new Map(candidates.map((candidate) => [candidate.due.resource.id, candidate]));
  return log.openIntents(expirySetting).flatMap(({ resource, of, atMs }) => {
    const candidate = byId.get(resource);
    if (!candidate?.view || candidate.view.open) return [];
    const { last } = candidate.view;
    if (last !== undefined && last.atMs >= atMs) return [{ of, resource, outcome: last.end?.outcome === 'moved' ? 'done' : 'not-sent' }];
    return nowMs - atMs < givenUpAfterMs ? [] : [{ of, resource, outcome: 'not-sent' as const }];
  });
}

/** Writes the ends of intents, one record for each record of intents. @throws StoreError @throws JournalError */
export function* writeEnded(log: WrittenLog, signed: Signed, target: string, ended: readonly Ended[]): Storing<void> {
  for (const of of new Set(ended.map((each) => each.of))) {
    const outcomes = ended.filter((each) => each.of === of).map(({ resource, outcome }) => ({ resource, setting: expirySetting, outcome }));
    yield* log.add(signed, { kind: 'outcomes', body: { target, of, outcomes } });
  }
}
