import { ApiError, CredentialsError, InputError } from '../client/errors.ts';
import { redact } from '../client/redact.ts';
import { type ResourceRef, refOf } from '../fleet/resource.ts';
import type { IntentOutcome } from '../journal/intents/intent-record.ts';
import { wholeIdOf } from '../journal/intents/intent-state.ts';
import { canonicalJson } from '../journal/log/record.ts';
import { JournalError, StoreError } from '../journal/store/store.ts';
import type { Severity } from '../notify/message.ts';
import type { ActDecision, Decision, HoldDecision, Reason } from '../planning/decision.ts';
import { add, type CostEstimate, type Money } from '../policy/money.ts';
import type { CallCounts } from './counting-client.ts';
import { reason, waiting } from './reasons.ts';
import { NotToldError } from './telling/critical.ts';

/** How many ids of resources kept as they are, and not covered, a report names at most. */
export const idsNamed = 1000;

/** Something that went wrong in a run as a whole. `code` is that of the error, `Unexpected` where it has none. */
export interface RunError {
  readonly code: string;
  readonly message: string;
}

/** An order that is planned, or was placed. Amounts are quoted by the service or by the policy, never estimated. */
export interface OrderLine {
  readonly resource: ResourceRef;
  readonly rule: string;
  /** The expiry that it moves, RFC 3339 in UTC. */
  readonly expires: string;
  /** `1 Month`. */
  readonly period: string;
  /** What the budget sets aside. */
  readonly amount: Money;
  /** What the service calls due, where that is less. */
  readonly due?: Money;
  readonly autoPay: boolean;
  readonly approvedBy?: string;
  /** Number of the claim, the order's id and what became of it; absent in a plan. */
  readonly claim?: number;
  readonly orderId?: string;
  readonly outcome?: string;
}

/** A renewal that waits for somebody to approve it. */
export interface WaitingApproval {
  readonly resource: ResourceRef;
  readonly rule: string;
  /** The circle that is asked, a name under `approvers`. */
  readonly approvers: string;
  readonly period: string;
  readonly amount: Money;
  /** RFC 3339 in UTC. */
  readonly expires: string;
  readonly why: string;
}

/**
 * Where the renewal of one subscription stands that is due or expires soon. `code` and `words` are those of `RenewalState`: what plan, approvals,
 * messages, digest and pages say.
 */
export interface RenewalStateLine {
  readonly resource: ResourceRef;
  /** RFC 3339 in UTC; absent where it cannot be read. */
  readonly expires?: string;
  readonly code: string;
  readonly words: string;
  readonly because: string;
  /** What somebody can do; absent where nothing is needed. */
  readonly todo?: string;
}

/** How a month's budget in one currency stands: used = set aside before this run, planned = what this run's orders add. */
export interface BudgetUse {
  /** `yyyy-mm` by the policy's clock. */
  readonly month: string;
  readonly limit: Money;
  readonly used: Money;
  readonly planned: Money;
  /** What is set aside and has not renewed anything: what the next run gives back is in neither sum. */
  readonly held: readonly HeldAmount[];
}

/** How a reservation stands, by the claim that it was made for. */
export type ReservationState =
  /** No claim yet: the next run that wants the resource uses it. */
  | 'set-aside'
  /** No claim, and nobody came back for it: its number is used up, then it is released. */
  | 'abandoned'
  /** Its claim is open, and its records prove that nothing was ordered: it is ended, then released. */
  | 'ending'
  /** Its claim came to nothing, or counts in another month or currency: it is released. */
  | 'owed'
  /** Claimed; no answer is written down. */
  | 'under-way'
  /** Nobody knows whether it was ordered. */
  | 'unclear'
  /** Ordered; the expiry has not moved as far as the journal knows. */
  | 'ordered'
  /** Renewed: used for good. */
  | 'renewed'
  /** Its claim cannot be trusted, and proves nothing. */
  | 'unreadable';

/** An amount that a budget holds for a renewal that has not taken effect. */
export interface HeldAmount {
  readonly account: string;
  readonly resource: string;
  readonly amount: Money;
  /** RFC 3339 in UTC. */
  readonly since: string;
  readonly state: ReservationState;
}

/** A renewal about which an approver has answered and which is not ordered yet, so that the answer can still be changed. */
export interface AnsweredApproval extends WaitingApproval {
  /** `approved up to 233.28 CNY by li.wei` or `refused by tan.mei`. */
  readonly answer: string;
  readonly state: 'approved' | 'refused';
}

/**
 * Something that people are told. `before`: an earlier run has told it; `this-hour`: so has this process, and the journal cannot be read;
 * `undelivered`: no receiver has confirmed it, so the next run tells it again; `would`: a plan tells nothing.
 */
export interface ReportedAlert {
  readonly code: string;
  readonly severity: Severity;
  readonly title: string;
  readonly text: string;
  readonly resource: ResourceRef;
  readonly told: 'now' | 'before' | 'this-hour' | 'undelivered' | 'would';
}

/** What the report of a function that orders says beside the rest; absent in all other reports. */
export interface PurchaseReport {
  readonly orders: readonly OrderLine[];
  readonly waiting: readonly WaitingApproval[];
  /** Answered, and not ordered yet. */
  readonly answered: readonly AnsweredApproval[];
  /** Nearest expiry first. */
  readonly states: readonly RenewalStateLine[];
  /** Of the currencies that were looked at: all of the policy's limits in a plan, those of this run's orders otherwise. */
  readonly budgets: readonly BudgetUse[];
  readonly alerts: readonly ReportedAlert[];
}

/** What a run saw, decided and did. JSON by `reportJson`; that form is stable and only ever grows. */
export interface RunReport {
  readonly format: 1;
  /** The run's random token: the `owner` of its journal records. */
  readonly run: string;
  readonly function: string;
  readonly target: string;
  /** The only region that the run was about, where the target is run for each region apart. Default: all of the target. */
  readonly region?: string;
  readonly account: string;
  /** Where it ran: the cloud, or which simulator. */
  readonly world: string;
  /** `plan` writes nothing anywhere; `apply` acts where the policy lets the function act. */
  readonly mode: 'plan' | 'apply';
  /** What the policy's `mode` says of the function. */
  readonly functionMode: 'observe' | 'act';
  /** The run's one `now`, RFC 3339 in UTC. */
  readonly at: string;
  readonly durationMs: number;
  /** SHA-256 of the policy's source text. */
  readonly policy: string;
  readonly totals: Totals;
  readonly counts: { readonly act: number; readonly keep: number; readonly hold: number; readonly notCovered: number };
  /** Everything that acts or holds, in the order of the service. */
  readonly decisions: readonly (ActDecision | HoldDecision)[];
  /** Ids kept as they are and not covered: the first `idsNamed` of each. */
  readonly kept: readonly string[];
  readonly notCovered: readonly string[];
  /** What became of what acts; empty in `plan` and where the function only observes. */
  readonly outcomes: readonly Outcome[];
  /** Sums of the costs of what acts, by currency, kind, period and bound. */
  readonly estimates: readonly CostEstimate[];
  readonly calls: CallCounts;
  /** Ids of resources whose hold was not told before. */
  readonly newHolds: readonly string[];
  /** True where the set of holds differs from the one told last. */
  readonly holdsChanged: boolean;
  readonly warnings: readonly Reason[];
  readonly errors: readonly RunError[];
  /** True where something failed: the invocation must fail then, after everything that could be done was done. */
  readonly failed: boolean;
  /** Orders, approvals, budgets and alerts of a function that buys. */
  readonly purchases?: PurchaseReport;
  /** Key of the journal record of this run, where one was written. */
  readonly record?: string;
}

/** A report as JSON text with sorted keys; amounts carry `micros` as text. */
export function reportJson(report: RunReport): string {
  return canonicalJson(report);
}

/** Sums costs that may be added: same currency, kind, period and bound; what is one-off apart from what lasts. In the order in which they first appear. */
export function sumCosts(decisions: readonly Decision[]): readonly CostEstimate[] {
  const sums = new Map<string, CostEstimate>();
  for (const decision of decisions) {
    if (decision.verdict !== 'act') continue;
    const { cost, once } = decision.action;
    // On whatever days: all are of the same 30.
    for (const each of [cost, once && { ...once, per: 'one-off' }]) {
      if (each === undefined) continue;
      const key = JSON.stringify([each.amount.currency, each.kind, each.per, each.bound]);
      const sum = sums.get(key);
      sums.set(key, sum ? { ...sum, amount: add(sum.amount, each.amount) } : each);
    }
  }
  return [...sums.values()];
}

/**
 * What identifies a hold from run to run: the resource, of whose parts each counts for the whole, and the code of what holds, which is the first
 * reason. Those behind it, such as why something would be done, come and go without anything new to tell. A reason that is to be told otherwise, such as daily, or once for several
 * codes between which it changes, says its identity in `data.toldAs`.
 */
export function holdIdentity({ resource, because }: Pick<Decision, 'resource' | 'because'>): string {
  return JSON.stringify([resource.id.split('/')[0], because[0]?.data?.['toldAs'] ?? because[0]?.code]);
}

/** True for a hold that a time or the ordinary course of things ends, such as a window or a batch: the digest shows it, and nobody is told. */
export function isWaiting({ because }: Pick<Decision, 'because'>): boolean {
  return because[0]?.data?.['toldAs'] === waiting.toldAs;
}

/** An error as reports carry it. */
export function runError(error: unknown): RunError {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return { code: typeof code === 'string' ? code : 'Unexpected', message: error instanceof Error ? error.message : String(error) };
}

/** What became of one action. */
export interface Outcome {
  readonly resource: ResourceRef;
  readonly rule: string;
  /** Key of the action. */
  readonly key: string;
  /** Name of the API operation. */
  readonly operation: string;
  readonly outcome: IntentOutcome;
  /** Why it is not plainly done. */
  readonly because?: Reason;
  /** The service's id of the request that failed, for its support. */
  readonly requestId?: string;
}

/** The outcome of a decision. */
export function outcomeOf(decision: ActDecision, outcome: IntentOutcome, because?: Reason, requestId?: string): Outcome {
  const { resource, rule, action } = decision;
  return {
    resource: refOf(resource),
    rule,
    key: action.key,
    operation: action.operation,
    outcome,
    ...(because ? { because } : {}),
    ...(requestId === undefined ? {} : { requestId }),
  };
}

/** What a call's answer means. A list of partial failures that names the resource, or nobody, is a failure of this action. */
export function outcomeOfAnswer(decision: ActDecision, answer: unknown): Outcome {
  const partial = answer as
    | { readonly complete?: unknown; readonly failed?: readonly { id?: string; code?: string; message?: string }[] }
    | undefined;
  if (partial?.complete !== false) return outcomeOf(decision, 'done');
  // The service knows a part by its whole.
  const { id } = decision.resource;
  const isMine = (failed: { id?: string }): boolean => failed.id === undefined || failed.id === id || failed.id === wholeIdOf(id);
  const mine = partial.failed?.find(isMine) ?? (partial.failed?.length ? undefined : {});
  if (!mine) return outcomeOf(decision, 'done');
  const said = [mine.code, mine.message].filter(Boolean).join(': ') || 'no reason given';
  return outcomeOf(
    decision,
    'failed',
    reason('call-partial', `The service did not do it for this resource (${said}).`, { error: mine.code }),
  );
}

/**
 * What a failed call means. Where the error itself does not prove that nothing ran, it is `unknown`: the next observation decides,
 * and the value counts as ours if it is seen.
 */
export function outcomeOfFailure(decision: ActDecision, error: unknown): Outcome {
  if (error instanceof ApiError) {
    const { executed, requestId } = error;
    const data = { error: error.code };
    if (executed === 'yes') return outcomeOf(decision, 'done', reason('answer-unreadable', error.message, data), requestId);
    if (executed === 'no') return outcomeOf(decision, 'failed', reason('call-refused', error.message, data), requestId);
    return outcomeOf(decision, 'unknown', reason('call-unknown', error.message, data), requestId);
  }
  if (error instanceof InputError || error instanceof CredentialsError) {
    return outcomeOf(decision, 'failed', reason('call-refused', error.message, { error: error.code }));
  }
  const text = error instanceof Error ? error.message : String(error);
  return outcomeOf(decision, 'unknown', reason('call-unknown', `Unexpected failure: ${redact(text)}`));
}

/** A class of errors with a stable `code` and a message for people. */
export type ErrorClass = abstract new (...args: never) => Error & { readonly code: string };

/** What the parts under a run throw when the world, not the program, is at fault. */
const expected: readonly ErrorClass[] = [ApiError, InputError, CredentialsError, StoreError, JournalError, NotToldError];

/**
 * True for errors that were foreseen and written for people; all others are defects and keep their stack. Goes by our own classes: errors of
 * Node and of libraries have a `code` too. `more`: classes of the caller's own layer. Default: none.
 */
export function isExpected(error: unknown, more: readonly ErrorClass[] = []): error is Error & { readonly code: string } {
  return [...expected, ...more].some((each) => error instanceof each);
}

/** Totals over the whole observation, known only after the last page. */
export interface Totals {
  /** Distinct resources read; where an event named the few that were read, how many there are. */
  readonly observed: number;
  /** What the service said there are; undefined where it does not say. */
  readonly announced: number | undefined;
  /** True where distinct ids read equal the announced total; where an event named them, where the total is known. */
  readonly complete: boolean;
}
