import { ApiError, CredentialsError, InputError } from '../client/errors.ts';
import { redact } from '../client/redact.ts';
import type { ResourceRef } from '../fleet/resource.ts';
import type { IntentOutcome } from '../journal/intents/intent-record.ts';
import { wholeIdOf } from '../journal/intents/intent-state.ts';
import type { ActDecision, Reason } from '../planning/decision.ts';
import { reason } from './reasons.ts';

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
  const { id, name, region } = resource;
  return {
    resource: { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) },
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
