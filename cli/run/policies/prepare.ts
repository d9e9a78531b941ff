import { deployedFormats } from '../../../shared/journal/log/runs.ts';
import type { StreamEnd } from '../../../shared/journal/log/stream.ts';
import type { NewestPolicy, StoredPolicy } from '../../../shared/journal/people/policies.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { shardsOf } from '../../../shared/policy/fan-out.ts';
import { CommandFailure } from '../../failure.ts';
import type { World } from '../../world/world.ts';
import { newestIn } from '../session.ts';
import { type CompareOptions, type Comparison, comparePolicies } from './compare.ts';
import { type CompiledSource, compileSource, type PolicySourceText } from './source.ts';
import { type Weakened, weakenedBy } from './weakened.ts';

/** A policy that is ready to be published, with all that a person should see before. */
export interface PreparedPolicy extends CompiledSource {
  /** The policy in force, with which it was compared; undefined for the first. */
  readonly base: StoredPolicy | undefined;
  readonly newest: NewestPolicy;
  readonly end: StreamEnd;
  readonly comparison: Comparison;
  /** The stricter limit of the two policies, in whole percent; undefined where neither has one. */
  readonly limitPercent: number | undefined;
  /** What it guards less well than the policy in force; empty for the first. */
  readonly weakened: readonly Weakened[];
  /**
   * Why one person is not enough: `share`, more of the covered resources would be decided otherwise than the limit allows; `weaker`, something
   * is guarded less well. Undefined: one person is.
   */
  readonly twoPeopleFor: 'share' | 'weaker' | undefined;
}

/**
 * Compiles a policy and compares it with the one in force, over the coming week, on live state.
 * @throws CommandFailure `PolicyBroken`
 */
export async function preparePolicy(world: World, source: PolicySourceText, options: CompareOptions = {}): Promise<PreparedPolicy> {
  const newest = await newestIn(world);
  const { good: base, end } = newest;
  const compiled = compileSource(source, world.clock.now());
  const comparison = await comparePolicies(world, base?.policy, compiled.policy, options);
  const limitPercent = base && minimum(base.policy.limits.changedByPush, compiled.policy.limits.changedByPush);
  const { changed, covered } = comparison;
  const above = limitPercent !== undefined && changed * 100 > limitPercent * covered;
  const weakened = base ? weakenedBy(base.policy, compiled.policy, comparison.nowMs) : [];
  const twoPeopleFor = above ? 'share' : weakened.length > 0 ? 'weaker' : undefined;
  return { ...compiled, base, newest, end, comparison, limitPercent, weakened, twoPeopleFor };
}

function minimum(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** @throws CommandFailure `NotObserved` where the comparison misses something: what was not seen might change */
export function mustBeWhole({ comparison: { missed } }: PreparedPolicy): void {
  if (missed.length === 0) return;
  throw new CommandFailure(
    'NotObserved',
    `Nothing was published, since not everything could be observed and what was not seen might change:\n${missed.map((line) => `  ${line}`).join('\n')}\nMend that and push again. Back to the policy before: streamwarden rollback.`,
  );
}

/** A function that is deployed for a target, and the formats of compiled policies that it reads. */
export interface DeployedReader {
  readonly functionName: string;
  readonly target: string;
  readonly formats: readonly number[];
}

/** What is deployed, by the heartbeats of the functions that a policy has rules for; those that left none are not among them. @throws StoreError */
export async function deployedReaders(
  { store, clock }: Pick<World, 'store' | 'clock'>,
  policy: CompiledPolicy,
): Promise<readonly DeployedReader[]> {
  const readers: DeployedReader[] = [];
  for (const functionName of Object.keys(policy.rules)) {
    for (const target of Object.values(policy.targets)) {
      for (const { shard } of shardsOf(target, functionName)) {
        const formats = await deployedFormats(store, { functionName, target: target.name, region: shard }, clock.now());
        if (formats !== undefined) readers.push({ functionName, target: target.name, formats });
      }
    }
  }
  return readers;
}

/**
 * Functions that cannot read a policy go on by the one before it, so what is published would count for some of them only.
 * @throws CommandFailure `FormatNotDeployed` where a deployed function does not read the policy's format @throws StoreError
 */
export async function mustBeReadable(world: Pick<World, 'store' | 'clock'>, policy: CompiledPolicy): Promise<void> {
  const format: number = policy.format;
  const unable = (await deployedReaders(world, policy)).filter(({ formats }) => !formats.includes(format));
  if (unable.length === 0) return;
  const lines = unable.map(({ functionName, target, formats }) => `  ${functionName} on ${target} reads ${formatsText(formats)}`);
  throw new CommandFailure(
    'FormatNotDeployed',
    `Nothing was published, since this command writes format ${format} and what is deployed cannot read it:\n${lines.join('\n')}\nDeploy the version of this command first ('s deploy'), or publish with the version that is deployed. A function that was deployed just now counts from its next run on.`,
  );
}

/** `format 1`, `formats 1 and 2`. */
export function formatsText(formats: readonly number[]): string {
  return `${formats.length === 1 ? 'format' : 'formats'} ${formats.join(' and ')}`;
}
