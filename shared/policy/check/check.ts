import type { EpochMs } from '../../client/clock.ts';
import type { PolicyDraft } from '../draft.ts';
import type { Findings } from '../problem.ts';
import type { AnyRuleModule } from '../rule-module.ts';
import { zoneTable } from '../zone-source.ts';
import { localTimeAt } from '../zones.ts';
import { checkApprovers } from './approvers.ts';
import { checkExceptionReach } from './exception-reach.ts';
import { Names } from './names.ts';
import { checkPlaces } from './places.ts';
import { checkReferences } from './references.ts';
import { checkRules } from './rules.ts';
import { checkSafety } from './safety.ts';
import { checkSchedules, checkWeekdaysOnHolidays } from './schedules.ts';
import { checkSpans } from './spans.ts';
import { checkTagKeys } from './tag-keys.ts';
import { checkUsage } from './usage.ts';

/** Checks a draft across its sections. `nowMs` makes it warn of what is over; without it, time plays no part. */
export function checkDraft(draft: PolicyDraft, modules: readonly AnyRuleModule[], findings: Findings, nowMs: EpochMs | undefined): void {
  const names = new Names(draft, findings);
  checkReferences(draft, names);
  checkPlaces(draft, findings);
  checkApprovers(draft, findings);
  const date = today(draft.timezone, nowMs);
  checkSchedules(draft, findings, date);
  checkSpans(draft, findings, nowMs);
  checkSafety(draft, modules, findings);
  checkRules(draft, names, findings);
  // With errors about, something may only look unused: what uses it is what is broken.
  if (!findings.all.some(({ severity }) => severity === 'error')) {
    checkUsage(draft, names);
    checkExceptionReach(draft, modules, findings);
    checkTagKeys(draft, findings);
    if (date !== undefined) checkWeekdaysOnHolidays(draft, findings, Number(date.slice(0, 4)));
  }
}

function today(zone: string | undefined, nowMs: EpochMs | undefined): string | undefined {
  if (zone === undefined || nowMs === undefined) return undefined;
  return localTimeAt(zoneTable(zone, nowMs, nowMs + 1), nowMs).date;
}
