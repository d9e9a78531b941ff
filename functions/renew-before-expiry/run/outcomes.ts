import { type EngineReasonCode, reason } from '../../../shared/engine/reasons.ts';
import type { Outcome } from '../../../shared/engine/report.ts';
import { refOf } from '../../../shared/fleet/resource.ts';
import type { IntentOutcome } from '../../../shared/journal/intents/intent-record.ts';
import type { Reason } from '../../../shared/planning/decision.ts';
import { lacksKeys, type RenewalOutcome, type StopCode } from '../purchase/renew.ts';

const stops: Readonly<Record<StopCode, readonly [IntentOutcome, EngineReasonCode]>> = {
  'expiry-changed': ['held', 'expiry-changed'],
  'resource-gone': ['held', 'resource-gone'],
  'reread-failed': ['failed', 'reread-failed'],
  stopped: ['not-sent', 'stopped'],
  'deadline-near': ['not-sent', 'deadline-near'],
  'month-change': ['not-sent', 'month-change'],
  'decision-changed': ['held', 'decision-changed'],
  'orders-stopped': ['not-sent', 'orders-stopped'],
  'claimed-by-another': ['held', 'claimed-by-another'],
};

/** What became of an order, as reports say it. An order that was placed is done; whether the expiry has moved is another matter. */
export function reportedOutcome(rule: string, key: string, renewal: RenewalOutcome): Outcome {
  const { purchase, outcome, code, text, requestId } = renewal;
  const [word, because] = judged(outcome, code, text, renewal);
  return {
    resource: refOf(purchase.resource),
    rule,
    key,
    operation: purchase.operation,
    outcome: word,
    because,
    ...(requestId === undefined ? {} : { requestId }),
  };
}

function judged(
  outcome: RenewalOutcome['outcome'],
  code: string | undefined,
  text: string,
  { n, orderId }: RenewalOutcome,
): readonly [IntentOutcome, Reason] {
  const data = { claim: n, error: code, order: orderId };
  switch (outcome) {
    case 'ordered':
      return ['done', reason('order-placed', text, data)];
    case 'rejected':
      return ['failed', reason('order-rejected', text, data)];
    case 'not-sent':
      return [lacksKeys({ outcome, code }) ? 'failed' : 'not-sent', reason('order-not-sent', text, data)];
    case 'unclear':
      return ['unknown', reason('order-unclear', text, data)];
    case 'stopped': {
      const [word, engineCode] = stops[code as StopCode];
      return [word, reason(engineCode, text, data)];
    }
  }
}

/**
 * What the journal keeps of an intent to renew; undefined while that is open: then the renewal is followed up by each run, until its claim
 * has ended.
 */
export function writtenOutcome({ outcome, end, code }: RenewalOutcome): IntentOutcome | undefined {
  if (outcome === 'ordered' || outcome === 'unclear') return end?.outcome === 'moved' ? 'done' : undefined;
  return outcome === 'stopped' ? stops[code as StopCode][0] : 'failed';
}
