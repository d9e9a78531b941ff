import type { CompiledDigestRule } from '../../functions/digest/compiled-rule.ts';
import { composePage } from '../../functions/digest/compose.ts';
import type { DigestPage } from '../../functions/digest/digest-page.ts';
import { lastSent } from '../../functions/digest/digest-stream.ts';
import type { DigestFacts } from '../../functions/digest/facts/digest-facts.ts';
import type { FleetFacts } from '../../functions/digest/facts/fleet-facts.ts';
import { gatherFacts } from '../../functions/digest/facts/gather.ts';
import { observeTarget } from '../../functions/digest/facts/observe-fleet.ts';
import { plotsOf } from '../../functions/digest/plots.ts';
import { isExpected } from '../../shared/engine/report.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { dayMs } from '../../shared/policy/values/local-date-time.ts';
import { CommandFailure } from '../failure.ts';
import type { Session } from './session.ts';

/** A digest as of now, and what could not be read for it. */
export interface DigestNow {
  readonly facts: DigestFacts;
  readonly page: DigestPage;
  readonly failures: readonly string[];
}

/** How a digest of now is made. */
export interface DigestNowOptions {
  /** Name of the rule. Default: the first of the policy; without any, one that shows everything but the heads of the journal. */
  readonly rule?: string | undefined;
  /** It tells of so many days of 24 hours. Default: of the time since the rule's last digest went out, or of one day. */
  readonly days?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Makes a digest as of now from the fleet and the journal. Sends and writes nothing.
 * @throws CommandFailure when the policy has no rule of that name, or none for the targets of the session
 */
export async function digestNow({ policy, world, targets: chosen }: Session, options: DigestNowOptions): Promise<DigestNow> {
  const { store, clock } = world;
  const rule = ruleOf(policy, options.rule);
  const targets = chosen.filter(({ name }) => rule.targets === undefined || rule.targets.includes(name));
  if (targets.length === 0) {
    throw new CommandFailure(
      'NoTarget',
      `The digest ${rule.name} is about ${rule.targets?.join(', ')}; choose one of them with --target, or another --rule.`,
    );
  }
  const nowMs = clock.now();
  const before = await lastSent(store, rule, '9999-12-31');
  const fromMs = options.days === undefined ? (before?.slotMs ?? nowMs - dayMs) : nowMs - options.days * dayMs;
  const span = { fromMs: Math.min(fromMs, nowMs - 1), untilMs: nowMs };
  const failures: string[] = [];
  const fleets = new Map<string, FleetFacts>();
  for (const target of targets) {
    const noted = async <T>(work: () => Promise<T>): Promise<T | undefined> => {
      try {
        return await work();
      } catch (error) {
        if (!isExpected(error)) throw error;
        failures.push(`${target.name}: ${error.message}`);
        return undefined;
      }
    };
    const observed = await noted(() =>
      observeTarget({
        ...{ target, policy, store, rule, span, nowMs, client: world.clientFor(target), signal: options.signal },
        ...{ plotDayMs: nowMs, attempt: noted },
      }),
    );
    if (observed) fleets.set(target.name, observed.facts);
    failures.push(...(observed?.facts.failures ?? []).map((what) => `${target.name}: ${what}`));
  }
  const facts = await gatherFacts({ rule, policy, targets, store, nowMs, span, fleets, before });
  return { facts, page: composePage(facts, plotsOf(facts)), failures };
}

function ruleOf(policy: CompiledPolicy, wanted: string | undefined): CompiledDigestRule {
  const rules = (policy.rules['digest'] ?? []) as readonly CompiledDigestRule[];
  const [first] = rules;
  if (wanted === undefined) return first ?? everything(policy);
  const named = rules.find(({ name }) => name === wanted);
  if (named) return named;
  const names = rules.map(({ name }) => name).join(', ');
  throw new CommandFailure('NoRule', `The policy has no digest named '${wanted}'; it has ${names === '' ? 'none' : names}.`);
}

function everything({ timezone }: CompiledPolicy): CompiledDigestRule {
  return {
    ...{ name: 'present', to: [], timezone, slotsMs: [], runsEvery: {} },
    show: ['done', 'held', 'orders', 'expiring-30d', 'not-covered', 'drift', 'exceptions-ending', 'silent', 'saved'],
  };
}
