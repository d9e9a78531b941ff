import { type ChainProblem, type ChainRecord, type Known, replaced } from '../log/chain.ts';
import { type RenewalPart, renewalKey } from './renewal-record.ts';

/** A record of a stream of renewals, as `journal verify` reads it. */
export interface RenewalRecord extends ChainRecord {
  readonly n: number;
  readonly part: RenewalPart;
}

/**
 * Checks one stream of renewals, given all its records: numbers without a gap; each claim points to the end of the claim before it, or to
 * the slot; answers and ends point to their claim; the end of a claim carries the link of the answer that it was written on; nobody claims
 * behind a claim without an end. `head` is what a next claim must point to: the link of the last end; of the claim itself while it is open.
 */
export function verifyRenewals(
  stream: string,
  records: readonly RenewalRecord[],
  isKnown: Known = () => false,
): { readonly problems: readonly ChainProblem[]; readonly head: string } {
  const problems: ChainProblem[] = [];
  const tell = (problem: ChainProblem, ...about: readonly string[]): void => {
    if (![problem.key, ...about].some(isKnown)) problems.push(problem);
  };
  const byNumber = new Map<number, Partial<Record<RenewalPart, RenewalRecord>>>();
  for (const each of records) byNumber.set(each.n, { ...byNumber.get(each.n), [each.part]: each });
  const numbers = [...byNumber].sort(([a], [b]) => a - b);
  let expected = 0;
  /** What the next claim must point to, and where that stands; undefined behind a gap, where nothing can be said. */
  let before: { readonly key: string; readonly link: string } | 'nothing' | undefined = 'nothing';
  let head = '';
  for (const [index, [n, { claim, answer, end }]] of numbers.entries()) {
    const first = (claim ?? answer ?? end) as RenewalRecord;
    if (n !== expected) {
      tell(missing(renewalKey(stream, expected, 'claim'), `It is missing, though claim ${n} is there.`));
      before = undefined;
    }
    expected = n + 1;
    if (!claim) {
      tell(missing(renewalKey(stream, n, 'claim'), `It is missing, though ${first.part} ${n} is there.`));
      before = undefined;
      head = first.link;
      continue;
    }
    const parts = [answer, end].filter((part) => part?.record !== undefined) as RenewalRecord[];
    const strangers = parts.filter(({ record }) => record?.prev !== claim.link);
    // Where nothing fits the claim, it is the claim that is another one now.
    const isClaimChanged = strangers.length > 0 && strangers.length === parts.length;
    if (isClaimChanged) tell(replaced(claim.key), ...strangers.map(({ key }) => key));
    else for (const { key } of strangers) tell(replaced(key), claim.key);
    if (claim.record && before !== undefined && !isClaimChanged) {
      const expectedLink: string | null = before === 'nothing' ? null : before.link;
      // A claim that what stands behind it fits is not the one that was changed; where nothing does yet, the end before it may be.
      const behind = numbers[index + 1]?.[1].claim?.record?.prev;
      const isRefuted = claim.record.kind === 'slot' && typeof behind === 'string' && behind !== claim.link;
      const guilty = before === 'nothing' || isRefuted ? claim.key : before.key;
      if (claim.record.prev !== expectedLink) tell(replaced(guilty), claim.key, ...(before === 'nothing' ? [] : [before.key]));
    }
    const written = end?.record?.body['answer'];
    if (typeof written === 'string' && written !== answer?.link) {
      const key = renewalKey(stream, n, 'answer');
      tell(answer ? replaced(key) : missing(key, 'It is missing, though the end of its claim was written on it.'), end?.key ?? key);
    }
    const isSlot = claim.record?.kind === 'slot';
    if (!end && !isSlot && byNumber.has(n + 1))
      tell(missing(renewalKey(stream, n, 'end'), 'It is missing, though later claims are there.'));
    before = end ?? (isSlot ? claim : undefined);
    head = (end ?? claim).link;
  }
  return { problems, head };
}

function missing(key: string, text: string): ChainProblem {
  return { key, code: 'MissingRecord', text };
}
