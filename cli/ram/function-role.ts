import type { FunctionRole } from '../../shared/planning/manifest.ts';
import { journalAccess, journalFence } from './journal-access.ts';
import { allow, type PolicyDocument, policyOf } from './policy-document.ts';
import { failureDestination, functionsOf } from './powers.ts';
import { billingAccess, serviceAccess } from './service-access.ts';
import { powersIn, type RamSetup } from './setup.ts';

/** Records without which nothing is ordered or done: a function that observes writes none of them. */
const ofActs = /^(claims|renewals|budget|order-checks|sentinel)\//;

/** Functions in use that may run in a role: its own, and in `observer` all but the digest, which has a role of its own. */
export function functionsIn(role: FunctionRole, setup: RamSetup): readonly string[] {
  const { functions } = setup;
  const powers = powersIn(setup);
  if (role !== 'observer') return functionsOf(role, powers).filter((name) => functions.includes(name));
  return functions.filter((name) => powers[name]?.role !== 'digest' && (powers[name]?.calls.length ?? 0) > 0);
}

/** Functions that those in a role start, and run in their own place where there is one target only. */
export function startedIn(role: FunctionRole, setup: RamSetup): readonly string[] {
  if (role === 'observer') return [];
  const powers = powersIn(setup);
  const starts = functionsIn(role, setup).flatMap((name) => powers[name]?.starts ?? []);
  return starts.flatMap((each) => functionsOf(each, powers)).filter((name) => setup.functions.includes(name) && !powers[name]?.starts);
}

/** The role of the targets' accounts that functions of a power assume: `streamwarden` becomes `streamwarden-operator`. The digest observes there. */
export function targetRole(role: string, power: FunctionRole): string {
  return `${role}-${power === 'digest' ? 'observer' : power}`;
}

/**
 * The least that functions of a role need: to act in the service, or to take on a role of the targets' accounts that may; the journal; to write their
 * log; to have failures told; and to start the others, which `dispatch` does.
 */
export function functionRolePolicy(role: FunctionRole, setup: RamSetup): PolicyDocument {
  const { account = '*', prefix, store, targets, logProject, logstore, acting = [] } = setup;
  const powers = powersIn(setup);
  const started = startedIn(role, setup);
  const names = [...new Set([...functionsIn(role, setup), ...started])];
  const used = names.flatMap((name) => powers[name] ?? []);
  const calls = used.some((power) => power.calls.length > 0);
  const foreign = targets.flatMap(({ account: owner, role: taken }) =>
    taken === undefined ? [] : [`acs:ram::${owner}:role/${targetRole(taken, role)}`],
  );
  const actsAsItself = targets.length === 0 || targets.some(({ role: taken }) => taken === undefined);
  const invoked = [
    ...started,
    ...(role === 'reporter' || role === 'links' || !setup.functions.includes(failureDestination) ? [] : [failureDestination]),
  ];
  // Whoever acts goes by what it wrote itself: an observer that could write there could silence or mislead it.
  const writing = role === 'observer' ? names.filter((name) => !acting.includes(name)) : names;
  const writes = writing.flatMap((name) => powers[name]?.writes ?? []).filter((name) => role !== 'observer' || !ofActs.test(name));
  const reads = used.some((power) => power.reads === undefined) ? [''] : used.flatMap((power) => power.reads ?? []);
  return policyOf(
    ...(actsAsItself ? serviceAccess(role, names, powers) : []),
    ...billingAccess(
      targets.filter((target) => target.role === undefined),
      names,
      powers,
    ),
    allow(['sts:AssumeRole'], calls ? [...new Set(foreign)] : []),
    ...journalAccess(store, { reads: [...new Set(reads)], writes: [...new Set(writes)].sort() }),
    ...journalFence(store, 'function'),
    allow(
      ['fc:InvokeFunction'],
      invoked.flatMap((name) => [`acs:fc:*:${account}:functions/${prefix}-${name}`, `acs:fc:*:${account}:functions/${prefix}-${name}/*`]),
    ),
    allow(['log:PostLogStoreLogs'], [`acs:log:*:${account}:project/${logProject}/logstore/${logstore}`]),
  );
}
