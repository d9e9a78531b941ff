import type { Message } from './message.ts';

/**
 * A message as JSON `{"id","time","severity","title","text","data"}`: `time` is RFC 3339 in UTC, amounts carry whole numbers as text, and
 * all characters beyond ASCII are escaped, so that any transport carries it unchanged.
 */
export function messageJson({ id, timeMs, severity, title, text, data = {} }: Message): string {
  const json = JSON.stringify({ id, time: new Date(timeMs).toISOString(), severity, title, text, data }, (_key, value: unknown) =>
    typeof value === 'bigint' ? value.toString() : value,
  );
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
