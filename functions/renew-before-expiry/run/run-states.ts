import type { EpochMs } from '../../../shared/client/clock.ts';
import type { BudgetUse, Outcome, RenewalStateLine } from '../../../shared/engine/report.ts';
import { refOf } from '../../../shared/fleet/resource.ts';
import type { Reason } from '../../../shared/planning/decision.ts';
import type { Alert } from '../purchase/contract.ts';
import type { AlarmFound } from '../purchase/purchase-pass.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';
import type { Stop } from '../purchase/renewal-outcome.ts';
import type { StatedAlarm } from './announce.ts';
import { type DueDecision, holdRefused } from './choose.ts';
import type { ScreenedAlarm, Screening } from './screen.ts';
import { type RenewalState, renewalState } from './state.ts';

/** What is known of decisions and orders at a moment of a run. */
export interface StateFacts {
  /** Of what was due; empty where deciding failed. */
  readonly decisions: readonly DueDecision[];
  /** Ids of what is to be ordered in this run. */
  readonly chosen: ReadonlySet<string>;
  /** Why none of it was begun; undefined where it was. */
  readonly left: Reason | undefined;
  readonly found: AlarmFound;
}

/** The states of what was due, by resource id. */
export function statesOf({ decisions, chosen, left, found: { done } }: StateFacts): ReadonlyMap<string, RenewalState> {
  const settled = done ? holdRefused(decisions, done.reserved) : decisions;
  const outcomes = new Map(done?.outcomes.map((outcome) => [outcome.purchase.resource.id, outcome]));
  return new Map(
    settled.map(({ decision, candidate }) => {
      const { id } = decision.resource;
      if (candidate.settled?.end?.outcome === 'moved') return [id, renewed];
      const outcome = outcomes.get(id) ?? (decision.verdict === 'act' && chosen.has(id) ? notBegun(left, done) : undefined);
      return [id, renewalState({ decision, outcome })];
    }),
  );
}

/**
 * The alarms that can be told now, with the state of each renewal (purchase protocol, P16). What is about to be ordered is told later, with
 * what became of it; what could not be decided is told as that.
 */
export function statedAlarms(alarms: readonly ScreenedAlarm[], facts: StateFacts): readonly StatedAlarm[] {
  const states = statesOf(facts);
  return alarms.flatMap(({ alarm, decision }): StatedAlarm[] => {
    const { id } = alarm.resource;
    if (!facts.found.done && facts.chosen.has(id)) return [];
    return [{ alarm, state: states.get(id) ?? renewalState({ decision }) }];
  });
}

/** The states of a run for its report: of what was due, and of everything else whose expiry is near. Nearest expiry first. */
export function stateLines(seen: Screening, result: Pick<DueResult, 'states'>): readonly RenewalStateLine[] {
  const near = new Map(seen.alarms.map(({ alarm, decision }) => [alarm.resource.id, { subject: alarm.resource, decision }]));
  for (const { subject } of seen.due) if (!near.has(subject.id)) near.set(subject.id, { subject, decision: undefined });
  return [...near.values()]
    .sort((a, b) => expiryOrder(a.subject.expiresAtMs) - expiryOrder(b.subject.expiresAtMs))
    .map(({ subject, decision }): RenewalStateLine => {
      const { id, expiresAtMs } = subject;
      const { code, words, because, todo } = result.states.get(id) ?? renewalState({ decision });
      return {
        resource: refOf(subject),
        ...(expiresAtMs === undefined ? {} : { expires: new Date(expiresAtMs).toISOString() }),
        ...{ code, words, because },
        ...(todo === undefined ? {} : { todo }),
      };
    });
}

function expiryOrder(expiresAtMs: EpochMs | undefined): number {
  return expiresAtMs ?? 0;
}

/** What was chosen and not begun: another run came first, or the journal failed on the way. */
function notBegun(left: Reason | undefined, done: AlarmFound['done']) {
  const text = left?.text ?? done?.error?.message ?? 'the run ended before it';
  const code = left?.code ?? (done?.error ? 'journal-unavailable' : 'stopped');
  return { outcome: 'stopped', code, text, orderId: undefined, end: undefined } as const;
}

const renewed: RenewalState = { code: 'renewed', words: 'renewed', because: '', todo: undefined };

/** What became of all that was due. */
export interface DueResult {
  /** In the order of the candidates: nearest expiry first. */
  readonly decisions: readonly DueDecision[];
  /** Where each renewal that was due stands after this run, by resource id. */
  readonly states: ReadonlyMap<string, RenewalState>;
  readonly budgets: readonly BudgetUse[];
  /** What the protocol says of each order that it took on. */
  readonly renewals: readonly RenewalOutcome[];
  /** The same as reports say it, with what was not even begun. */
  readonly outcomes: readonly Outcome[];
  readonly alerts: readonly Alert[];
  /** Why some of what is due was not even looked at; undefined where all was. */
  readonly late?: Stop | undefined;
}
