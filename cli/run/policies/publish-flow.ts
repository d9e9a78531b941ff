import { systemClock } from '../../../shared/client/system-clock.ts';
import { canonicalJson } from '../../../shared/journal/log/record.ts';
import { aloneAfterMs } from '../../../shared/journal/people/policy-proposals.ts';
import { peopleIn } from '../../../shared/policy/approvers.ts';
import { CommandFailure } from '../../failure.ts';
import { localClock } from '../../render/local-clock.ts';
import { comparisonJson, preparedLines } from '../../render/policies.ts';
import { progressDisplay } from '../../render/progress.ts';
import { styleFor } from '../../render/style.ts';
import type { World } from '../../world/world.ts';
import { answeredYes } from '../answered-yes.ts';
import { interruptedExitCode, interruptOnSignals } from '../interrupt.ts';
import { print } from '../report-runs.ts';
import { tellEverywhere } from '../runs.ts';
import { type DeviationChoice, deviationLines, mustChoose, openDeviations, restoreDeviations, targetsLeft } from './open-deviations.ts';
import { mustBeReadable, mustBeWhole, type PreparedPolicy, preparePolicy } from './prepare.ts';
import { otherApprovers, type PolicyWords, propose, publish } from './publish.ts';
import type { PolicySourceText } from './source.ts';

/** A policy on its way into the store. */
export interface PublishFlow {
  /** `push` or `rollback`, as people are told. */
  readonly command: string;
  readonly source: PolicySourceText;
  /** Who publishes it, asked of STS only when it is published. */
  readonly words: () => Promise<PolicyWords>;
  /**
   * `above-limit`: where the limit says so. `had`: they are here. `way-out`: not asked, and what cannot be observed does not stand in the way
   * either.
   */
  readonly secondPerson: 'above-limit' | 'had' | 'way-out';
  /**
   * What becomes of deviations that nothing takes back any more by this policy. `undefined`: a person is asked. A way out asks nobody and leaves
   * them, which it says.
   */
  readonly deviations?: DeviationChoice | undefined;
  /** Last look at what was prepared; throws where it must not be published. Default: nothing more to check. */
  readonly check?: ((prepared: PreparedPolicy) => void) | undefined;
}

/** Exit status where a second person is waited for. */
const waitsExitCode = 2;

/**
 * Compares, shows, asks, and publishes; or writes a proposal where a second person is needed. Gives the exit status: 0 when it was published or
 * declined, 2 when it waits for a second person.
 * @throws CommandFailure where it must not be published
 */
export async function runPublishFlow(world: World, publishFlow: PublishFlow, asking: Asking): Promise<number> {
  const { command, source, secondPerson } = publishFlow;
  const asks = mustAsk(world, command, asking);
  const interrupt = interruptOnSignals();
  const json = asking.json === true;
  const progress = progressDisplay(systemClock.now, json);
  const style = styleFor();
  try {
    if (!json) print([style.dim(`World: ${world.headline}`), '']);
    const prepared = await preparePolicy(world, source, { signal: interrupt.signal, onProgress: progress.show });
    progress.clear();
    if (interrupt.signal.aborted) return interruptedExitCode;
    if (!json) print([...preparedLines(prepared, style), '']);
    publishFlow.check?.(prepared);
    if (secondPerson !== 'way-out') mustBeWhole(prepared);
    await mustBeReadable(world, prepared.policy);
    const leaving = targetsLeft(prepared.base?.policy, prepared.policy);
    const before = prepared.base?.policy ?? prepared.policy;
    const open = leaving.length === 0 ? [] : await openDeviations(world, before, leaving, interrupt.signal);
    if (!json && open.length > 0) print([...deviationLines(open), '']);
    const proposes = prepared.twoPeopleFor !== undefined && secondPerson === 'above-limit';
    const choice = open.length === 0 || proposes || secondPerson === 'way-out' ? 'leave' : publishFlow.deviations;
    if (choice === undefined && !asks) mustChoose(open);
    const restores = choice === undefined ? await answeredYes('Take them back first?', interrupt.signal) : choice === 'restore';
    const question = proposes ? 'Propose this to a second person?' : 'Publish this?';
    const says = !asks || (await answeredYes(question, interrupt.signal));
    const words = says ? await publishFlow.words() : undefined;
    if (words && restores) await restoreDeviations(world, before, leaving, interrupt.signal);
    const sequence = words && (await (proposes ? propose : publish)(world, prepared, words));
    if (proposes && sequence !== undefined && words) await tellOfOne(world, prepared, sequence, words);
    // A function may have run between the two, by the policy before.
    const left = words && restores ? await restoreDeviations(world, before, leaving, interrupt.signal) : [];
    const outcome = sequence === undefined ? 'declined' : proposes ? 'proposed' : 'published';
    if (json)
      process.stdout.write(
        `${canonicalJson({ ...outcomeJson(world, prepared, outcome, sequence), deviations: restores ? left : open })}\n`,
      );
    else print([...outcomeLines(outcome, sequence, prepared), ...deviationLines(left)]);
    return outcome === 'proposed' ? waitsExitCode : interrupt.signal.aborted ? interruptedExitCode : 0;
  } finally {
    progress.clear();
    interrupt.release();
  }
}

/** Where the policy in force names one approver only, who confirms alone a day later, everybody hears of it before. */
async function tellOfOne(
  world: World,
  { base, weakened, comparison }: PreparedPolicy,
  sequence: number,
  { by }: PolicyWords,
): Promise<void> {
  if (!base || peopleIn(base.policy) !== 1 || (await otherApprovers(world, base))) return;
  const { nowMs, changed, covered } = comparison;
  const fromMs = nowMs + aloneAfterMs;
  const { failed } = await tellEverywhere(
    world,
    base.policy,
  )({
    ...{
      id: `policy-proposals/${sequence}`,
      timeMs: nowMs,
      severity: 'warning',
      title: `${by} proposes a policy that guards less, or changes much`,
    },
    text: [
      ...weakened.map(({ text }) => `Weaker: ${text}.`),
      `${changed} of ${covered} covered resources are decided otherwise. The policy in force names one approver only: it can be confirmed alone from ${localClock(base.policy.timezone, nowMs).text(fromMs)} on. Against it: push the policy in force again.`,
    ].join('\n'),
  });
  for (const { channel, because } of failed) process.stderr.write(`not told on ${channel}: ${because}\n`);
}

function outcomeLines(outcome: 'published' | 'proposed' | 'declined', sequence: number | undefined, { base }: PreparedPolicy): string[] {
  if (outcome === 'declined') return ['Nothing was published.'];
  if (outcome === 'proposed') {
    return [
      `Nothing was published yet: this is proposal ${sequence}. Somebody else looks at it and publishes it, within 7 days and before anybody pushes again:`,
      `  streamwarden push --confirm ${sequence}`,
    ];
  }
  const back = base === undefined ? [] : [`To undo this: streamwarden rollback ${base.sequence}`];
  return [`Published as policy ${sequence}. Functions go by it from their next run on.`, ...back];
}

function outcomeJson(world: World, prepared: PreparedPolicy, outcome: string, sequence: number | undefined) {
  const { policy, base, newest, comparison, limitPercent, twoPeopleFor, weakened, warnings } = prepared;
  return {
    ...{ format: 1, world: world.headline, outcome, sequence: sequence ?? null, base: base?.sequence ?? null },
    policy: { sourceHash: policy.sourceHash, until: new Date(policy.untilMs).toISOString() },
    ...{ broken: newest.broken, limitPercent: limitPercent ?? null, twoPeopleFor: twoPeopleFor ?? null, weakened, warnings },
    ...comparisonJson(comparison),
  };
}

/** How a command may be answered. */
export interface Asking {
  readonly yes?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/**
 * Whether a person has to be asked: in the cloud, unless they said `--yes`.
 * @throws CommandFailure `Usage` where somebody has to be asked and nobody can be
 */
function mustAsk(world: World, command: string, { yes, json }: Asking): boolean {
  if (world.kind !== 'cloud' || yes === true) return false;
  if (json !== true && process.stdin.isTTY === true) return true;
  throw new CommandFailure(
    'Usage',
    `${command} in the cloud asks first, and there is no terminal to ask on: look at 'streamwarden policy diff --decisions', then say --yes.`,
  );
}
