import * as z from 'zod/mini';
import { isMoneyJson, type MoneyJson } from '../policy/money.ts';
import { JournalError } from './journal-error.ts';
import { recordOf } from './json-shapes.ts';
import type { JournalRecord } from './record.ts';

const note = z.optional(recordOf(z.unknown()));

/** What an order is about to move, written before it is sent. */
const claim = z.object({
  /** The expiry that was read, in whole seconds since 1970: the same instant is spelt in more than one way by the service. */
  expiry: z.int(),
  period: z.object({ count: z.int(), unit: z.enum(['Week', 'Month', 'Year']) }),
  autoPay: z.boolean(),
  /** What the budget sets aside for it. */
  price: z.custom<MoneyJson>(isMoneyJson),
  /** Id of the reservation, and the month `yyyy-mm` whose budget holds it. */
  reservation: z.string(),
  month: z.string().check(z.regex(/^\d{4}-\d{2}$/)),
  /** Known to the claimant alone: tells its own claim from another's after a lost answer. */
  token: z.string(),
  /** The claimant's clock before it created the claim, epoch milliseconds. */
  t: z.number(),
  target: z.string(),
  operation: z.string(),
  note,
});

/** A person's word that an expiry may be ordered for again, after a refund. It stands in the place of a claim and is never open. */
const slot = z.object({ expiry: z.int(), by: z.string(), note });

/** What the claimant learned of its order. */
const answer = z.object({
  /**
   * `ordered` with the order's id; `rejected` an answer that proves that nothing was executed; `not-sent` nothing left the process;
   * `unclear` anything else.
   */
  outcome: z.enum(['ordered', 'rejected', 'not-sent', 'unclear']),
  orderId: z.optional(z.string()),
  code: z.optional(z.string()),
  requestId: z.optional(z.string()),
});

/** How a claim ended. */
const end = z.object({
  /** `moved` the expiry is later now, the budget stays used; `void` nothing was ordered, or it was cancelled. */
  outcome: z.enum(['moved', 'void']),
  by: z.enum(['claimant', 'run', 'person', 'billing']),
  /** The person, where it was one. */
  who: z.optional(z.string()),
  /** The expiry as it stands after the move, in whole seconds since 1970. */
  movedTo: z.optional(z.int()),
  /** Whether the move equals the period that was ordered. */
  shiftMatches: z.optional(z.boolean()),
  orderId: z.optional(z.string()),
  note,
});

const bodies = { claim, slot, answer, end } as const;

/** The body of a `claim`. */
export type ClaimBody = z.output<typeof claim>;
/** The body of a `slot`. */
export type SlotBody = z.output<typeof slot>;
/** The body of an `answer`. */
export type AnswerBody = z.output<typeof answer>;
/** The body of an `end`. */
export type EndBody = z.output<typeof end>;

interface Bodies {
  readonly claim: ClaimBody;
  readonly slot: SlotBody;
  readonly answer: AnswerBody;
  readonly end: EndBody;
}

/** A body by its kind. @throws JournalError `MalformedRecord` when the record is of another kind or its body of another shape */
export function readRenewalBody<K extends keyof Bodies>(key: string, record: JournalRecord, kind: K): Bodies[K] {
  const parsed = record.kind === kind ? z.safeParse(bodies[kind] as z.core.$ZodType, record.body) : undefined;
  if (parsed?.success) return parsed.data as Bodies[K];
  const what = parsed ? parsed.error?.issues.map((issue) => issue.path.join('.')).join(', ') : `kind ${record.kind}`;
  throw new JournalError(
    'MalformedRecord',
    `The journal record ${key} cannot be read as ${kind} (${what}). Run 'streamwarden journal verify' and restore it from a backup; nothing is ordered for this resource until then.`,
    { cause: parsed?.error },
  );
}
