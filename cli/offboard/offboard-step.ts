import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { notShownYet } from '../../shared/journal/intents/intent-view.ts';
import { type Action, type Decision, type Reason, reasonOf } from '../../shared/planning/decision.ts';

/** Every reason code that offboarding gives, with its meaning. Codes are stable. */
export const offboardReasonCodes = {
  offboarded: 'Somebody asked to take all access of this user away.',
  'no-access': 'The user has no such access, or not any more.',
  'access-unknown': 'Whether the user has access here could not be read; nothing is taken away unseen.',
  'not-shown-yet':
    'The service removed this access a few minutes ago and still lists it. It is not removed again until reads must show that.',
  'still-authorized': 'The user could connect again at once, since the access to the group still stands; the session is left.',
  'other-region': 'The group is outside the regions of the target.',
} as const satisfies Readonly<Record<string, string>>;

/** One access of a user to a delivery group: being on its list, on a persistent session's, or on an app instance. */
export interface Access extends Resource {
  /** What of it: `<group>/authorized`, `<group>/persistent:<id>` or `<group>/instance:<id>` in `id`. */
  readonly kind: 'authorization' | 'persistent' | 'instance';
  /** Of a persistent session or an app instance; undefined where the answer does not name it. */
  readonly part: string | undefined;
  readonly partOf: DeliveryGroup;
  /** Undefined: could not be read. */
  readonly given: boolean | undefined;
  /** App instances of the group that the user is on; undefined: could not be read. */
  readonly sessions: number | undefined;
  /** Whether the user is still on the group's list; undefined: could not be read. Of an app instance only. */
  readonly authorized?: boolean | undefined;
}

/** What is done: `plan` shows all, `deauthorize` comes first, `unbind` follows once that is done. */
export type OffboardPhase = 'plan' | 'deauthorize' | 'unbind';

const rule = 'offboard';

/** Decides about one access of a user. Pure. */
export function decideAccess(access: Access, user: string, phase: OffboardPhase, context: PlanContext): Decision {
  const { target } = context;
  const { id, name, partOf: group, given } = access;
  const resource = { id, ...(name === undefined ? {} : { name }), ...(group.region === undefined ? {} : { region: group.region }) };
  const hold = (reason: Reason): Decision => ({ verdict: 'hold', rule, resource, because: [reason] });
  if (target.regions !== undefined && group.region === undefined) {
    return hold(reason('access-unknown', 'the answer named no region, and the target is limited to some'));
  }
  if (target.regions?.includes(group.region ?? '') === false) {
    const because = [reason('other-region', `region ${group.region} is outside the target`)];
    return { verdict: 'keep', rule: null, resource, because };
  }
  if (given === undefined)
    return hold(reason('access-unknown', `whether ${user} has access could not be read; nothing is taken away unseen`));
  if (!given) return { verdict: 'keep', rule, resource, because: [reason('no-access', `${user} has no access here`)] };
  const lately = (id: string) => notShownYet(context.written.values(id, settingOf(user)), context.nowMs);
  if (access.kind !== 'instance' && lately(access.id)) {
    return hold(reason('not-shown-yet', `the service removed this from ${user} minutes ago and still lists it; look again later`));
  }
  if (access.kind === 'instance') {
    if (access.part === undefined) {
      return hold(
        reason('access-unknown', 'the answer does not name the app instance, and without its name more than one session could end'),
      );
    }
    // What was taken away a moment ago may still be listed.
    if (phase === 'unbind' && access.authorized !== false && !lately(`${access.partOf.id}/authorized`)) {
      return hold(reason('still-authorized', `${user} is still authorized and could connect again at once; the session is left`));
    }
  }
  const because = [reason('offboarded', `all access of ${user} is to be taken away`)];
  return { verdict: 'act', rule, resource, because, action: actionOf(access, user) };
}

/** What the journal calls the access of a user. */
const settingOf = (user: string): string => `access:${user}`;

function actionOf({ id, kind, part, partOf: group, sessions }: Access, user: string): Action {
  const place = { AppInstanceGroupId: group.id, ProductType: 'CloudApp' };
  const common = { key: `offboard/${user}/${id}`, writes: { setting: settingOf(user), value: 'none' } };
  if (kind === 'instance') {
    return {
      ...common,
      operation: 'Unbind',
      input: { ...place, EndUserId: user, ...(part === undefined ? {} : { AppInstanceId: part }) },
      effect: 'disruptive',
      sessionsAtRisk: 1,
      change: [{ field: 'session', from: user, to: 'ended' }],
    };
  }
  return {
    ...common,
    operation: 'AuthorizeInstanceGroup',
    input: {
      ...place,
      UnAuthorizeUserIds: [user],
      ...(kind === 'persistent' && part !== undefined ? { AppInstancePersistentId: part } : {}),
    },
    // Whether taking access away ends a session is documented nowhere (service notes), so with a session it counts as cutting it.
    effect: sessions === 0 ? 'write' : 'disruptive',
    sessionsAtRisk: sessions ?? 1,
    change: [{ field: kind === 'persistent' ? `users of persistent session ${part}` : 'authorized users', from: user, to: null }],
  };
}

function reason(code: keyof typeof offboardReasonCodes, text: string): Reason {
  return reasonOf(code, text);
}
