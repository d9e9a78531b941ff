import type { Client } from '../../shared/client/client.ts';
import { ApiError, CredentialsError } from '../../shared/client/errors.ts';
import { operations } from '../../shared/client/operations/index.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import { powers } from '../ram/powers.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';
import { accountProbes, groupProbes, sampleGroups } from './probes.ts';

const { ok, warn, fail, unknown } = findingsOf('permission');

type OperationName = keyof typeof operations;

/** Tries every read that the functions in use make in a target, as the identity that acts there. Writes are never tried. */
export async function checkPermissions(target: CompiledTarget, client: Client, functions: readonly string[]): Promise<readonly Finding[]> {
  const calls = [...new Set(functions.flatMap((name) => powers[name]?.calls ?? []))].sort();
  const reads = calls.filter((name) => operations[name].access === 'read');
  const asked = new Map<OperationName, unknown>();
  const ask = async <T>(name: OperationName, probe: () => Promise<T>): Promise<T | undefined> => {
    try {
      const answer = await probe();
      asked.set(name, undefined);
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof CredentialsError)) throw error;
      asked.set(name, error);
      return undefined;
    }
  };

  const groups = reads.some((name) => name === 'ListAppInstanceGroup' || Object.hasOwn(groupProbes, name))
    ? await ask('ListAppInstanceGroup', () => sampleGroups(client))
    : undefined;
  const first = asked.get('ListAppInstanceGroup');
  if (first instanceof CredentialsError) return [roleRefused(target, first)];
  for (const name of reads) {
    const account = Object.hasOwn(accountProbes, name) ? accountProbes[name] : undefined;
    const about = Object.hasOwn(groupProbes, name) ? groupProbes[name] : undefined;
    if (account) await ask(name, () => account(client));
    const group = name === 'GetResourceRenewPrice' ? groups?.subscription : groups?.any;
    if (about && group) await ask(name, () => about(client, group));
  }
  return told(target, reads, asked);
}

function roleRefused(target: CompiledTarget, error: CredentialsError): Finding {
  return fail(`${target.name}: ${error.message}`, `Let the role's trust policy name this identity ('streamwarden ram-policy' prints it).`);
}

function told(target: CompiledTarget, reads: readonly OperationName[], asked: ReadonlyMap<OperationName, unknown>): readonly Finding[] {
  const findings: Finding[] = [];
  const good = reads.filter((name) => asked.has(name) && asked.get(name) === undefined);
  if (good.length > 0) findings.push(ok(`${target.name}: ${good.length} of ${reads.length} reads are allowed: ${good.join(', ')}`));
  for (const name of reads) {
    const error = asked.get(name);
    if (error !== undefined) findings.push(refused(target, name, error));
  }
  const untried = reads.filter((name) => !asked.has(name));
  if (untried.length > 0) {
    const why =
      asked.get('ListAppInstanceGroup') === undefined ? 'there is no such delivery group to ask about' : 'the list of groups is refused';
    findings.push(unknown(`${target.name}: not tried, since ${why}: ${untried.join(', ')}`, 'Look again once there is one.'));
  }
  return findings;
}

function refused(target: CompiledTarget, name: OperationName, error: unknown): Finding {
  const { action } = operations[name].ram;
  if (error instanceof CredentialsError) return roleRefused(target, error);
  const { httpStatus, code } = error as ApiError;
  // RAM refuses by 403 with codes of several spellings.
  if (httpStatus === 403 || /^(NoPermission|Forbidden|.*AccessDenied)/i.test(code)) {
    return fail(
      `${target.name}: ${name} is not allowed`,
      `Give ${target.role ?? 'this identity'} ${action} on * ('streamwarden ram-policy').`,
    );
  }
  if (httpStatus === undefined || httpStatus >= 500) {
    return fail(`${target.name}: ${name} failed: ${messageOf(error)}`, 'Try again; if it stays, see the endpoints above.');
  }
  return warn(`${target.name}: ${name} was answered with ${code}`, `Read the message: ${messageOf(error)}`);
}

/** The writes of the functions in use, which nobody tries to find out. */
export function untriedWrites(functions: readonly string[]): readonly Finding[] {
  const writes = [...new Set(functions.flatMap((name) => powers[name]?.calls ?? []))].filter((name) => operations[name].access === 'write');
  if (writes.length === 0) return [];
  return [
    unknown(
      `writes cannot be tried without doing them: ${writes.sort().join(', ')}`,
      "Compare the roles with what 'streamwarden ram-policy' prints.",
    ),
  ];
}
