import { isMoneyJson, type MoneyJson } from '../../policy/money.ts';
import { read } from '../../schema/compare.ts';
import { anyText, decimal, flag, int, matching, oneOf, openObject, optional, type Schema, type TypeOf } from '../../schema/schema.ts';
import { anything, known, recordOf } from '../../schema/shapes.ts';
import type { JournalRecord } from '../log/record.ts';
import { fromSegment, keyOf } from '../store/key.ts';
import { malformed } from '../store/store.ts';

const note = optional(recordOf(anything));

/** What an order is about to move, written before it is sent. */
const claim = openObject({
  /** The expiry that was read, in whole seconds since 1970: the same instant is spelt in more than one way by the service. */
  expiry: int(),
  period: openObject({ count: int(), unit: oneOf('Week', 'Month', 'Year') }),
  autoPay: flag,
  /** What the budget sets aside for it. */
  price: known<MoneyJson>(isMoneyJson),
  /** Id of the reservation, and the month `yyyy-mm` whose budget holds it. */
  reservation: anyText,
  month: matching(/^\d{4}-\d{2}$/, 'write yyyy-mm'),
  /** The other month whose budget holds it too, near a change of month. */
  otherMonth: optional(matching(/^\d{4}-\d{2}$/, 'write yyyy-mm')),
  /** Known to the claimant alone: tells its own claim from another's after a lost answer. */
  token: anyText,
  /** The claimant's clock before it created the claim, epoch milliseconds. */
  t: decimal,
  target: anyText,
  operation: anyText,
  /** No order belongs to it: it only uses up the number of a reservation that nobody came back for. Absent: false. */
  abandoned: optional(flag),
  note,
});

/** A person's word that an expiry may be ordered for again, after a refund. It stands in the place of a claim and is never open. */
const slot = openObject({ expiry: int(), by: anyText, note });

/** What the claimant learned of its order. */
const answer = openObject({
  /**
   * `ordered` with the order's id; `rejected` an answer that proves that nothing was executed; `not-sent` nothing left the process;
   * `unclear` anything else.
   */
  outcome: oneOf('ordered', 'rejected', 'not-sent', 'unclear'),
  orderId: optional(anyText),
  code: optional(anyText),
  requestId: optional(anyText),
});

/** How a claim ended. */
const end = openObject({
  /** `moved` the expiry is later now, the budget stays used; `void` nothing was ordered, or it was cancelled. */
  outcome: oneOf('moved', 'void'),
  by: oneOf('claimant', 'run', 'person', 'billing'),
  /** The person, where it was one. */
  who: optional(anyText),
  /** The expiry as it stands after the move, in whole seconds since 1970. */
  movedTo: optional(int()),
  /** Whether the move equals the period that was ordered. */
  shiftMatches: optional(flag),
  orderId: optional(anyText),
  /**
   * Link of the answer that stood there when the end was written, so that nobody can change it later. Absent where there was none: one that
   * comes later is covered by the head of its day.
   */
  answer: optional(matching(/^[0-9a-f]{64}$/, 'write a SHA-256 in lower-case hex')),
  note,
});

const bodies = { claim, slot, answer, end } as const;

/** The body of a `claim`. */
export type ClaimBody = TypeOf<typeof claim>;
/** The body of a `slot`. */
export type SlotBody = TypeOf<typeof slot>;
/** The body of an `answer`. */
export type AnswerBody = TypeOf<typeof answer>;
/** The body of an `end`. */
export type EndBody = TypeOf<typeof end>;

interface Bodies {
  readonly claim: ClaimBody;
  readonly slot: SlotBody;
  readonly answer: AnswerBody;
  readonly end: EndBody;
}

/** A body by its kind. @throws JournalError `MalformedRecord` when the record is of another kind or its body of another shape */
export function readRenewalBody<K extends keyof Bodies>(key: string, record: JournalRecord, kind: K): Bodies[K] {
  const parsed = record.kind === kind ? read(bodies[kind] as Schema, record.body) : undefined;
  if (parsed?.ok) return parsed.value as Bodies[K];
  const what = parsed ? parsed.where : `kind ${record.kind}`;
  throw malformed(key, `it is no ${kind}: ${what}`);
}

/** Stream of a resource's renewals: `renewals/<account>/<resource>`. Account and id name the resource; a region would claim it twice. */
export function renewalStream(account: string, resourceId: string): string {
  return keyOf('renewals', account, resourceId);
}

/** The records of one claim. */
export type RenewalPart = 'claim' | 'answer' | 'end';

/** Key of a record of claim `n`: `<stream>/<n>/<part>`, `n` with eight digits. */
export function renewalKey(stream: string, n: number, part: RenewalPart): string {
  return `${stream}/${String(n).padStart(8, '0')}/${part}`;
}

/** Where a record of a renewal belongs; undefined for other keys. */
export function parseRenewalKey(
  key: string,
):
  | { readonly stream: string; readonly account: string; readonly resourceId: string; readonly n: number; readonly part: RenewalPart }
  | undefined {
  const match = /^(renewals\/([^/]+)\/([^/]+))\/(\d{8})\/(claim|answer|end)$/.exec(key);
  if (!match) return undefined;
  const [, stream, account, resource, n, part] = match as unknown as [string, string, string, string, string, RenewalPart];
  return { stream, account: fromSegment(account), resourceId: fromSegment(resource), n: Number(n), part };
}
