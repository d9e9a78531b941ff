import type { Resource } from '../fleet/resource.ts';
import type { LinkMaker } from '../journal/people/approval-link.ts';
import type { LinkProver } from '../journal/people/approvals.ts';
import { UsageMemory } from '../journal/usage/usage-sample.ts';
import { HourlyMemory } from '../notify/hourly-memory.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Automation } from './automation.ts';
import { tellingBy } from './notifications.ts';
import type { PlannedSpending } from './planned-spending.ts';
import type { RunReport } from './report.ts';
import { type RunOptions, run } from './run.ts';

/** What any run of a function needs, whatever the function does. */
export interface RunnerOptions extends Omit<RunOptions<Resource>, 'automation' | 'factReader' | 'rules' | 'tell' | 'usage'> {
  /** How people are told. Default: orders, alarms and digests on the console, and of other runs nobody. */
  readonly notifier?: Notifier | undefined;
  /** Makes the links by which renewals can be approved. Default: questions go out without. */
  readonly approvalLink?: LinkMaker | undefined;
  /** What other targets of the same plan would order: they share one budget. Default: nothing. */
  readonly planned?: PlannedSpending | undefined;
  /** Checks answers that were given by link. Default: they cannot be checked, so that none of them approves anything. */
  readonly proveLink?: LinkProver | undefined;
  /**
   * Orders may be placed although the journal is kept on this machine only: no other machine that runs the same policy would know of them.
   * Default: false, and such orders are held.
   */
  readonly allowLocalStore?: boolean | undefined;
  /** True once a person at the keyboard has stopped the run: what fails by that alone is told to nobody else. Default: false. */
  readonly stoppedByHand?: (() => boolean) | undefined;
}

/** A function as commands and handlers run it: on one target, once. */
export interface Runner {
  readonly name: string;
  /** True where it has something to see to although the policy has no rule of it. Default: false. */
  readonly withoutRules?: true;
  /** One run. What fails on the way is in the report; defects of the program are thrown. */
  run(options: RunnerOptions): Promise<RunReport>;
}

/** The runner of an automation that observes, decides and acts by itself, and tells people of it. */
export function automationRunner<R extends Resource>(automation: Automation<R>): Runner {
  const { name, withoutRules } = automation;
  // What it told while the journal could not be used it remembers as long as the process lives.
  const memory = new HourlyMemory();
  const usage = new UsageMemory();
  return {
    name,
    ...(withoutRules ? { withoutRules } : {}),
    run: (options) =>
      run<R>({ ...options, automation, usage, tell: options.notifier && tellingBy(options.notifier, memory, options.stoppedByHand) }),
  };
}
