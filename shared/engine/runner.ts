import type { Resource } from '../fleet/resource.ts';
import type { Notifier } from '../notify/notifier.ts';
import type { Automation } from './automation.ts';
import type { RunReport } from './report.ts';
import { type RunOptions, run } from './run.ts';

/** What any run of a function needs, whatever the function does. */
export interface RunnerOptions extends Omit<RunOptions<Resource>, 'automation' | 'factReader' | 'rules'> {
  /** How people are told. Default: on the console. */
  readonly notifier?: Notifier | undefined;
  /**
   * Orders may be placed although the journal is kept on this machine only: no other machine that runs the same policy would know of them.
   * Default: false, and such orders are held.
   */
  readonly allowLocalStore?: boolean | undefined;
}

/** A function as commands and handlers run it: on one target, once. */
export interface Runner {
  readonly name: string;
  /** True where it has something to see to although the policy has no rule of it. Default: false. */
  readonly withoutRules?: true;
  /** One run. What fails on the way is in the report; defects of the program are thrown. */
  run(options: RunnerOptions): Promise<RunReport>;
}

/** The runner of an automation that observes, decides and acts by itself. */
export function automationRunner<R extends Resource>(automation: Automation<R>): Runner {
  const { name, withoutRules } = automation;
  return { name, ...(withoutRules ? { withoutRules } : {}), run: (options) => run<R>({ ...options, automation }) };
}
