import { alertId, readMark, recordTold } from '../../journal/log/alerts.ts';
import type { Store } from '../../journal/store/store.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import type { HourlyMemory } from '../../notify/hourly-memory.ts';
import type { Notifier } from '../../notify/notifier.ts';
import type { Reason } from '../../planning/decision.ts';
import type { CompiledPolicy } from '../../policy/compiled.ts';
import { isExpected } from '../expected.ts';
import { reason } from '../reasons.ts';
import type { RunReport } from '../report.ts';
import { failureName, isCutOffOnly } from './failure.ts';
import { withForged } from './once.ts';
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
 * the journal, or as far as this process remembers where that cannot be used. What failed only since `stoppedByHand` is not told.
 */
export function tellingBy(notifier: Notifier, memory: HourlyMemory, stoppedByHand?: () => boolean): TellRun {
  return async (report, policy, store) => {
    const nowMs = Date.parse(report.at);
    const isFailure = report.failed && !(stoppedByHand?.() && isCutOffOnly(report));
    const failure = isFailure && (policy.tell['failed'] ?? []).length > 0 ? failureName(report) : undefined;
    const reader = { functionName: report.function, nowMs };
    const mark = failure && (await foreseen(() => runStoring(store, readMark(reader, failure))));
    const failing =
      failure !== undefined &&
      mark?.toldAtMs === undefined &&
      (mark?.place !== undefined || memory.isFirst(`${report.function}/${alertId(failure)}`, nowMs));
    const told = await Promise.all(
      runMessages(report, policy, failing).map(async (each) => {
        const message = each.kinds.has('failed') ? withForged(each.message, mark?.forged) : each.message;
        return { ...each, told: await notifier.send(each.channels, message) };
      }),
    );
    const heard = (kind: 'held' | 'failed') => told.find((each) => each.kinds.has(kind) && each.told.delivered)?.message;
    const failed = heard('failed');
    if (failure && failed && mark?.place !== undefined) {
      const body = { severity: failed.severity, title: failed.title, place: mark.place };
      await foreseen(() => runStoring(store, recordTold(report.function, failure, { owner: report.run, atMs: failed.timeMs }, body)));
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

/** What some work gave; undefined where it failed in a foreseen way. @throws what is a defect */
async function foreseen<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isExpected(error)) throw error;
    return undefined;
  }
}
