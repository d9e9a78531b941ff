import { defaultServices, hearCalls, type Unheard } from '../../events/audited-calls.ts';
import { eventData } from '../../events/read-event.ts';
import type { Occasion } from '../engine/automation.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import { mergeOccasions } from './event-turns.ts';
import type { Environment } from './settings.ts';

/** What events say to the targets of a policy. */
export interface TargetOccasions {
  /** Of each target whose account something happened in: one occasion per resource. */
  readonly byTarget: ReadonlyMap<CompiledTarget, readonly Occasion[]>;
  /** Events that begin nothing, by why; `unknown-account`: no target of the policy is of that account. */
  readonly ignored: Readonly<Partial<Record<Unheard | 'unknown-account', number>>>;
}

/** What a function on events listens to. */
export interface Listening {
  /** Operations whose events begin a run. */
  readonly operations: readonly string[];
  readonly policy: CompiledPolicy;
  /** Those of the policy's targets that this function serves. */
  readonly targets: readonly CompiledTarget[];
  /** `STREAMWARDEN_EVENT_SERVICES`: names of the service as events may carry them, separated by commas. Default: those that are likely. */
  readonly environment: Environment;
}

/** What an audit event says to the targets; undefined where the text is no audit event, as that of a timer. @throws EventError */
export function occasionsOf(text: string, { operations, policy, targets, environment }: Listening): TargetOccasions | undefined {
  if (text.trim() === '') return undefined;
  const ownRoles = new Set(Object.values(policy.targets).flatMap(({ role }) => (role === undefined ? [] : [role])));
  const heard = hearCalls(eventData(text, 'The event'), { operations, services: servicesOf(environment), ownRoles });
  if (heard === undefined) return undefined;

  const byTarget = new Map<CompiledTarget, Occasion[]>();
  let strangers = 0;
  for (const { account, occasion } of heard.calls) {
    if (!Object.values(policy.targets).some((target) => target.account === account)) strangers += 1;
    for (const target of targets) {
      if (target.account === account) byTarget.set(target, [...(byTarget.get(target) ?? []), occasion]);
    }
  }
  return {
    byTarget: new Map([...byTarget].map(([target, occasions]) => [target, mergeOccasions(occasions)])),
    ignored: strangers === 0 ? heard.unheard : { ...heard.unheard, 'unknown-account': strangers },
  };
}

function servicesOf(environment: Environment): readonly string[] {
  const names = environment['STREAMWARDEN_EVENT_SERVICES']?.split(',').map((name) => name.trim());
  const given = names?.filter((name) => name !== '');
  return given?.length ? given : defaultServices;
}
