import { randomBytes } from 'node:crypto';
import { StoreError } from '../../journal/store/store.ts';
import { runStoring } from '../../journal/store/store-effect.ts';
import { HourlyMemory } from '../../notify/hourly-memory.ts';
import { notifierOf } from '../../notify/notifier.ts';
import { shardsOf } from '../../policy/fan-out.ts';
import { countingClient } from '../counting-client.ts';
import { isExpected } from '../expected.ts';
import { writeEnd } from '../keep-record.ts';
import { reason } from '../reasons.ts';
import { type RunReport, runError } from '../report.ts';
import { ReportDraft } from '../report-draft.ts';
import type { Runner, RunnerOptions } from '../runner.ts';
import { provenSkew, skewError } from '../two-clocks.ts';
import { digestReason } from './digest-reasons.ts';
import type { CompiledDigestRule } from './digest-rule.ts';
import { tellFreezes } from './freeze-begins.ts';
import { functionsOf } from './rule-cover.ts';
import { readLifeSigns } from './signs-of-life.ts';
import { type SilenceContext, type ToldSilence, tellBlind, tellSilence } from './silence-alerts.ts';
import { type Digesting, type DigestRun, tellDigest } from './tell-digest.ts';

/** The runner of a function that tells. What it told while the journal could not be read it remembers as long as the process lives. */
export function digestRunner(digesting: Digesting): Runner {
  const memory = new HourlyMemory();
  return { name: digesting.name, run: (options) => runDigest(digesting, options, memory) };
}

/**
 * One run on a target: tell of functions that are silent and of a freeze that has begun → for each digest that is due, observe the fleet and write
 * down what was seen → when all targets of the rule were seen, or have been waited for, claim the digest, gather it from the journal, send it, and
 * write down that it was sent. The policy's `mode` has no say. What fails is in the report's `errors`; defects of the program are thrown.
 */
async function runDigest(digesting: Digesting, options: RunnerOptions, memory: HourlyMemory): Promise<RunReport> {
  const { policy, target, clock } = options;
  const nowMs = clock.now();
  const counting = countingClient(options.client);
  const owner = randomBytes(16).toString('hex');
  const draft = new ReportDraft({
    ...{ run: owner, function: digesting.name, target: target.name, account: target.account, world: options.world },
    ...{ mode: options.mode, functionMode: 'act', policy: policy.sourceHash, nowMs },
  });
  draft.warnFrom(policy.warnings);
  const notifier = options.notifier ?? notifierOf(new Map());
  const run: DigestRun = { digesting, options: { ...options, client: counting.client }, draft, notifier, nowMs, owner };

  await watch(run, memory);
  let record: string | undefined;
  for (const rule of digestRules(options)) record = (await draft.attempt(() => tellDigest(run, rule))) ?? record;

  // What it calls silent, due or over may be so by the wrong clock.
  const skewMs = provenSkew(counting.client);
  if (skewMs !== undefined) draft.failBecause(skewError(skewMs));
  const report: RunReport = { ...draft.finish(clock.now(), counting.counts()), ...(record === undefined ? {} : { record }) };
  if (options.mode === 'plan') return report;
  try {
    const failure = await runStoring(options.store, writeEnd(report, nowMs, undefined));
    return failure === undefined ? report : { ...report, record: failure };
  } catch (error) {
    if (!isExpected(error)) throw error;
    return { ...report, errors: [...report.errors, runError(error)], failed: true };
  }
}

function digestRules({ policy, target }: Pick<RunnerOptions, 'policy' | 'target'>): readonly CompiledDigestRule[] {
  const rules = (policy.rules['digest'] ?? []) as readonly CompiledDigestRule[];
  return rules.filter(({ targets }) => targets === undefined || targets.includes(target.name));
}

/** Tells of a freeze and of functions that do not run; where the journal cannot be read it says so, since that hides any silence. */
async function watch({ digesting, options, draft, notifier, nowMs, owner }: DigestRun, memory: HourlyMemory): Promise<void> {
  const { policy, target, store, mode } = options;
  const context: SilenceContext = { functionName: digesting.name, policy, target, store, notifier, nowMs, owner, memory };
  const note = (told: Pick<ToldSilence, 'failed'> | undefined): void => {
    for (const { channel, because } of told?.failed ?? []) {
      draft.warn(reason('channel-dead', `The channel ${channel} did not deliver: ${because}.`, { channel }));
    }
  };
  if (mode === 'apply') for (const told of await tellFreezes(context)) note(told);
  try {
    for (const functionName of functionsOf(policy, target)) {
      const everyMs = digestRules(options).flatMap(({ runsEvery }) => runsEvery[functionName] ?? [])[0];
      for (const { shard } of shardsOf(target, functionName)) {
        const place = { functionName, target: target.name, region: shard };
        const life = await readLifeSigns(store, place, nowMs, { everyMs, watchedFromMs: policy.fromMs });
        const told = mode === 'apply' ? await tellSilence(life, context) : undefined;
        if (told) draft.warn(digestReason('function-silent', `${told.title}.`, { function: functionName, told: told.told }));
        note(told);
      }
    }
  } catch (error) {
    draft.fail(error);
    if (!(error instanceof StoreError) || mode === 'plan') return;
    draft.warn(digestReason('journal-blind', 'The journal cannot be read, so no silence of a function can be noticed.'));
    note(await tellBlind(error, context));
  }
}
