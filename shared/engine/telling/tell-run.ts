import { alertKey, recordTold, toldAt } from '../../journal/alerts.ts';
import type { Store } from '../../journal/store.ts';
import { runStoring } from '../../journal/store-effect.ts';
import type { Notifier } from '../../notify/notifier.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import type { Reason } from '../decision.ts';
import { isExpected } from '../expected.ts';
import { reason } from '../reasons.ts';
import type { HourlyMemory } from '../renewals/alarms.ts';
import type { RunReport } from '../report.ts';
import { failureName } from './failure.ts';
import { newHolds, runMessages } from './run-messages.ts';

/** What became of telling of a run. */
interface ToldRun {
  /** One for each channel that did not deliver. */
  readonly warnings: readonly Reason[];
  /** Ids of resources whose new hold nobody was told of, although somebody was to be: the next run tells them again. */
  readonly untold: readonly string[];
}

/** How a run tells people. Never fails: a dead channel is a warning, and where the journal cannot be used things may be told twice. */
export type TellRun = (report: RunReport, policy: CompiledPolicy, store: Store) => Promise<ToldRun>;

/**
 * Tells on the channels of a policy, all of a run in one message for each. A failure of the same kinds is told once an hour, whoever runs: by
 * the journal, or as far as this process remembers where that cannot be used.
 */
export function tellingBy(notifier: Notifier, memory: HourlyMemory): TellRun {
  return async (report, policy, store) => {
    const failure = report.failed && (policy.tell['failed'] ?? []).length > 0 ? failureName(report) : undefined;
    const known = failure && (await foreseen(() => runStoring(store, toldAt(failure))));
    const failing =
      failure !== undefined && !known?.result && (known?.failed !== true || memory.isFirst(alertKey(failure), Date.parse(report.at)));
    const told = await Promise.all(
      runMessages(report, policy, failing).map(async (each) => ({ ...each, told: await notifier.send(each.channels, each.message) })),
    );
    const heard = (kind: 'held' | 'failed') => told.find((each) => each.kinds.has(kind) && each.told.delivered)?.message;
    const failed = heard('failed');
    if (failure && failed) {
      const { severity, title } = failed;
      await foreseen(() => runStoring(store, recordTold(failure, { owner: report.run, atMs: failed.timeMs }, { severity, title })));
    }
    const isLost = told.some(({ kinds }) => kinds.has('held')) && !heard('held');
    return {
      warnings: told.flatMap((each) =>
        each.told.failed.map(({ channel, because }) =>
          reason('channel-dead', `The channel ${channel} did not deliver: ${because}.`, { channel }),
        ),
      ),
      untold: isLost ? newHolds(report).map(({ resource }) => resource.id) : [],
    };
  };
}

/** What some work gave, or that it failed in a foreseen way. @throws what is a defect */
async function foreseen<T>(work: () => Promise<T>): Promise<{ readonly result?: T; readonly failed?: true }> {
  try {
    return { result: await work() };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { failed: true };
  }
}
