import type { EpochMs } from '../../client/clock.ts';
import { readMarks } from '../../journal/alerts.ts';
import { readApprovals } from '../../journal/approvals.ts';
import type { Store } from '../../journal/store.ts';
import { runStoring } from '../../journal/store-effect.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import type { ExpiryLine } from './digest-facts.ts';
import type { Expiry } from './fleet-facts.ts';
import { rulesFor } from './rule-cover.ts';

/** The function that tells alarms. */
const renewing = 'renew-before-expiry';

/** Alarms are told from 72 hours before an expiry on (protocols, renewal); a day more for clocks and late runs. */
const alarmsMs = 4 * 86_400_000;
/** Steps of alarms about an expiry that is near; other alerts of the same expiry are no alarms. */
const alarmSteps = ['72h', '24h', '6h', '1h'];

/**
 * What people were told and said about an expiry. One read for each alarm where it is near; the exact reads where its rule asks approvers.
 * @throws StoreError @throws JournalError
 */
export async function withWords(
  store: Store,
  expiry: Expiry,
  { policy, target, nowMs }: { readonly policy: CompiledPolicy; readonly target: CompiledTarget; readonly nowMs: EpochMs },
): Promise<ExpiryLine> {
  const { id: resource, expiresAtMs } = expiry;
  const { account } = target;
  const near = expiresAtMs - nowMs <= alarmsMs ? alarmSteps : [];
  const names = near.map((step) => ({ account, resource, expiresAtMs, step }));
  const marks = await runStoring(store, readMarks({ functionName: renewing, nowMs }, names));
  const told = near.filter((_step, index) => marks[index]?.toldAtMs !== undefined);
  const rule = rulesFor(policy, target, renewing).find(({ name }) => name === expiry.rule);
  const ask = rule?.['ask'] as { readonly who?: string; readonly links?: boolean } | undefined;
  const words = ask?.who
    ? await runStoring(store, readApprovals({ circle: ask.who, account, resource, expiresAtMs }, ask.links === true))
    : [];
  const last = words.filter(({ target: named, untilMs }) => named === target.name && untilMs > nowMs).at(-1);
  return {
    ...expiry,
    told,
    ...(last === undefined ? {} : { word: { verdict: last.verdict, by: last.by, highest: last.highest } }),
  };
}
