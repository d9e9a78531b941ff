import { billingOperations } from '../../shared/client/billing/index.ts';
import { operations } from '../../shared/client/operations/index.ts';
import type { FunctionRole } from '../../shared/planning/manifest.ts';
import { allow, deny, type Statement } from './policy-document.ts';
import type { Powers } from './powers.ts';
import type { RamSetup } from './setup.ts';

type OperationName = keyof typeof operations;
type BillingName = keyof typeof billingOperations;

/** Roles that change nothing in the service. */
const reading: readonly FunctionRole[] = ['observer', 'digest'];

/** The permission that an operation asks for. Names differ from those of operations in places, and the table knows. */
function actionOf(name: OperationName): string {
  return operations[name].ram.action;
}

/** The names under which RAM may know the permission that an operation of billing asks for. */
function spellingsOf(name: BillingName): readonly string[] {
  const { action, also = [] } = billingOperations[name].ram as { readonly action: string; readonly also?: readonly string[] };
  return [action, ...also];
}

function sorted(actions: Iterable<string>): readonly string[] {
  return [...new Set(actions)].sort();
}

/**
 * What the functions named may do in the service, in a role: reads only for `observer` and `digest`, else all that they call. What no function of that role ever
 * does and what is hard to undo is forbidden as well, so that a broad policy attached beside this one changes nothing. Every resource is `*`: the
 * service's permissions cannot be narrowed to single groups (service notes, Permissions).
 */
export function serviceAccess(role: FunctionRole, functions: readonly string[], powers: Powers): readonly Statement[] {
  const called = functions
    .flatMap((name) => powers[name]?.calls ?? [])
    .filter((name) => !reading.includes(role) || operations[name].access === 'read');
  const allowed = sorted(called.map(actionOf));
  if (allowed.length === 0) return [];
  const needed = new Set(allowed);
  const forbidden = (Object.keys(operations) as OperationName[])
    .filter((name) => operations[name].effect === 'destructive' || operations[name].effect === 'purchase')
    .map(actionOf)
    .filter((action) => !needed.has(action));
  return [allow(allowed, ['*']), deny(sorted(forbidden), ['*'])];
}

/** Whether the policy says of any target how it is billed: without that nothing of billing is called. */
function isBilled(targets: RamSetup['targets']): boolean {
  return targets.some(({ billing }) => billing !== undefined);
}

/**
 * What the functions named may read of billing for these targets: nothing where none of them says how it is billed. Which spelling of an action RAM knows
 * in an account is not documented, so all spellings are granted (service notes, Billing).
 */
export function billingAccess(targets: RamSetup['targets'], functions: readonly string[], powers: Powers): readonly Statement[] {
  if (!isBilled(targets)) return [];
  const called = functions.flatMap((name) => powers[name]?.billingCalls ?? []);
  return [allow(sorted(called.flatMap(spellingsOf)), ['*'])];
}

/** Every permission to read of billing, for people who look; none where no target says how it is billed. */
export function billingReadActions(targets: RamSetup['targets']): readonly string[] {
  if (!isBilled(targets)) return [];
  const names = Object.keys(billingOperations) as BillingName[];
  return sorted(names.filter((name) => billingOperations[name].access === 'read').flatMap(spellingsOf));
}

/** Every permission that reads of the service ask for and no change does. */
export function readActions(): readonly string[] {
  const names = Object.keys(operations) as OperationName[];
  const changing = new Set(names.filter((name) => operations[name].access === 'write').map(actionOf));
  return sorted(names.filter((name) => operations[name].access === 'read').map(actionOf)).filter((action) => !changing.has(action));
}
