import type { EpochMs } from '../client/clock.ts';
import type { Resource } from '../fleet/resource.ts';
import type { JournalError } from '../journal/store/store.ts';
import type { ActDecision, HoldDecision, Reason } from '../planning/decision.ts';
import type { CompiledPolicy, CompiledTarget, CompiledWarning } from '../policy/compiled.ts';
import { isOthers, type RefusedAccount } from './account-check.ts';
import type { CallCounts } from './counting-client.ts';
import type { Observation } from './observe.ts';
import { incompleteText } from './observe-whole.ts';
import { reason } from './reasons.ts';
import { isExpected, type Outcome, type PurchaseReport, type RunError, type RunReport, runError, sumCosts, type Totals } from './report.ts';

type Head = Pick<RunReport, 'run' | 'function' | 'target' | 'region' | 'account' | 'world' | 'mode' | 'functionMode' | 'policy'> & {
  readonly nowMs: EpochMs;
};

/** What a run says of itself. */
type Own = Pick<Head, 'run' | 'function' | 'functionMode' | 'nowMs'>;

/** What a run is given that stands in its report. */
interface Begins {
  readonly target: CompiledTarget;
  readonly world: string;
  readonly mode: RunReport['mode'];
  readonly policy: CompiledPolicy;
}

/** A report as it fills during a run. */
export class ReportDraft {
  /** What is known from the start. */
  readonly head: Head;
  /** What acts and what holds, after the guard. */
  decisions: readonly (ActDecision | HoldDecision)[] = [];
  /** What became of what acts. */
  outcomes: readonly Outcome[] = [];
  /** The holds compared with those told last. */
  holds: { readonly changed: boolean; readonly fresh: readonly string[] } = { changed: false, fresh: [] };
  /** What a function that buys adds. */
  purchases: PurchaseReport | undefined;
  #seen: Pick<Observation<Resource>, 'totals' | 'keep' | 'notCovered' | 'kept' | 'notCoveredIds'> | undefined;
  readonly #warnings: Reason[] = [];
  readonly #errors: RunError[] = [];

  /** Begins with the warnings of the policy that are due, and failed where the rules of the function cannot be read: `misread` says why. */
  constructor({ target, world, mode, policy }: Begins, misread: RunError | undefined, own: Own) {
    const region = target.shard;
    this.head = { ...own, target: target.name, ...(region && { region }), account: target.account, world, mode, policy: policy.sourceHash };
    this.warnFrom(policy.warnings);
    if (misread) this.failBecause(misread);
  }

  /** Adds a warning, the same once. */
  warn(warning: Reason): void {
    if (this.#warnings.some(({ code, text }) => code === warning.code && text === warning.text)) return;
    this.#warnings.push(warning);
  }

  /** Warns of records of the journal that cannot be read. */
  damaged(errors: readonly JournalError[]): void {
    for (const { key, message } of errors) this.warn(reason('journal-damaged', message, { key }));
  }

  /** Adds the policy's warnings that are due now. */
  private warnFrom(warnings: readonly CompiledWarning[]): void {
    const { nowMs } = this.head;
    for (const { code, text, fromMs = nowMs, untilMs = Number.POSITIVE_INFINITY } of warnings) {
      if (fromMs <= nowMs && nowMs < untilMs) this.warn({ code, text });
    }
  }

  /** Notes a failure. @throws the error itself when it is a defect of the program */
  fail(error: unknown): void {
    if (!isExpected(error)) throw error;
    this.#errors.push(runError(error));
  }

  /** Fails the run for a cause that is no error of a part, once for each code. */
  failBecause(error: RunError): void {
    if (!this.#errors.some(({ code }) => code === error.code)) this.#errors.push(error);
  }

  /**
   * Notes that the keys in use are not known to be the account's. Those of another account fail the run, whatever it had to do: it saw another fleet,
   * and a run that finds nothing to do there would look healthy. Where nobody could say whose they are, that fails the run only where it had to act.
   */
  refuseKeys(refused: RefusedAccount, needed: boolean): void {
    const { because, error } = refused;
    if (this.#errors.some(({ code }) => code === error.code)) return;
    if (needed || isOthers(refused)) this.failBecause(error);
    else this.warn(because);
  }

  /** Does something that may fail; a foreseen failure is noted and gives undefined. */
  async attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  /** Takes what was observed. */
  observeAndPlan(seen: Pick<Observation<Resource>, 'totals' | 'keep' | 'notCovered' | 'kept' | 'notCoveredIds' | 'error'>): void {
    this.#seen = seen;
    if (seen.error !== undefined) this.failedToObserve(seen.error, seen.totals.observed);
  }

  /** Fails the run where fewer resources were read than announced, or others: it would look healthy. Where nothing is announced it cannot be told. */
  checkWhole(totals: Totals): void {
    if (totals.complete) return;
    if (totals.announced !== undefined) this.failBecause({ code: 'IncompleteList', message: incompleteText(totals) });
    else
      this.warn(reason('total-unknown', 'The service did not say how many resources there are, so nobody can tell whether all were read.'));
  }

  /** Notes that observing ended early. @throws the error itself when it is a defect of the program */
  failedToObserve(error: unknown, observed: number): void {
    this.fail(error);
    this.warn(reason('observation-failed', `Observing ended after ${observed} resources; those not read were not decided.`));
  }

  /** The finished report. */
  finish(endMs: EpochMs, calls: CallCounts): RunReport {
    const { nowMs, ...head } = this.head;
    const seen = this.#seen;
    const acts = this.decisions.filter(({ verdict }) => verdict === 'act').length;
    if (head.functionMode === 'observe' && acts > 0) {
      this.warn(reason('observe-mode', `${head.function} only observes: nothing is done until the policy lists it under mode.act.`));
    }
    return {
      format: 1,
      ...head,
      at: new Date(nowMs).toISOString(),
      durationMs: endMs - nowMs,
      totals: seen?.totals ?? { observed: 0, announced: undefined, complete: false },
      counts: { act: acts, hold: this.decisions.length - acts, keep: seen?.keep ?? 0, notCovered: seen?.notCovered ?? 0 },
      decisions: this.decisions,
      kept: seen?.kept ?? [],
      notCovered: seen?.notCoveredIds ?? [],
      outcomes: this.outcomes,
      estimates: sumCosts(this.decisions),
      calls,
      newHolds: this.holds.fresh,
      holdsChanged: this.holds.changed,
      warnings: this.#warnings,
      errors: this.#errors,
      ...(this.purchases === undefined ? {} : { purchases: this.purchases }),
      failed: this.#errors.length > 0 || this.outcomes.some(({ outcome }) => outcome === 'failed' || outcome === 'unknown'),
    };
  }
}
