import type { EpochMs } from '../../client/clock.ts';
import { read } from '../../schema/compare.ts';
import { anyText, decimal, openObject, optional } from '../../schema/schema.ts';
import { parseRecord } from '../log/record.ts';
import { append, lastListed, readFrom } from '../log/stream.ts';
import { streamKey } from '../store/key.ts';
import { JournalError, malformed } from '../store/store.ts';
import { type Storing, storeRead } from '../store/store-effect.ts';

/**
 * The stream of policies that wait for a second person: `policy-proposals/<seq>`. Apart from what is published, so that functions never see
 * it, and so that RAM can let more people propose than publish.
 */
const proposalStream = 'policy-proposals';

/** How long a proposal can be confirmed, in milliseconds: who looks later looks at another fleet. */
export const proposalLivesMs = 7 * 86_400_000;

/** After so long the one approver of a policy that names only one may confirm their own proposal, in milliseconds. */
export const aloneAfterMs = 86_400_000;

const body = openObject({
  by: anyText,
  who: optional(openObject({ account: anyText, userId: anyText })),
  because: optional(anyText),
  source: anyText,
  base: decimal,
  changed: decimal,
  covered: decimal,
  limitPercent: decimal,
  restores: optional(decimal),
});

/** What somebody proposes. */
export interface ProposalBody {
  /** Name of the RAM user who proposes. */
  readonly by: string;
  /** Account and id of that user: a name alone could be anybody's of that name. Absent in proposals of earlier versions. */
  readonly who?: { readonly account: string; readonly userId: string } | undefined;
  readonly because?: string | undefined;
  /** The policy as written. */
  readonly source: string;
  /** Number of the policy that it was compared with; confirming another change than the one that was shown is refused. */
  readonly base: number;
  /** What was shown: how many of the covered resources would change, and the limit in whole percent. */
  readonly changed: number;
  readonly covered: number;
  readonly limitPercent: number;
  /** The policy that a rollback would carry again. */
  readonly restores?: number | undefined;
}

/** A proposal in the store. */
export interface StoredProposal extends ProposalBody {
  readonly sequence: number;
  readonly atMs: EpochMs;
}

/** Writes a proposal behind those that are there. Gives its number. @throws StoreError */
export function* recordProposal(
  { owner, atMs }: { readonly owner: string; readonly atMs: EpochMs },
  proposal: ProposalBody,
): Storing<number> {
  const hint = yield* lastListed(proposalStream);
  const end = yield* readFrom(
    proposalStream,
    Math.max(0, hint),
    hint,
    () => {},
    () => {},
  );
  const { who, ...said } = proposal;
  const body = { ...said, ...(who === undefined ? {} : { who: { account: who.account, userId: who.userId } }) };
  return (yield* append(proposalStream, end, { kind: 'policy-proposal', atMs, owner, body })).sequence;
}

/** The proposal under a number; undefined where there is none. @throws StoreError @throws JournalError `MalformedRecord`, `NewerRecord` */
export function* readProposal(sequence: number): Storing<StoredProposal | undefined> {
  const key = streamKey(proposalStream, sequence);
  const bytes = yield* storeRead(key);
  if (bytes === undefined) return undefined;
  const record = parseRecord(key, bytes);
  const parsed = read(body, record.body);
  if (parsed.ok && record.kind === 'policy-proposal') return { ...parsed.value, sequence, atMs: record.atMs };
  throw malformed(key, 'it is no whole proposal: push the policy again');
}

/** The newest proposals, oldest first, as far as the list shows them and they can be read. @throws StoreError */
export function* newestProposals(count: number): Storing<readonly StoredProposal[]> {
  const last = yield* lastListed(proposalStream);
  const proposals: StoredProposal[] = [];
  for (let at = Math.max(0, last - count + 1); at <= last; at++) {
    try {
      const proposal = yield* readProposal(at);
      if (proposal) proposals.push(proposal);
    } catch (error) {
      if (!(error instanceof JournalError)) throw error;
    }
  }
  return proposals;
}
