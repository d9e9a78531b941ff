import type { Finding, FindingState } from '../doctor/finding.ts';
import { styleFor } from './style.ts';

const areaWidth = 12;
const stateWidth = 9;

/** A finding for people: what it is, and below what to do about it. */
export function findingLines({ area, state, text, todo }: Finding): readonly string[] {
  const style = styleFor();
  const paint = { ok: style.good, warn: style.warn, fail: style.bad, unknown: style.dim }[state];
  const head = `${paint(state.padEnd(stateWidth))}${area.padEnd(areaWidth)}${text}`;
  return todo === undefined ? [head] : [head, `${' '.repeat(stateWidth + areaWidth)}${style.dim(`→ ${todo}`)}`];
}

/** The last line: how many of each, and whether anything has to be done. */
export function findingsSummary(findings: readonly Finding[]): string {
  const count = (state: FindingState): number => findings.filter((finding) => finding.state === state).length;
  const counts = `${count('ok')} ok · ${count('warn')} to look at · ${count('fail')} failed · ${count('unknown')} not to be known from here`;
  return count('fail') > 0 ? `${counts}. Fix what failed, then run this again.` : `${counts}.`;
}
