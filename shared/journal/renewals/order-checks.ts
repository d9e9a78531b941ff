import type { EpochMs } from '../../client/clock.ts';
import { read } from '../../schema/compare.ts';
import { anyText, matching, oneOf, openObject, optional, type Schema, type TypeOf } from '../../schema/schema.ts';
import type { JournalRecord } from '../log/record.ts';
import { append, lastListed, readFrom, type StreamEnd } from '../log/stream.ts';
import { fromSegment, keyOf, streamKey } from '../store/key.ts';
import { malformed } from '../store/store.ts';
import type { Storing } from '../store/store-effect.ts';

/** What billing showed of the order of an open claim. */
const check = openObject({
  /** `absent`: no order of the claim, after the lag of billing. The others are states of the order that it names. */
  state: oneOf('paid', 'unpaid', 'cancelled', 'absent'),
  orderId: optional(anyText),
  /** Link of the claim that it is about. */
  claim: matching(/^[0-9a-f]{64}$/, 'write a SHA-256 in lower-case hex'),
});

/** The body of a check. */
export type OrderCheck = TypeOf<typeof check>;

/** The checks of one claim. */
export interface OrderChecks {
  readonly stream: string;
  /** Oldest first; each differs from the one before it. */
  readonly checks: readonly (OrderCheck & { readonly atMs: EpochMs })[];
  readonly end: StreamEnd;
}

/** The checks of claim `n` of a stream of renewals: `order-checks/<account>/<resource>/<n>`. */
function checkStream(renewals: string, n: number): string {
  const [, account = '', resource = ''] = renewals.split('/');
  return keyOf('order-checks', fromSegment(account), fromSegment(resource), String(n));
}

/**
 * What was seen of the order of a claim so far: one list, and one read beyond the newest record. Of checks that cannot be trusted none counts.
 * @param claim link of the claim; a check of another one is not read
 * @throws JournalError @throws StoreError
 */
export function* readOrderChecks(renewals: string, n: number, claim: string): Storing<OrderChecks> {
  const stream = checkStream(renewals, n);
  const checks: OrderChecks['checks'][number][] = [];
  const end = yield* readFrom(stream, 0, yield* lastListed(stream), ({ sequence, record }) => {
    const key = streamKey(stream, sequence);
    const body = readOrderCheck(key, record);
    if (body.claim !== claim) throw malformed(key, 'it is about another claim');
    checks.push({ ...body, atMs: record.atMs });
  });
  return { stream, checks, end };
}

/** Adds a check behind those that were read; another run's that came first stands in its place, and the next run reads it. @throws StoreError @throws JournalError */
export function* addOrderCheck(
  { stream, end }: OrderChecks,
  signed: { readonly owner: string; readonly atMs: EpochMs },
  body: OrderCheck,
): Storing<void> {
  yield* append(stream, end, { ...signed, kind: 'check', body }, () => 'stop');
}

/** The body of a check. @throws JournalError `MalformedRecord` */
export function readOrderCheck(key: string, record: JournalRecord): OrderCheck {
  const parsed = record.kind === 'check' ? read(check as Schema, record.body) : undefined;
  if (parsed?.ok) return parsed.value as OrderCheck;
  throw malformed(key, `it is no check: ${parsed ? parsed.where : `kind ${record.kind}`}`);
}
