import type { RenewalPart } from './renewal-key.ts';

/** A record of a stream of renewals, as `journal verify` reads it. */
export interface ChainRecord {
  readonly key: string;
  readonly n: number;
  readonly part: RenewalPart;
  /** Undefined where the record cannot be read, which is told already. */
  readonly record: { readonly kind: string; readonly prev: string | null } | undefined;
  /** Link of its bytes. */
  readonly link: string;
}

/** What is wrong with a record. */
export interface ChainProblem {
  readonly key: string;
  readonly code: 'MissingRecord' | 'BrokenChain';
  readonly text: string;
}

/**
 * Checks one stream of renewals, given all its records: numbers without a gap; each claim points to the end of the claim before it, or to
 * the slot; answers and ends point to their claim, and nobody claims behind a claim without an end. `head` is what a next claim must point
 * to: the link of the last end; of the claim itself while it is open.
 */
export function verifyRenewals(records: readonly ChainRecord[]): { readonly problems: readonly ChainProblem[]; readonly head: string } {
  const problems: ChainProblem[] = [];
  const byNumber = new Map<number, Partial<Record<RenewalPart, ChainRecord>>>();
  for (const each of records) byNumber.set(each.n, { ...byNumber.get(each.n), [each.part]: each });
  let expected = 0;
  let before: string | null | undefined = null;
  let head = '';
  for (const [n, { claim, answer, end }] of [...byNumber].sort(([a], [b]) => a - b)) {
    const first = (claim ?? answer ?? end) as ChainRecord;
    if (n !== expected) {
      problems.push(missing(first.key, `Claim ${expected} is missing before this one.`));
      before = undefined;
    }
    expected = n + 1;
    if (!claim) {
      problems.push(missing(first.key, 'The claim that this record belongs to is missing.'));
      before = undefined;
      head = first.link;
      continue;
    }
    // Behind a gap nothing can be said about the link.
    if (claim.record && before !== undefined && claim.record.prev !== before) problems.push(broken(claim.key));
    for (const each of [answer, end]) if (each?.record && each.record.prev !== claim.link) problems.push(broken(each.key));
    const isSlot = claim.record?.kind === 'slot';
    if (!end && !isSlot && byNumber.has(n + 1))
      problems.push(missing(claim.key, 'The end of this claim is missing, though later claims are there.'));
    before = end?.link ?? (isSlot ? claim.link : undefined);
    head = before ?? claim.link;
  }
  return { problems, head };
}

function missing(key: string, text: string): ChainProblem {
  return { key, code: 'MissingRecord', text };
}

function broken(key: string): ChainProblem {
  return {
    key,
    code: 'BrokenChain',
    text: 'The record does not continue the one before it: one of the two was changed or replaced.',
  };
}
