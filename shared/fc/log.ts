import { redact } from '../client/redact.ts';
import { canonicalJson } from '../journal/log/record.ts';

/** Weight of a log line. */
type Level = 'info' | 'warn' | 'error';

/** Longest text of a field in a log line, in characters. */
const longest = 2000;

/** Writes one JSON line with what is known of the invocation, the fields given, and all texts redacted. */
export type Log = (level: Level, event: string, fields?: Readonly<Record<string, unknown>>) => void;

/** A log whose lines all carry `known`. `write` takes each line; default: standard output, which Function Compute collects. */
export function jsonLog(known: Readonly<Record<string, unknown>>, write: (line: string) => void = (line) => console.log(line)): Log {
  return (level, event, fields = {}) => write(canonicalJson(clean({ ...fields, ...known, level, event })));
}

function clean(value: unknown): unknown {
  if (typeof value === 'string') return redact(value, [], longest);
  if (Array.isArray(value)) return value.map(clean);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, clean(member)]));
}
