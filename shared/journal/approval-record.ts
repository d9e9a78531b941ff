import { read } from '../schema/read.ts';
import { anyText, decimal, matching, oneOf, openObject, optional, type TypeOf } from '../schema/schema.ts';
import { JournalError } from './journal-error.ts';
import { recordTime } from './record.ts';

const body = openObject({
  verdict: oneOf('approve', 'refuse'),
  by: anyText,
  target: anyText,
  period: openObject({ count: decimal, unit: anyText }),
  highest: openObject({ currency: anyText, micros: matching(/^\d{1,30}$/, 'write millionths in digits') }),
  until: recordTime,
  because: optional(anyText),
});

/** Reads the body of a record of kind `approval`. @throws JournalError `MalformedRecord` with the key */
export function readApprovalBody(key: string, value: unknown): TypeOf<typeof body> {
  const parsed = read(body, value);
  if (parsed.ok) return parsed.value;
  throw new JournalError(
    'MalformedRecord',
    `The approval ${key} cannot be read (${parsed.where}). Run 'streamwarden journal verify' and restore the stream from a backup; until then the renewal holds.`,
  );
}
