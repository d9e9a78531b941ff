import type { Client } from '../../shared/client/client.ts';
import { systemClock } from '../../shared/client/system-clock.ts';
import { checkAccount } from '../../shared/engine/account-check.ts';
import { isExpected } from '../../shared/engine/report.ts';
import type { OssClient } from '../../shared/journal/store/oss-client.ts';
import type { CalendarDays } from '../../shared/policy/calendar-days.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { CommandFailure } from '../failure.ts';
import type { World } from '../world/world.ts';
import { checkBilling } from './billing.ts';
import { checkBucket } from './bucket.ts';
import { checkChannels } from './channels.ts';
import { checkDeployed } from './deployed.ts';
import type { DeployedFunctions } from './deployed-port.ts';
import { checkEndpoints, type Endpoint } from './endpoint.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';
import { manualChecks } from './manual-checks.ts';
import { checkPermissions, untriedWrites } from './permissions.ts';
import { checkFormats, checkPolicy, checkPublished, functionsInUse } from './policy.ts';
import { checkOpenElsewhere, checkStore, checkStoreRoute } from './store.ts';
import type { WrittenFunction } from './written.ts';

/** What is examined. */
export interface Patient {
  readonly world: World;
  readonly policy: CompiledPolicy;
  /** The days of calendars that it is compiled with. Default: not compared. */
  readonly calendars?: CalendarDays | undefined;
  /** The policy's file, as messages name it. */
  readonly file: string;
  readonly targets: readonly CompiledTarget[];
  readonly endpoints: readonly Endpoint[];
  /** Functions as they were to be deployed, and as they are; why they cannot be compared, else. */
  readonly deployment:
    | { readonly written: readonly WrittenFunction[]; readonly deployed: DeployedFunctions }
    | { readonly because: string };
  /** The bucket of the journal, where it is in the cloud: its settings are looked at. Default: they are not. */
  readonly bucket?: Pick<OssClient, 'setting'> | undefined;
  /** Variables of this machine. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Makes every check that can be made from here, telling each finding as it comes. It writes one record to the journal, and nothing else. */
export async function runChecks(patient: Patient, onFinding: (finding: Finding) => void): Promise<readonly Finding[]> {
  const { world, policy, targets } = patient;
  const findings: Finding[] = [];
  const note = (found: readonly Finding[]): void => {
    for (const finding of found) {
      findings.push(finding);
      onFinding(finding);
    }
  };
  const functions = functionsInUse(policy);
  note([await checkIdentity(world)]);
  for (const target of targets) note([await checkNumber(target, world.clientFor(target))]);
  note(await checkEndpoints(patient.endpoints, systemClock));
  for (const target of targets) note(await checkPermissions(target, world.clientFor(target), functions));
  note(untriedWrites(functions));
  for (const target of targets) note(await checkBilling(target, world.clientFor(target)));
  const acts = policy.mode.default === 'act' || policy.mode.act.includes('renew-before-expiry');
  const needs = world.kind !== 'cloud' ? 'nothing' : acts && functions.includes('renew-before-expiry') ? 'orders' : 'functions';
  note(await checkStore(world.store, needs, world.clock.now()));
  if (patient.bucket) note(await checkBucket(world.store.name, patient.bucket));
  note(await checkOpenElsewhere(world.store, new Set(Object.values(policy.targets).map(({ account }) => account))));
  note(checkPolicy(policy, patient.file, world.clock.now()));
  note(await checkPublished(world.store, policy, world.clock.now(), patient.calendars));
  note(await checkFormats(world, policy));
  const variables = await deployment(patient, note);
  note(checkChannels(policy, variables ?? patient.environment, variables ? 'the deployed functions' : 'this environment'));
  note(manualChecks(policy, functions));
  return findings;
}

async function checkIdentity(world: World): Promise<Finding> {
  const { ok, fail } = findingsOf('identity');
  try {
    const { arn, account } = await world.caller();
    return ok(`${arn} of account ${account}`);
  } catch (error) {
    if (!isExpected(error, [CommandFailure])) throw error;
    return fail(messageOf(error), "Set ALIBABA_CLOUD_ACCESS_KEY_ID and its siblings, or a profile of the vendor's command line.");
  }
}

/** Whether the keys that act on a target belong to the account that the policy states for it. */
async function checkNumber(target: CompiledTarget, client: Client): Promise<Finding> {
  const { ok, fail } = findingsOf('identity');
  const check = await checkAccount(client, target);
  if (check.ok) return ok(`target ${target.name}: its keys belong to account ${target.account}, as the policy says`);
  return fail(check.because.text, 'Until it is put right nothing is done on this target.');
}

async function deployment(
  { deployment: compared, policy }: Patient,
  note: (found: readonly Finding[]) => void,
): Promise<Readonly<Record<string, string>> | undefined> {
  if ('because' in compared) {
    const { unknown } = findingsOf('deployed');
    note([
      unknown(
        `what is deployed was not compared: ${compared.because}`,
        'Name --target and --s-yaml, with the variables of the deployment.',
      ),
    ]);
    return undefined;
  }
  const { findings, environment } = await checkDeployed(compared.written, compared.deployed);
  note(findings);
  note(checkStoreRoute(compared.written, policy.store));
  return environment;
}
