import * as z from 'zod/mini';
import { nearest } from '../suggest.ts';

const example = 'Asia/Shanghai';

/** The zone's name as the zone database spells it; undefined when there is no such zone. */
function canonicalZone(text: string): string | undefined {
  // Offsets such as +08:00 pass in newer engines, but they know no daylight saving and are no IANA names.
  if (!/^[A-Za-z]/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

function complaint(text: string): { message: string; suggestion: string | undefined } | undefined {
  const canonical = canonicalZone(text);
  if (canonical === undefined) {
    const suggestion = nearest(text, Intl.supportedValuesOf('timeZone'));
    return { message: `"${text}" is not a time zone; write an IANA name such as ${suggestion ?? example}`, suggestion };
  }
  // An alias (Asia/Calcutta for Asia/Kolkata) is a name of its own; only a difference in case is a mistake.
  if (canonical !== text && canonical.toLowerCase() === text.toLowerCase()) {
    return { message: `"${text}" differs in case from the zone's name; write ${canonical}`, suggestion: canonical };
  }
  return undefined;
}

/** An IANA time zone that this engine's zone database knows. */
export const zoneName = z.pipe(
  z.string().check(z.meta({ title: 'a time zone', examples: [example], pattern: '^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+)*$' })),
  z.transform((text: string, payload) => {
    const wrong = complaint(text);
    if (wrong === undefined) return text;
    payload.issues.push({ code: 'custom', input: text, message: wrong.message, params: { suggestion: wrong.suggestion } });
    return z.NEVER;
  }),
);
