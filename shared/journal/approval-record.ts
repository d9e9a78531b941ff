import * as z from 'zod/mini';
import { JournalError } from './journal-error.ts';

const body = z.object({
  verdict: z.enum(['approve', 'refuse']),
  by: z.string(),
  target: z.string(),
  period: z.object({ count: z.number(), unit: z.string() }),
  highest: z.object({ currency: z.string(), micros: z.string().check(z.regex(/^\d{1,30}$/)) }),
  until: z.string().check(z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)),
  because: z.optional(z.string()),
});

/** Reads the body of a record of kind `approval`. @throws JournalError `MalformedRecord` with the key */
export function readApprovalBody(key: string, value: unknown): z.output<typeof body> {
  const parsed = z.safeParse(body, value);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
  throw new JournalError(
    'MalformedRecord',
    `The approval ${key} cannot be read (${where}). Run 'streamwarden journal verify' and restore the stream from a backup; until then the renewal holds.`,
    { cause: parsed.error },
  );
}
