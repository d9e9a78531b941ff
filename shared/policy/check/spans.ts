import type { EpochMs } from '../../client/clock.ts';
import type { DocumentException, DocumentFreeze, LocalDateTime } from '../document.ts';
import type { PolicyDraft } from '../draft.ts';
import { stoppedBy } from '../freezes.ts';
import type { Findings, PolicyPath } from '../problem.ts';
import { dayMs, localMsOf } from '../values/local-date-time.ts';
import { zoneTable } from '../zone-source.ts';
import { instantOf } from '../zones.ts';
import { ordering } from './safety.ts';

const freezesRenewals = (name: string): string =>
  `holds renewals too, as long as they can be ordered at least 24 hours before their expiry after it; the others are ordered in spite of it. Add ${name} to except to order as ever, or write an exception with never: [renew] to order nothing`;

/** Checks exceptions and freezes: that they end after they begin, do something, and are not over. Without `nowMs` nothing counts as over. */
export function checkSpans(draft: PolicyDraft, findings: Findings, nowMs: EpochMs | undefined): void {
  for (const { index, value } of draft.exceptions) {
    const path = ['exceptions', index];
    checkSpan(value, path, value.targets ?? [...draft.targets.keys()], draft, findings, nowMs);
    checkException(value, path, findings);
  }
  for (const { index, value } of draft.freezes) {
    const path = ['limits', 'freezes', index];
    checkSpan(value, path, [...draft.targets.keys()], draft, findings, nowMs);
    const stopped = stoppedBy(
      value,
      draft.mode,
      draft.ruleLists.filter(({ rules }) => rules.length > 0).map(({ module }) => module),
    );
    if (stopped.length > 0) findings.warning(path, `while it lasts, ${stopped.join('. ')}. Add functions to except to keep them going`);
    const orders = ordering(draft);
    if (orders !== undefined && !value.except.includes(orders)) findings.warning(path, freezesRenewals(orders));
  }
}

function checkException(exception: DocumentException, path: PolicyPath, findings: Findings): void {
  const { keepAtLeastPercent, never, groups, workstations } = exception;
  if (groups === undefined && workstations === undefined) {
    findings.error(path, 'selects nothing; add groups or workstations, such as groups: {tags: {app: aurora}}');
  }
  if (keepAtLeastPercent === undefined && never.length === 0) {
    findings.error(path, 'asks for nothing; add keepAtLeast, such as keepAtLeast: 100%, or never, such as never: [cut-sessions]');
  }
  if (keepAtLeastPercent === 0) {
    findings.error([...path, 'keepAtLeast'], 'keeps nothing up, since it only raises; write 1% to 100%, or remove it');
  }
}

function checkSpan(
  span: DocumentException | DocumentFreeze,
  path: PolicyPath,
  targets: readonly string[],
  draft: PolicyDraft,
  findings: Findings,
  nowMs: EpochMs | undefined,
): void {
  const from = localMs(span.from);
  const until = localMs(span.until);
  if (until <= from) {
    const complaint = until === from ? 'is the same as from, so this lasts no time' : 'is before from';
    findings.error([...path, 'until'], `${complaint}; write a later date or time`);
    return;
  }
  if (nowMs === undefined || targets.length === 0) return;
  const ends = targets.map((name) => instantIn(draft.targets.get(name)?.timezone ?? draft.timezone, until));
  if (ends.every((end) => end !== undefined && end <= nowMs)) findings.warning(path, 'is over and does nothing any more; remove it');
}

function localMs({ date, minute }: LocalDateTime): number {
  return localMsOf(date, minute);
}

function instantIn(zone: string | undefined, local: number): EpochMs | undefined {
  if (zone === undefined) return undefined;
  return instantOf(zoneTable(zone, local - 3 * dayMs, local + 3 * dayMs), local);
}
