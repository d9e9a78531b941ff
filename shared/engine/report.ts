import { canonicalJson } from '../journal/canonical-json.ts';
import type { CostEstimate } from '../policy/money.ts';
import { add } from '../policy/money.ts';
import type { Totals } from './automation.ts';
import type { CallCounts } from './counting-client.ts';
import type { ActDecision, Decision, HoldDecision, Reason } from './decision.ts';
import type { Outcome } from './outcome.ts';

/** How many ids of resources kept as they are, and not covered, a report names at most. */
export const idsNamed = 1000;

/** Something that went wrong in a run as a whole. `code` is that of the error, `Unexpected` where it has none. */
export interface RunError {
  readonly code: string;
  readonly message: string;
}

/** What a run saw, decided and did. JSON by `reportJson`; that form is stable and only ever grows. */
export interface RunReport {
  readonly format: 1;
  /** The run's random token: the `owner` of its journal records. */
  readonly run: string;
  readonly function: string;
  readonly target: string;
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
  /** Sums of the costs of what acts, by currency, kind and period. */
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
  /** Key of the journal record of this run, where one was written. */
  readonly record?: string;
}

/** A report as JSON text with sorted keys; amounts carry `micros` as text. */
export function reportJson(report: RunReport): string {
  return canonicalJson(report);
}

/** Sums costs that may be added: same currency, same kind, same period. In the order in which they first appear. */
export function sumCosts(decisions: readonly Decision[]): readonly CostEstimate[] {
  const sums = new Map<string, CostEstimate>();
  for (const decision of decisions) {
    if (decision.verdict !== 'act' || !decision.action.cost) continue;
    const { cost } = decision.action;
    const key = JSON.stringify([cost.amount.currency, cost.kind, cost.per]);
    const sum = sums.get(key);
    sums.set(key, sum ? { ...sum, amount: add(sum.amount, cost.amount) } : cost);
  }
  return [...sums.values()];
}

/** What identifies a hold from run to run: the resource and the codes of its reasons, not their texts. */
export function holdIdentity(decision: Pick<Decision, 'resource' | 'because'>): string {
  const codes = [...new Set(decision.because.map(({ code }) => code))].sort();
  return JSON.stringify([decision.resource.id, ...codes]);
}

/** An error as reports carry it. */
export function runError(error: unknown): RunError {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  return { code: typeof code === 'string' ? code : 'Unexpected', message: error instanceof Error ? error.message : String(error) };
}

/** Errors with a stable `code` were foreseen and written for people; all others are defects. */
export function isExpected(error: unknown): boolean {
  return error instanceof Error && typeof (error as { readonly code?: unknown }).code === 'string';
}
