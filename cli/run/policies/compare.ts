import type { EpochMs } from '../../../shared/client/clock.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import type { Progress } from '../../../shared/engine/run.ts';
import { canonicalJson } from '../../../shared/journal/log/record.ts';
import type { Decision } from '../../../shared/planning/decision.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { runners } from '../../runners.ts';
import type { World } from '../../world/world.ts';
import { runAll } from '../runs.ts';
import { decideAlike, instantsAhead } from './instants.ts';
import { memoizedClient, memoizedStore } from './memoized.ts';

/** What one policy decides about a resource. `not-covered` also where the policy does not look at it at all. */
export interface Decided {
  readonly verdict: Decision['verdict'] | 'not-covered';
  /** Whether the function would do it, or only report it. */
  readonly mode: 'observe' | 'act';
  /** Undefined where the policy does not look at the resource. */
  readonly decision: Decision | undefined;
}

/** A decision that differs between two policies. */
export interface ChangedDecision {
  readonly function: string;
  /** Name of the target in the later policy, else in the earlier one. */
  readonly target: string;
  readonly resource: { readonly id: string; readonly name?: string | undefined };
  /** The first instant of the coming week at which it differs; the present one where it does now. */
  readonly atMs: EpochMs;
  readonly from: Decided;
  readonly to: Decided;
}

/** Two policies over the coming week, on the fleet as it is now. */
export interface Comparison {
  readonly nowMs: EpochMs;
  /** How many instants were compared, the present one included. */
  readonly instants: number;
  /** Distinct resources that a rule of either policy covers, and those of them about which anything is decided otherwise. */
  readonly covered: number;
  readonly changed: number;
  /** In the order of functions, targets and ids. */
  readonly changes: readonly ChangedDecision[];
  /** What could not be observed, in words; a comparison that misses something proves nothing. */
  readonly missed: readonly string[];
}

/** What comparing may hear and be told. */
export interface CompareOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((label: string, progress: Progress) => void) | undefined;
}

/** What one policy decides by one function at one instant: by account, endpoint and id, so that a target that was only renamed is the same. */
interface Side {
  readonly decided: ReadonlyMap<string, Decided & { readonly place: Place }>;
  /** Resources with a rule. A part of a resource, `<resource>/<part>`, counts for the resource. */
  readonly covered: ReadonlySet<string>;
  readonly missed: readonly string[];
}

interface Place {
  readonly function: string;
  readonly target: CompiledTarget;
  readonly id: string;
  readonly name: string | undefined;
}

/**
 * Decides by two policies about one observation of all their targets: now, and at each instant of the coming week at which something in either
 * of them begins or ends. What is decided at night shows at noon. Without `before` it is compared with nothing, and now only; so are policies
 * that decide alike by what they say.
 */
export async function comparePolicies(
  world: World,
  before: CompiledPolicy | undefined,
  after: CompiledPolicy,
  options: CompareOptions = {},
): Promise<Comparison> {
  const nowMs = world.clock.now();
  const still = stillWorld(world, nowMs);
  const policies = before ? [before, after] : [after];
  const differs = before !== undefined && !decideAlike(before, after, nowMs);
  const changes = new Map<string, ChangedDecision>();
  const [changed, covered, missed, instants] = [new Set<string>(), new Set<string>(), new Set<string>(), new Set([nowMs])];
  for (const { name } of runners) {
    const ahead = differs ? instantsAhead(name, policies, nowMs) : [];
    for (const atMs of [nowMs, ...ahead]) {
      if (options.signal?.aborted) break;
      instants.add(atMs);
      const at = { ...options, world: still.at(atMs), only: name };
      const old = before ? await decideAll(before, at) : nothingDecided;
      const fresh = await decideAll(after, at);
      for (const each of [...old.missed, ...fresh.missed]) missed.add(each);
      for (const resource of [...old.covered, ...fresh.covered]) covered.add(resource);
      for (const key of new Set([...old.decided.keys(), ...fresh.decided.keys()])) {
        const { place } = (fresh.decided.get(key) ?? old.decided.get(key)) as { readonly place: Place };
        const [from, to] = [decidedIn(old, key, place), decidedIn(fresh, key, place)];
        if (signature(from) === signature(to)) continue;
        changed.add(resourceOf(place));
        const change = { function: name, target: place.target.name, resource: { id: place.id, name: place.name }, atMs, from, to };
        if (!changes.has(key)) changes.set(key, change);
      }
    }
  }
  if (options.signal?.aborted) missed.add('comparing was stopped before its end');
  const inOrder = (a: ChangedDecision, b: ChangedDecision): number =>
    order(a.function, b.function) || order(a.target, b.target) || order(a.resource.id, b.resource.id);
  return {
    ...{ nowMs, instants: instants.size, covered: covered.size, changed: changed.size },
    ...{ changes: [...changes.values()].sort(inOrder), missed: [...missed] },
  };
}

const nothingDecided: Side = { decided: new Map(), covered: new Set(), missed: [] };

/** The world at the instants that are compared: its clock stands, each question is asked once, and nothing is written. */
function stillWorld(world: World, nowMs: EpochMs): { readonly at: (ms: EpochMs) => World } {
  const clients = new Map<string, ReturnType<typeof memoizedClient>>();
  let atMs = nowMs;
  const still: World = {
    ...world,
    clock: { now: () => atMs, sleep: (ms, signal) => world.clock.sleep(ms, signal) },
    store: memoizedStore(world.store),
    clientFor(target) {
      // By what the client is made of: the two policies may give one name to two accounts, or one account two names.
      const name = canonicalJson([target.account, target.role ?? null, target.endpoint]);
      const client = clients.get(name) ?? memoizedClient(world.clientFor({ ...target, name }));
      clients.set(name, client);
      return client;
    },
  };
  return {
    at(ms) {
      atMs = ms;
      return still;
    },
  };
}

/** What a policy decides by one function at one instant. */
async function decideAll(
  policy: CompiledPolicy,
  { world, only, signal, onProgress }: CompareOptions & { readonly world: World; readonly only: string },
): Promise<Side> {
  const decided = new Map<string, Decided & { readonly place: Place }>();
  const covered = new Set<string>();
  const runner = runners.find(({ name }) => name === only);
  if (!runner?.withoutRules && (policy.rules[only] ?? []).length === 0) return nothingDecided;
  const missed: string[] = [];
  let met: { readonly id: string; readonly name: string | undefined; readonly decision: Decision }[] = [];
  const take = (report: RunReport): void => {
    const target = policy.targets[report.target] as CompiledTarget;
    const final = new Map(report.decisions.map((decision) => [decision.resource.id, decision]));
    // What holds because it could not be decided is in the report only.
    for (const { resource, ...rest } of report.decisions) met.push({ ...resource, name: resource.name, decision: { resource, ...rest } });
    for (const { id, name, decision: planned } of met) {
      const decision = final.get(id) ?? planned;
      const place: Place = { function: report.function, target, id, name };
      const covers = decision.rule !== null || decision.verdict !== 'keep';
      if (covers) covered.add(resourceOf(place));
      decided.set(keyOf(place), { verdict: covers ? decision.verdict : 'not-covered', mode: report.functionMode, decision, place });
    }
    missed.push(...missedIn(report));
    met = [];
  };
  await runAll(
    { policy, world, targets: Object.values(policy.targets) },
    {
      ...{ only, mode: 'plan', localJournal: true, signal, onProgress, onReport: take },
      onDecision: ({ id, name }, decision) => met.push({ id, name, decision }),
    },
  );
  return { decided, covered, missed };
}

function missedIn({ function: name, target, errors, totals, warnings }: RunReport): readonly string[] {
  const label = `${name}, ${target}`;
  if (errors.length > 0) return errors.map(({ code, message }) => `${label}: ${code}: ${message}`);
  if (!totals.complete) return [`${label}: ${totals.observed} of ${totals.announced ?? 'an unknown number of'} resources were read`];
  return warnings.flatMap(({ code, text }) => (code === 'look-failed' ? [`${label}: ${text}`] : []));
}

/** A part on which one policy looks and the other does not is as wanted to the latter, where that covers the resource. */
function decidedIn({ decided, covered }: Side, key: string, place: Place): Decided {
  const known = decided.get(key);
  if (known) return { verdict: known.verdict, mode: known.mode, decision: known.decision };
  return { verdict: covered.has(resourceOf(place)) ? 'keep' : 'not-covered', mode: 'observe', decision: undefined };
}

/** What has to be equal: the verdict, what would be changed, and whether that is done or only reported. Reasons may differ. */
function signature({ verdict, mode, decision }: Decided): string {
  if (!decision || decision.verdict === 'keep') return verdict;
  const { operation, change } = decision.action ?? {};
  return canonicalJson([verdict, verdict === 'act' ? mode : null, operation ?? null, change ?? null]);
}

function keyOf(place: Place): string {
  return canonicalJson([place.function, place.target.account, place.target.endpoint, place.id]);
}

function resourceOf({ target: { account, endpoint }, id }: Place): string {
  return canonicalJson([account, endpoint, id.split('/')[0] ?? id]);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
