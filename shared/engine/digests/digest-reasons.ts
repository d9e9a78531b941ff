import type { Json, Reason } from '../decision.ts';

/** Every code of the warnings in reports of digest, with its meaning. Codes are stable; texts may change. */
export const digestCodes = {
  'digest-due': 'A digest is due; a plan sends nothing.',
  'digest-waits': 'A digest waits for the runs of its other targets, at most 20 minutes.',
  'digest-undelivered': 'No receiver has confirmed the digest; it is sent again after ten minutes.',
  'digest-incomplete': 'The digest went out without a target that no run had observed.',
  'function-silent': 'A function did not run when it should have, or renewals had no run without failure.',
  'journal-blind': 'The journal cannot be read, so that no silence of a function can be noticed.',
} as const satisfies Readonly<Record<string, string>>;

/** Builds a reason; `data` holds what a program may want to read from it. */
export function digestReason(code: keyof typeof digestCodes, text: string, data?: Readonly<Record<string, Json | undefined>>): Reason {
  return data === undefined ? { code, text } : { code, text, data };
}
