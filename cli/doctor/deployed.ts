import { DeployedError, type DeployedFunction, type DeployedFunctions, type DeployedTrigger } from './deployed-port.ts';
import { type Finding, findingsOf } from './finding.ts';
import type { WrittenFunction } from './written.ts';

const { ok, warn, fail } = findingsOf('deployed');

const deployAgain = "Run 's deploy' again.";

/** Compares each function of the deployment file with what Function Compute has. Gives the variables that are set in all of them, too. */
export async function checkDeployed(
  written: readonly WrittenFunction[],
  deployed: DeployedFunctions,
): Promise<{ readonly findings: readonly Finding[]; readonly environment: Readonly<Record<string, string>> | undefined }> {
  const findings: Finding[] = [];
  let environment: Record<string, string> | undefined;
  for (const one of written) {
    try {
      const found = await deployed.read(one.name);
      if (found) environment = { ...environment, ...found.environment };
      const differences = found
        ? differencesOf(one, found)
        : [fail(`${one.name} is not deployed`, "Run 's deploy', or take it out of the file.")];
      findings.push(...(differences.length > 0 ? differences : [ok(`${one.name} is deployed as written, ${triggersOf(one)}`)]));
    } catch (error) {
      if (!(error instanceof DeployedError)) throw error;
      findings.push(fail(error.message, 'Give this identity AliyunFCReadOnlyAccess, and check the region.'));
      // The others would be refused for the same reason.
      if (error.code === 'NoAnswer') break;
    }
  }
  return { findings, environment };
}

function triggersOf({ triggers }: WrittenFunction): string {
  if (triggers.length === 0) return 'without a trigger';
  return `${triggers.length === 1 ? 'trigger' : 'triggers'} ${triggers.map(({ name }) => name).join(', ')}`;
}

function differencesOf(written: WrittenFunction, found: DeployedFunction): readonly Finding[] {
  const { name } = written;
  const findings: Finding[] = [];
  const differs = (what: string, wanted: unknown, is: unknown, severity = warn): void => {
    findings.push(severity(`${name}: ${what} is ${shown(is)}, the file says ${shown(wanted)}`, deployAgain));
  };
  for (const [key, wanted] of Object.entries(written.props)) {
    const is = found.props[key];
    // The component writes roles in small letters, and RAM does not tell them apart.
    const same = key === 'role' ? String(is).toLowerCase() === String(wanted).toLowerCase() : isSame(is, wanted);
    if (wanted !== undefined && !same) differs(key, wanted, is);
  }
  // Values may be secrets: only names are told.
  const changed = Object.entries(written.environment).flatMap(([key, wanted]) => ((found.environment[key] ?? '') === wanted ? [] : [key]));
  if (changed.length > 0) {
    const todo = 'Deploy with the variables that you deployed with before, or set them here as you did then.';
    findings.push(warn(`${name}: other values than the file gives: ${changed.join(', ')}`, todo));
  }
  // These keep an order from being placed twice, or late.
  const { reservedConcurrency, retries, eventAgeSeconds, failureDestination } = written;
  if (reservedConcurrency !== found.reservedConcurrency) {
    differs('reserved concurrency', reservedConcurrency, found.reservedConcurrency, fail);
  }
  if (retries !== undefined && retries !== found.retries) differs('the number of retries', retries, found.retries, fail);
  if (eventAgeSeconds !== undefined && eventAgeSeconds !== found.eventAgeSeconds) {
    differs('the age at which events are dropped', eventAgeSeconds, found.eventAgeSeconds);
  }
  if (failureDestination !== undefined && failureDestination !== found.failureDestination) {
    differs('who is told of failures', failureDestination, found.failureDestination);
  }
  return [...findings, ...triggerDifferences(written, found)];
}

function triggerDifferences({ name, triggers }: WrittenFunction, found: DeployedFunction): readonly Finding[] {
  const findings: Finding[] = [];
  for (const trigger of triggers) {
    const there = found.triggers.find((each) => each.name === trigger.name);
    if (!there) findings.push(fail(`${name}: the trigger ${trigger.name} is missing`, deployAgain));
    else findings.push(...triggerDifference(name, trigger, there));
  }
  for (const { name: extra } of found.triggers) {
    if (triggers.some((each) => each.name === extra)) continue;
    findings.push(warn(`${name}: the trigger ${extra} is deployed and not in the file`, "Remove it in the console: 's deploy' leaves it."));
  }
  return findings;
}

function triggerDifference(name: string, wanted: DeployedTrigger, is: DeployedTrigger): readonly Finding[] {
  const label = `${name}: the trigger ${wanted.name}`;
  if (wanted.type !== is.type) return [fail(`${label} is of type ${is.type}, the file says ${wanted.type}`, deployAgain)];
  if ((is.config as { readonly enable?: unknown } | null)?.enable === false && (wanted.config as { enable?: unknown }).enable !== false) {
    return [fail(`${label} is switched off`, 'Switch it on in the console, or find out who switched it off and why.')];
  }
  // Function Compute adds settings of its own.
  if (isWithin(wanted.config, is.config)) return [];
  const todo = "Run 's deploy --trigger' with its name: behind an unchanged EventBridge trigger a deployment skips the others.";
  return [fail(`${label} is not as the file says`, todo)];
}

function shown(value: unknown): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** True for equal JSON values, whatever the order of keys. */
function isSame(a: unknown, b: unknown): boolean {
  return isWithin(a, b) && isWithin(b, a);
}

/** True where everything that `part` says is so in `whole`, which may say more. Lists have to be equal in length and order. */
function isWithin(part: unknown, whole: unknown): boolean {
  if (Array.isArray(part)) {
    return Array.isArray(whole) && part.length === whole.length && part.every((each, index) => isWithin(each, whole[index]));
  }
  if (typeof part !== 'object' || part === null) return Object.is(part, whole);
  if (typeof whole !== 'object' || whole === null || Array.isArray(whole)) return false;
  return Object.entries(part).every(([key, value]) => value === undefined || isWithin(value, (whole as Record<string, unknown>)[key]));
}
