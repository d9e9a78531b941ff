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

/** What abbreviations may stand for: most stand for several zones, and an engine picks one of them without a word. */
const abbreviations: Readonly<Record<string, readonly string[]>> = {
  AEST: ['Australia/Brisbane', 'Australia/Sydney'],
  AST: ['America/Halifax', 'Asia/Riyadh'],
  BST: ['Europe/London', 'Asia/Dhaka'],
  CDT: ['America/Chicago', 'America/Havana'],
  CET: ['Europe/Berlin', 'Europe/Paris'],
  CST: ['Asia/Shanghai', 'America/Chicago', 'America/Havana'],
  EDT: ['America/New_York'],
  EET: ['Europe/Helsinki', 'Africa/Cairo'],
  EST: ['America/New_York', 'America/Panama'],
  GST: ['Asia/Dubai', 'Atlantic/South_Georgia'],
  HKT: ['Asia/Hong_Kong'],
  IST: ['Asia/Kolkata', 'Europe/Dublin', 'Asia/Jerusalem'],
  JST: ['Asia/Tokyo'],
  KST: ['Asia/Seoul'],
  MSK: ['Europe/Moscow'],
  MST: ['America/Denver', 'America/Phoenix', 'Asia/Yangon'],
  PDT: ['America/Los_Angeles'],
  PRC: ['Asia/Shanghai'],
  PST: ['America/Los_Angeles', 'Asia/Manila'],
  SGT: ['Asia/Singapore'],
  SST: ['Asia/Singapore', 'Pacific/Pago_Pago'],
  WIB: ['Asia/Jakarta'],
};

/** Names such as CST, EST5EDT or GB: what they mean differs by reader, or is fixed in the past. */
function isAbbreviation(text: string): boolean {
  return Object.hasOwn(abbreviations, text.toUpperCase()) || (/^[A-Z]{2,4}(\d[A-Z]{3})?$/.test(text) && text !== 'UTC' && text !== 'GMT');
}

function complaint(text: string): { message: string; suggestion: string | undefined } | undefined {
  if (isAbbreviation(text)) {
    const meant = abbreviations[text.toUpperCase()];
    const choice = meant === undefined ? `such as ${example}` : meant.join(meant.length > 2 ? ', or ' : ' or ');
    return {
      message: `"${text}" is an abbreviation and no one zone; write ${choice}`,
      suggestion: meant?.length === 1 ? meant[0] : undefined,
    };
  }
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

/**
 * What is odd about a zone that exists: a fixed offset, whose sign is the other way round in these names. Undefined where nothing is.
 */
export function zoneWarning(text: string): string | undefined {
  const match = /^(?:Etc\/)?GMT([+-])0?(\d{1,2})$/.exec(text);
  if (match === null || match[2] === '0') return undefined;
  const actual = `UTC${match[1] === '+' ? '-' : '+'}${match[2]}`;
  return `is ${actual}: the sign of these names is the other way round; write a place such as ${example}, which also knows daylight saving`;
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
