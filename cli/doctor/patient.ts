import { existsSync } from 'node:fs';
import path from 'node:path';
import { serviceHost } from '../../shared/fc/clients.ts';
import { calendarDays } from '../../shared/policy/calendar-days.ts';
import type { Session } from '../run/session.ts';
import type { InProcessWorld } from '../world/in-process.ts';
import { deployedFunctions } from './deployed-port.ts';
import type { Endpoint } from './endpoint.ts';
import { messageOf } from './finding.ts';
import type { Patient } from './run-checks.ts';
import { writtenFunctions } from './written.ts';

/** What the command says beside the policy. */
interface Given {
  /** The policy's file. */
  readonly file: string;
  readonly simulator?: string | undefined;
  /** The deployment file. Default: s.yaml of the working folder, where it is there. */
  readonly sYaml?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** What is examined in a session. @throws SettingsError for a target whose endpoint is not known */
export async function patientOf({ world, policy, targets }: Session, given: Given): Promise<Patient> {
  const cloud = world.kind === 'cloud';
  const { readPolicy } = await import('../run/policy.ts');
  const calendars = calendarDays(await readPolicy(given.file), policy.fromMs, policy.untilMs);
  const base = { world, policy, calendars, targets, file: given.file, environment: given.environment };
  if (!cloud) {
    const url = given.simulator ?? (world as InProcessWorld).simulator.url;
    return { ...base, endpoints: [{ name: 'the simulator', url }], deployment: { because: 'a simulator has no functions' } };
  }
  const hosts = new Set(targets.map(({ endpoint }) => serviceHost(endpoint)));
  const endpoints: Endpoint[] = [...hosts].map((host) => ({ name: 'App Streaming', url: `https://${host}` }));
  return {
    ...{ ...base, bucket: await bucketOf(world.store.name, given.environment) },
    ...{ endpoints: [...endpoints, { name: 'STS', url: 'https://sts.aliyuncs.com' }], deployment: await deploymentOf(given) },
  };
}

/** The bucket of a journal in the cloud; undefined for a folder. */
async function bucketOf(address: string, environment: Given['environment']): Promise<Patient['bucket']> {
  if (!address.startsWith('oss://')) return undefined;
  const [{ ossOptionsOf }, { ossClient }, { localCredentials }, { systemClock }] = await Promise.all([
    import('../../shared/fc/store.ts'),
    import('../../shared/journal/store/oss-client.ts'),
    import('../credentials/local-credentials.ts'),
    import('../../shared/client/system-clock.ts'),
  ]);
  return ossClient(ossOptionsOf(address, { credentials: localCredentials(environment), clock: systemClock, environment }));
}

async function deploymentOf({ sYaml, environment }: Given): Promise<Patient['deployment']> {
  const file = sYaml ?? (existsSync('s.yaml') ? 's.yaml' : undefined);
  if (file === undefined) return { because: 'there is no s.yaml here' };
  try {
    const [{ preview }, { localCredentials }] = await Promise.all([
      import('../../build/s-yaml/preview.ts'),
      import('../credentials/local-credentials.ts'),
    ]);
    const variables = Object.fromEntries(
      Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    );
    const written = writtenFunctions(await preview(path.resolve(file), variables), file);
    const [first] = written;
    if (!first) return { because: `${file} describes no function` };
    const place = { host: `fcv3.${first.region}.aliyuncs.com`, secure: true };
    return { written, deployed: deployedFunctions(place, localCredentials(environment)) };
  } catch (error) {
    // Serverless Devs is a development dependency: an installation without it can do everything else.
    return { because: messageOf(error) };
  }
}
