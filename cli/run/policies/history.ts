import type { EpochMs } from '../../../shared/client/clock.ts';
import { lastListed } from '../../../shared/journal/log/stream.ts';
import type { StoredPolicy } from '../../../shared/journal/people/policies.ts';
import { type BrokenPolicy, newestPolicy, policyAt, policyStream } from '../../../shared/journal/people/policies.ts';
import { newestProposals, proposalLivesMs, type StoredProposal } from '../../../shared/journal/people/policy-proposals.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { runStoring } from '../../../shared/journal/store/store-effect.ts';
import { CommandFailure } from '../../failure.ts';
import { fileSource, type PolicySourceText } from './source.ts';

/** How many proposals are looked through for those that wait. */
const proposalsShown = 20;

/** One line of `policy log`. */
interface LoggedPolicy {
  readonly sequence: number;
  /** `in force`: functions go by it; `broken`: they pass it over. */
  readonly state: 'in force' | 'replaced' | 'broken';
  /** RFC 3339 in UTC; this and the following are absent where the record is broken. */
  readonly at?: string;
  readonly by?: string;
  readonly confirmedBy?: string | undefined;
  readonly because?: string | undefined;
  readonly restores?: number | undefined;
  readonly sourceHash?: string;
  /** From then on every decision holds, RFC 3339 in UTC. */
  readonly until?: string;
  /** Why it is broken. */
  readonly broken?: string;
}

/** What was published, newest first, and what waits for a second person. */
export interface PolicyHistory {
  readonly policies: readonly LoggedPolicy[];
  readonly waiting: readonly StoredProposal[];
  /** Zone of the policy in force; UTC where there is none. */
  readonly timezone: string;
}

/** The newest policies of a store, and the proposals that can still be confirmed at an instant. @throws StoreError */
export async function policyHistory(store: Store, count: number, nowMs: EpochMs): Promise<PolicyHistory> {
  const { good, broken } = await runStoring(store, newestPolicy());
  const listed = await runStoring(store, lastListed(policyStream));
  const newest = Math.max(listed, good?.sequence ?? -1, ...broken.map(({ sequence }) => sequence));
  const policies: LoggedPolicy[] = [];
  for (let at = newest; at >= 0 && policies.length < Math.min(count, 1000); at--) {
    const entry = (await runStoring(store, policyAt(at))) ?? { sequence: at, because: 'it is missing' };
    policies.push(logged(entry, good?.sequence));
  }
  const proposals = await runStoring(store, newestProposals(proposalsShown));
  const waits = ({ base, atMs }: StoredProposal): boolean => base === (good?.sequence ?? -1) && atMs + proposalLivesMs > nowMs;
  return { policies, waiting: proposals.filter(waits), timezone: good?.policy.timezone ?? 'UTC' };
}

function logged(entry: StoredPolicy | BrokenPolicy, inForce: number | undefined): LoggedPolicy {
  const { sequence } = entry;
  if ('because' in entry) return { sequence, state: 'broken', broken: entry.because };
  const { by, because, confirmedBy, restores, sourceHash } = entry.body;
  return {
    ...{ sequence, state: sequence === inForce ? 'in force' : 'replaced', at: new Date(entry.atMs).toISOString() },
    ...{ by, confirmedBy, because, restores, sourceHash, until: new Date(entry.policy.untilMs).toISOString() },
  };
}

/** Whether a name is the number of a policy of the store; else it is a file's. */
export function isNumber(name: string): boolean {
  return /^\d{1,8}$/.test(name);
}

/**
 * The text of a policy as people name it: a number of the store, or a file.
 * @throws CommandFailure `NoPolicy`, `PolicyUnusable`, `PolicyNotRead`
 */
export async function namedSource(store: Store, name: string): Promise<PolicySourceText> {
  if (!isNumber(name)) return await fileSource(name);
  const entry = await runStoring(store, policyAt(Number(name)));
  if (!entry) throw new CommandFailure('NoPolicy', `There is no policy ${name}; 'streamwarden policy log' shows what there is.`);
  if ('because' in entry) throw new CommandFailure('PolicyUnusable', `Policy ${name} cannot be read: ${entry.because}`);
  return storedSource(entry);
}

/** The text of a policy of the store. */
export function storedSource({ sequence, body }: StoredPolicy): PolicySourceText {
  return { name: `policy ${sequence}`, text: body.source, calendars: body.calendars };
}
