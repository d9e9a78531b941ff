import type { EpochMs } from '../../client/clock.ts';
import { alertKey } from '../../journal/alerts.ts';
import { readApprovals } from '../../journal/approvals.ts';
import { fromSegment } from '../../journal/key.ts';
import type { Store } from '../../journal/store.ts';
import { runStoring } from '../../journal/store-effect.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import type { ExpiryLine } from './digest-facts.ts';
import type { Expiry } from './fleet-facts.ts';
import { rulesFor } from './rule-cover.ts';

/** Alarms are told from 72 hours before an expiry on (protocols, renewal); a day more for clocks and late runs. */
const alarmsMs = 4 * 86_400_000;
/** Steps of alarms about an expiry that is near; other alerts of the same expiry are no alarms. */
const alarmSteps = /^(72|24|6)h$/;

/**
 * What people were told and said about an expiry. One list where it is near; one list and the exact reads where its rule asks approvers.
 * @throws StoreError @throws JournalError
 */
export async function withWords(
  store: Store,
  expiry: Expiry,
  { policy, target, nowMs }: { readonly policy: CompiledPolicy; readonly target: CompiledTarget; readonly nowMs: EpochMs },
): Promise<ExpiryLine> {
  const { id: resource, expiresAtMs } = expiry;
  const { account } = target;
  const told: string[] = [];
  if (expiresAtMs - nowMs <= alarmsMs) {
    const any = alertKey({ account, resource, expiresAtMs, step: '-' });
    for await (const key of store.list(any.slice(0, -1))) {
      const step = fromSegment(key.slice(key.lastIndexOf('/') + 1));
      if (alarmSteps.test(step)) told.push(step);
    }
  }
  const rule = rulesFor(policy, target, 'renew-before-expiry').find(({ name }) => name === expiry.rule);
  const ask = rule?.['ask'] as { readonly who?: string; readonly links?: boolean } | undefined;
  const words = ask?.who
    ? await runStoring(store, readApprovals({ circle: ask.who, account, resource, expiresAtMs }, ask.links === true))
    : [];
  const last = words.filter(({ target: named, untilMs }) => named === target.name && untilMs > nowMs).at(-1);
  const hours = (step: string): number => Number.parseInt(step, 10);
  return {
    ...expiry,
    told: told.sort((a, b) => hours(b) - hours(a)),
    ...(last === undefined ? {} : { word: { verdict: last.verdict, by: last.by, highest: last.highest } }),
  };
}
