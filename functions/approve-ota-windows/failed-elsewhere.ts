import type { PlanContext } from '../../shared/engine/automation.ts';
import { IntentLog, writtenScope } from '../../shared/journal/intents/intent-log.ts';
import type { ExternalChange, ExternalSetting } from '../../shared/journal/intents/intent-record.ts';
import type { Storing } from '../../shared/journal/store/store-effect.ts';
import type { ActDecision, HoldDecision } from '../../shared/planning/decision.ts';
import { placeOf, placePrefix } from './history.ts';
import { reason } from './reasons.ts';
import { ringTimes } from './ring-times.ts';
import { failedVersions, ringMemory } from './rings.ts';

const functionName = 'approve-ota-windows';
const failed = 'failed-version ';

/** True for what failed on a target that the policy does not name: one that was renamed, as far as anybody can tell. */
function isNameless(place: string, { policy }: PlanContext): boolean {
  return !Object.hasOwn(policy.targets, place.slice(placePrefix.length));
}

/**
 * Versions that failed on this target, for runs of the others: a halt is of the version, whoever's account it failed in. Those that failed no
 * more are gone, once the whole target was seen; with them what stands under a name that the target had before. And the times of its rings.
 */
export function seenOfTarget(
  context: PlanContext,
  log: IntentLog,
  isWhole: boolean,
): { readonly seen: readonly ExternalChange[]; readonly gone: readonly ExternalSetting[] } {
  const resource = placeOf(context.target);
  const failures = [...failedVersions(ringMemory(context))].map(([version, groups]): ExternalChange => {
    const [first = '', ...others] = [...groups].sort();
    const value = others.length === 0 ? first : `${first} and ${others.length} more`;
    return { resource, setting: failed + version, value, sighted: true };
  });
  const seen = [...failures, ...(isWhole ? ringTimes(context) : [])];
  const stands = new Set(seen.map(({ setting }) => setting));
  const places = isWhole ? [resource, ...log.externallyChanged(placePrefix).filter((place) => isNameless(place, context))] : [];
  const gone = places.flatMap((place) => {
    const known = log.externalSettings(place).filter((setting) => place !== resource || !stands.has(setting));
    return known.map((setting) => ({ resource: place, setting }));
  });
  return { seen, gone };
}

/**
 * Holds approvals of versions that failed on another target of the policy. Read only where something would be approved: one stream of the journal
 * for each other account. @throws StoreError @throws JournalError where one cannot be read: then nothing tells, and nothing is approved
 */
export function* heldByOthers(
  decisions: readonly (ActDecision | HoldDecision)[],
  context: PlanContext,
  own: IntentLog,
  versionOf: (decision: ActDecision) => string | undefined,
): Storing<readonly (ActDecision | HoldDecision)[]> {
  if (!decisions.some(({ verdict }) => verdict === 'act')) return decisions;
  const { policy, target } = context;
  const logs = new Map([[writtenScope(target), own]]);
  const where = new Map<string, string>();
  for (const other of Object.values(policy.targets)) {
    const scope = writtenScope(other);
    const log = logs.get(scope) ?? (yield* IntentLog.load(functionName, scope));
    logs.set(scope, log);
    // A record that cannot be read may be the one that tells of a failure.
    const [damage] = other.name === target.name ? [] : log.damaged;
    if (damage) throw damage;
    const places = other.name === target.name ? [] : [placeOf(other)];
    for (const place of [...places, ...log.externallyChanged(placePrefix).filter((each) => isNameless(each, context))]) {
      for (const setting of log.externalSettings(place)) {
        const text = `${log.view.external(place, setting)?.value} of ${place.slice(placePrefix.length)}`;
        if (setting.startsWith(failed)) where.set(setting.slice(failed.length), text);
      }
    }
  }
  return decisions.map((decision) => {
    const version = decision.verdict === 'act' ? versionOf(decision) : undefined;
    const place = version === undefined ? undefined : where.get(version);
    if (version === undefined || place === undefined) return decision;
    const text = `${version} failed on ${place} and is halted for all. Put that right and let the update finish there, by hand, or take the group out of the rings.`;
    return { ...decision, verdict: 'hold', because: [reason('version-failed', text, { version, elsewhere: place }), ...decision.because] };
  });
}
