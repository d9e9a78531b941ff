import { type Resource, wholeOf } from '../fleet/resource.ts';
import type { Action, Reason } from '../planning/decision.ts';
import { canCut } from '../planning/decision.ts';
import type { Never } from '../policy/compiled.ts';
import { exceptionsInForce } from '../policy/exception.ts';
import type { ResourceGuardContext } from './guard-context.ts';
import { reason } from './reasons.ts';

/** What an exception calls everything that a function does. */
const wordOf: Readonly<Record<string, Never>> = {
  'approve-ota-windows': 'approve-ota',
  'renew-before-expiry': 'renew',
  'tag-new-resources': 'tag',
  'enforce-policy': 'enforce',
};

/** The words of `never` under which an action falls. */
function wordsOf(action: Action, functionName: string): readonly Never[] {
  const words: Never[] = [];
  if (canCut(action)) words.push('cut-sessions');
  if (action.harms?.includes('lower')) words.push('scale-down');
  if (action.harms?.includes('stop')) words.push('power-off');
  const own = wordOf[functionName];
  if (own) words.push(own);
  return words;
}

/** Why an exception of the policy forbids an action, or may; undefined when none does. */
export function exceptionReason(action: Action, resource: Resource, context: ResourceGuardContext): Reason | undefined {
  const { policy, target, nowMs, functionName } = context;
  if (policy.exceptions.length === 0) return undefined;
  const words = wordsOf(action, functionName);
  const inForce = exceptionsInForce(policy, target, wholeOf(resource), nowMs);
  for (const { because, never } of inForce.exceptions) {
    const word = words.find((each) => never.includes(each));
    if (word) return reason('exception-never', `Never ${word}: ${because}`, { never: word, because });
  }
  for (const { exception, unknown } of inForce.uncertain) {
    const word = words.find((each) => exception.never.includes(each));
    if (word) {
      const text = `Whether '${exception.because}' (never ${word}) applies cannot be told: ${unknown} is unknown.`;
      return reason('exception-unknown', text, { never: word, unknown });
    }
  }
  return undefined;
}
