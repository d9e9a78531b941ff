import { readWritten } from '../intents/intent-record.ts';
import { readAnswerBody } from '../people/approval-record.ts';
import { partOf } from '../people/exceptions.ts';
import { wordOf } from '../people/halts.ts';
import { readPolicyRecord } from '../people/policies.ts';
import { readBudgetRecord } from '../renewals/budget.ts';
import { expiriesIn } from '../renewals/expiries.ts';
import { readOrderCheck } from '../renewals/order-checks.ts';
import { parseRenewalKey, readRenewalBody } from '../renewals/renewal-record.ts';
import { parseStreamKey } from '../store/key.ts';
import { malformed } from '../store/store.ts';
import { type JournalRecord, parseRecord } from './record.ts';

interface Entry {
  readonly key: string;
  readonly stream: string;
  readonly sequence: number;
  readonly bytes: Uint8Array;
  readonly record: JournalRecord;
}

/** How the functions read what is in a record, by the first segment of its key; families that are not named have bodies that nobody goes by. */
const readers: Readonly<Record<string, (entry: Entry) => unknown>> = {
  approvals: answerIn,
  'approvals-link': answerIn,
  budget: ({ key, record }) => readBudgetRecord(key, record),
  exceptions: ({ key, sequence, record }) => partOf({ sequence, record }, key),
  expiries: ({ stream, sequence, record }) => expiriesIn(stream, sequence, record.body),
  halts: ({ key, record }) => wordOf({ record }, key),
  'order-checks': ({ key, record }) => readOrderCheck(key, record),
  policy: ({ key, sequence, bytes }) => readPolicyRecord(key, sequence, bytes),
  renewals({ key, record }) {
    const part = parseRenewalKey(key)?.part;
    if (part) readRenewalBody(key, record, part === 'claim' && record.kind === 'slot' ? 'slot' : part);
  },
  written: ({ key, record }) => readWritten(key, record),
};

function answerIn({ key, record }: Entry): void {
  const body = record.kind === 'approval' ? readAnswerBody(record.body) : { wrong: 'kind' };
  if ('wrong' in body) throw malformed(key, body.wrong);
}

/**
 * Reads a record as those read it who go by it, its body included.
 * @throws JournalError where it cannot be read so
 * @throws PolicyFormatError for a policy of a format that this version does not read
 */
export function readWholeRecord(key: string, bytes: Uint8Array): JournalRecord {
  const record = parseRecord(key, bytes);
  const place = parseStreamKey(key) ?? { stream: '', sequence: 0 };
  const family = key.slice(0, key.indexOf('/'));
  if (Object.hasOwn(readers, family)) readers[family]?.({ key, ...place, bytes, record });
  return record;
}
