import type { Command } from 'commander';
import type { Store } from '../../shared/journal/store/store.ts';
import { CommandFailure } from '../failure.ts';
import type { PolicyPair } from '../run/policies/diff.ts';
import { worldOptions } from '../world/options.ts';
import type { World, WorldOptions } from '../world/world.ts';

interface Flags extends WorldOptions {
  readonly policy: string;
  readonly json?: boolean;
}

interface LogFlags extends Flags {
  readonly last: string;
}

interface DiffFlags extends Flags {
  readonly decisions?: boolean;
}

/**
 * Adds `streamwarden policy log|diff`: what was published, by whom and why, and what differs between two policies, in words and in decisions.
 * Nothing here writes. Exit code 0, or 1 where something could not be read or observed; `diff` gives 0 whether or not anything differs.
 */
export function policyCommand(program: Command): void {
  const policy = program.command('policy').description('list the published policies, and show what differs between two');
  worldOptions(policy.command('log'))
    .description('what was published and what waits for a second person, newest first')
    .option('--policy <file>', 'policy file, read only for its store', 'policy.yaml')
    .option('--last <count>', 'how many', '20')
    .option('--json', 'print one JSON object instead of text')
    .action(async (flags: LogFlags) => log(flags));
  worldOptions(policy.command('diff'))
    .description('what differs between two policies')
    .argument('[from]', 'number of a policy, or a file (default: the one before)')
    .argument('[to]', 'number of a policy, or a file (default: the one in force)')
    .option('--policy <file>', 'policy file, read only for its store', 'policy.yaml')
    .option('--decisions', 'also what would be decided otherwise, on live state')
    .option('--json', 'print one JSON object instead of text')
    .action(async (from: string | undefined, to: string | undefined, flags: DiffFlags) => {
      process.exitCode = await diff(from, to, flags);
    });
}

/** Looking needs no world, only the store; the world says where that is, unless it is named. */
async function withStore<T>(flags: Flags, work: (store: Store, world: World | undefined) => Promise<T>): Promise<T> {
  if (flags.target === undefined && flags.simulator === undefined) {
    const { existingStore } = await import('../world/existing-store.ts');
    return await work(existingStore(flags.state), undefined);
  }
  const { withPolicyConnection } = await import('../run/policies/connection.ts');
  return await withPolicyConnection(flags, async (world) => work(world.store, world));
}

async function log(flags: LogFlags): Promise<void> {
  const [{ policyHistory }, { historyLines }, { localClock }, { styleFor }, { systemClock }, { canonicalJson }] = await Promise.all([
    import('../run/policies/history.ts'),
    import('../render/policies.ts'),
    import('../render/local-clock.ts'),
    import('../render/style.ts'),
    import('../../shared/client/system-clock.ts'),
    import('../../shared/journal/log/record.ts'),
  ]);
  if (!/^[1-9]\d{0,7}$/.test(flags.last)) throw new CommandFailure('Usage', `--last takes a whole number, not '${flags.last}'.`);
  await withStore(flags, async (store, world) => {
    const nowMs = (world?.clock ?? systemClock).now();
    const { timezone, ...history } = await policyHistory(store, Number(flags.last), nowMs);
    if (flags.json) {
      const waiting = history.waiting.map(({ source: _source, atMs, ...rest }) => ({ ...rest, at: new Date(atMs).toISOString() }));
      process.stdout.write(`${canonicalJson({ format: 1, policies: history.policies, waiting })}\n`);
      return;
    }
    const lines = historyLines(history, localClock(timezone, nowMs), styleFor());
    const nothing = `Nothing was published to ${store.name}: functions go by the policy beside their code.`;
    const place = `Journal: ${store.name}`;
    process.stdout.write(lines.length === 0 ? `${place}\n${nothing}\n` : `${place}\n${lines.join('\n')}\nTimes: ${timezone}\n`);
  });
}

async function diff(from: string | undefined, to: string | undefined, flags: DiffFlags): Promise<number> {
  const [
    { diffedPair, decisionsOf, filePair, calendarChangesOf },
    { unifiedDiff },
    { comparisonJson, comparisonLines },
    { styleFor },
    { localClock },
    { canonicalJson },
  ] = await Promise.all([
    import('../run/policies/diff.ts'),
    import('../render/line-diff.ts'),
    import('../render/policies.ts'),
    import('../render/style.ts'),
    import('../render/local-clock.ts'),
    import('../../shared/journal/log/record.ts'),
  ]);
  if (flags.decisions && flags.target === undefined && flags.simulator === undefined) {
    throw new CommandFailure('Usage', '--decisions looks at live state: name --target for the cloud, or --simulator.');
  }
  const files = await filePair(from, to);
  const show = async (pair: PolicyPair, world: World | undefined, journal?: string): Promise<number> => {
    const lines = unifiedDiff(pair.from, pair.to);
    const { systemClock } = await import('../../shared/client/system-clock.ts');
    const calendar = calendarChangesOf(pair, (world?.clock ?? systemClock).now());
    const comparison = flags.decisions && world ? await decisionsOf(world, pair) : undefined;
    if (flags.json) {
      const decisions = comparison && { ...comparisonJson(comparison), weakened: comparison.weakened };
      process.stdout.write(`${canonicalJson({ format: 1, from: pair.from.name, to: pair.to.name, diff: lines, calendar, decisions })}\n`);
    } else {
      const told = comparison && [
        ...comparisonLines(comparison, styleFor(), localClock(comparison.timezone, comparison.nowMs)),
        ...comparison.weakened.map(({ text }) => `  weaker: ${text}`),
        `${comparison.changed} of ${comparison.covered} covered resources are decided otherwise in the coming week.`,
      ];
      const same = lines.length === 0 ? [`${pair.from.name} and ${pair.to.name} are the same text.`] : lines;
      const where = journal === undefined ? [] : [`Journal: ${journal}`];
      process.stdout.write(`${[...where, ...same, ...calendar, ...(told ?? [])].join('\n')}\n`);
    }
    return comparison && comparison.missed.length > 0 ? 1 : 0;
  };
  if (files && !flags.decisions) return await show(files, undefined);
  return await withStore(flags, async (store, world) => await show(files ?? (await diffedPair(store, from, to)), world, store.name));
}
