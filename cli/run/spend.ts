import { existsSync } from 'node:fs';
import { monthIn } from '../../functions/renew-before-expiry/purchase/month.ts';
import { readSpendingOf, type SpendingFound } from '../../functions/renew-before-expiry/purchase/spending.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { zoneTable } from '../../shared/policy/zone-source.ts';
import { CommandFailure } from '../failure.ts';
import { existingStore } from '../world/existing-store.ts';
import type { WorldOptions } from '../world/world.ts';
import { compilePolicy, readPolicy } from './policy.ts';
import { newestIn, policyInStore, withSession } from './session.ts';

/** Options of the command that lists spending. */
export interface SpendOptions extends WorldOptions {
  /** A file, or `store`. Default: `policy.yaml` where it is there, else the policy in the journal, else none. */
  readonly policy?: string | undefined;
  /** `yyyy-mm`. Default: this month, the month before and what comes after. */
  readonly month?: string | undefined;
}

/** What was spent, and where that was read. */
export interface Spend extends SpendingFound {
  /** What the first line of the output says. */
  readonly from: string;
  /** The zone of months and times. */
  readonly timezone: string;
  readonly nowMs: number;
  /** Where the limits are from; undefined where there is no policy, and none is known. */
  readonly policy: string | undefined;
}

const defaultPolicy = 'policy.yaml';

/** How far months are told apart by the zone's clock, in milliseconds: ten years each way. */
const lookingBackMs = 3_660 * dayMs;

/**
 * Reads how the budgets stand. A journal alone is enough: with no account and no simulator named, the one of `--state` is read by the wall's clock.
 * @throws CommandFailure where the policy, the journal or the world cannot be used
 */
export async function gatherSpend(options: SpendOptions): Promise<Spend> {
  if (options.month !== undefined && !/^\d{4}-(0[1-9]|1[0-2])$/.test(options.month)) {
    throw new CommandFailure('Usage', `--month takes a month such as 2026-11, not '${options.month}'.`);
  }
  if (options.target !== undefined || options.simulator !== undefined || options.scenario !== undefined) {
    return await withSession({ ...options, policy: options.policy ?? defaultPolicy }, async ({ policy, world }) =>
      read(options, { store: world.store, policy, named: options.policy ?? defaultPolicy, nowMs: world.clock.now(), from: world.headline }),
    );
  }
  const store = existingStore(options.state);
  const nowMs = systemClock.now();
  const { policy, named } = await policyFor(store, options.policy, nowMs);
  return await read(options, { store, policy, named, nowMs, from: `the journal ${store.name}` });
}

/** The policy whose limits count for a journal that is read alone. */
async function policyFor(
  store: Store,
  named: string | undefined,
  nowMs: number,
): Promise<{ readonly policy?: CompiledPolicy; readonly named?: string }> {
  if (named !== policyInStore && (named !== undefined || existsSync(defaultPolicy))) {
    const file = named ?? defaultPolicy;
    return { policy: compilePolicy(await readPolicy(file), nowMs), named: file };
  }
  const { good } = await newestIn({ store });
  if (good) return { policy: good.policy, named: 'the policy in the journal' };
  if (named === undefined) return {};
  throw new CommandFailure('PolicyMissing', `${store.name} has no policy that could be used; name a file with --policy.`);
}

interface Source {
  readonly store: Store;
  readonly policy?: CompiledPolicy | undefined;
  readonly named?: string | undefined;
  readonly nowMs: number;
  readonly from: string;
}

async function read({ month }: SpendOptions, { store, policy, named, nowMs, from }: Source): Promise<Spend> {
  const timezone = policy?.timezone ?? 'UTC';
  const monthOf = monthIn(zoneTable(timezone, nowMs - lookingBackMs, nowMs + lookingBackMs));
  const limits = new Map((policy?.limits.spendPerMonth ?? []).map((limit) => [limit.currency, limit]));
  const found = await runStoring(store, readSpendingOf(month, { limits, monthOf, nowMs }));
  return { ...found, from, timezone, nowMs, policy: named };
}
