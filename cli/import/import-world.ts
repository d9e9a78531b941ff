import { safeParse } from 'zod/mini';
import { systemClock } from '../../shared/client/system-clock.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { targetEntry } from '../../shared/policy/schema/place.ts';
import { wrongName } from '../../shared/policy/schema/text.ts';
import { zoneName } from '../../shared/policy/schema/zone.ts';
import { CommandFailure } from '../failure.ts';
import { progressDisplay } from '../render/progress.ts';
import { openWorld } from '../world/open.ts';
import type { WorldOptions } from '../world/world.ts';
import type { ImportSettings, ObservedAccount } from './account.ts';
import { type ImportedPolicy, importPolicy } from './import-policy.ts';
import { isPresentable } from './presentable.ts';
import { readAccount } from './read-account.ts';

/** What is to be imported, and from where. */
export interface ImportOptions extends WorldOptions {
  /** Default: the account of the keys in use. */
  readonly account?: string;
  readonly role?: string;
  readonly endpoint: string;
  readonly serviceTimeZone: string;
  readonly peakTag: string;
}

/** A policy, and what it was made from. */
export interface Import extends ImportedPolicy {
  /** Where it was read, as the first line of every command says it. */
  readonly world: string;
  readonly observed: ObservedAccount;
  readonly settings: ImportSettings;
}

/** Name of the target unless `--target` gives one. */
const defaultTarget = 'imported';

/**
 * Reads an account of a world and makes its policy. Writes nothing anywhere.
 * @param quiet shows no progress
 * @throws CommandFailure `Usage` for an option that cannot be right, `OtherAccount` where the keys are not the account's, and as `readAccount`
 */
export async function importWorld(options: ImportOptions, quiet: boolean, signal: AbortSignal): Promise<Import> {
  const { target: name = defaultTarget, serviceTimeZone: zone, peakTag, account, role, endpoint } = options;
  checkOptions(options, name);
  const world = await openWorld(options);
  const progress = progressDisplay(systemClock.now, quiet);
  try {
    const caller = role === undefined || account === undefined ? await world.caller() : undefined;
    const id = account ?? (caller?.account as string);
    if (role === undefined && caller !== undefined && caller.account !== id) {
      throw new CommandFailure(
        'OtherAccount',
        `The keys in use are of account ${caller.account}; --role names a role of account ${id} that they may assume.`,
      );
    }
    const target: CompiledTarget = {
      name,
      account: id,
      ...(role === undefined ? {} : { role }),
      endpoint,
      timezone: zone,
      shardByRegion: false,
    };
    const observed = await readAccount(
      world.clientFor(target),
      target,
      (what, seen, announced) => progress.show(`import, ${what}`, { phase: 'observing', observed: seen, announced }),
      signal,
    );
    const settings: ImportSettings = { target: name, account: id, endpoint, role, zone, peakTag, nowMs: world.clock.now() };
    return { ...importPolicy(observed, settings), world: world.headline, observed, settings };
  } finally {
    progress.clear();
    await world.close();
  }
}

/** The policy's own checks of the words that the options put into it, before anything is read. */
function checkOptions({ account = '1234567890123456', role, endpoint, serviceTimeZone, peakTag }: ImportOptions, name: string): void {
  const refuse = (text: string): never => {
    throw new CommandFailure('Usage', text);
  };
  const wrong = wrongName(name);
  if (wrong !== undefined) refuse(`--target: ${wrong}.`);
  if (!isPresentable(peakTag)) refuse('--peak-tag is not a tag key; write one such as peak-nodes.');
  const zone = safeParse(zoneName, serviceTimeZone);
  if (!zone.success) refuse(`--service-time-zone: ${zone.error.issues[0]?.message}.`);
  const entry = safeParse(targetEntry, { account, endpoint, ...(role === undefined ? {} : { role }) });
  const issue = entry.error?.issues[0];
  if (issue === undefined) return;
  const key = String(issue.path[0]);
  refuse(
    key === 'endpoint'
      ? `--endpoint: there is no endpoint "${endpoint}"; write cn-shanghai or ap-southeast-1.`
      : `--${key}: ${issue.message}.`,
  );
}
