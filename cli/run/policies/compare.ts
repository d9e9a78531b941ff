import type { EpochMs } from '../../../shared/client/clock.ts';
import type { Decision } from '../../../shared/engine/decision.ts';
import type { RunReport } from '../../../shared/engine/report.ts';
import type { Progress } from '../../../shared/engine/run.ts';
import { canonicalJson } from '../../../shared/journal/canonical-json.ts';
import type { CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import type { World } from '../../world/world.ts';
import { runAll } from '../runs.ts';
import { rememberingClient, rememberingStore } from './remembering.ts';

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
  readonly from: Decided;
  readonly to: Decided;
}

/** Two policies at one instant, on one fleet. */
export interface Comparison {
  readonly nowMs: EpochMs;
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

/** One policy's decisions: by function, account, endpoint and id, so that a target that was only renamed is the same. */
interface Side {
  readonly decided: Map<string, Decided & { readonly place: Place }>;
  /** Resources with a rule, by function. A part of a resource, `<resource>/<part>`, counts for the resource. */
  readonly coveredBy: Set<string>;
  readonly missed: readonly string[];
}

interface Place {
  readonly function: string;
  readonly target: CompiledTarget;
  readonly id: string;
  readonly name: string | undefined;
}

/** Decides by two policies at one instant about one observation of all their targets. Without `before` it is compared with nothing. */
export async function comparePolicies(
  world: World,
  before: CompiledPolicy | undefined,
  after: CompiledPolicy,
  options: CompareOptions = {},
): Promise<Comparison> {
  const nowMs = world.clock.now();
  const still = stillWorld(world, nowMs);
  const old = before ? await decideAll(still, before, options) : { decided: new Map(), coveredBy: new Set<string>(), missed: [] };
  const fresh = await decideAll(still, after, options);

  const changes: ChangedDecision[] = [];
  const changed = new Set<string>();
  for (const key of new Set([...old.decided.keys(), ...fresh.decided.keys()])) {
    const { place } = (fresh.decided.get(key) ?? old.decided.get(key)) as { readonly place: Place };
    const [from, to] = [decidedIn(old, key, place), decidedIn(fresh, key, place)];
    if (signature(from) === signature(to)) continue;
    changed.add(resourceOf(place));
    changes.push({ function: place.function, target: place.target.name, resource: { id: place.id, name: place.name }, from, to });
  }
  const covered = new Set([...old.coveredBy, ...fresh.coveredBy].map((key) => key.slice(key.indexOf(' ') + 1)));
  const inOrder = (a: ChangedDecision, b: ChangedDecision): number =>
    order(a.function, b.function) || order(a.target, b.target) || order(a.resource.id, b.resource.id);
  return {
    ...{ nowMs, covered: covered.size, changed: changed.size, changes: changes.sort(inOrder) },
    missed: [...new Set([...old.missed, ...fresh.missed])],
  };
}

/** The world at one instant: its clock stands, each question is asked once, and nothing is written. */
function stillWorld(world: World, nowMs: EpochMs): World {
  const clients = new Map<string, ReturnType<typeof rememberingClient>>();
  return {
    ...world,
    clock: { now: () => nowMs, sleep: (ms, signal) => world.clock.sleep(ms, signal) },
    store: rememberingStore(world.store),
    clientFor(target) {
      // By what the client is made of: the two policies may give one name to two accounts, or one account two names.
      const name = canonicalJson([target.account, target.role ?? null, target.endpoint]);
      const client = clients.get(name) ?? rememberingClient(world.clientFor({ ...target, name }));
      clients.set(name, client);
      return client;
    },
  };
}

async function decideAll(world: World, policy: CompiledPolicy, { signal, onProgress }: CompareOptions): Promise<Side> {
  const decided: Side['decided'] = new Map();
  const coveredBy = new Set<string>();
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
      if (covers) coveredBy.add(`${report.function} ${resourceOf(place)}`);
      decided.set(keyOf(place), { verdict: covers ? decision.verdict : 'not-covered', mode: report.functionMode, decision, place });
    }
    missed.push(...missedIn(report));
    met = [];
  };
  await runAll(
    { policy, world, targets: Object.values(policy.targets) },
    {
      ...{ mode: 'plan', localJournal: true, signal, onProgress, onReport: take },
      onDecision: ({ id, name }, decision) => met.push({ id, name, decision }),
    },
  );
  if (signal?.aborted) missed.push('comparing was stopped before its end');
  return { decided, coveredBy, missed };
}

function missedIn({ function: name, target, errors, totals, warnings }: RunReport): readonly string[] {
  const label = `${name}, ${target}`;
  if (errors.length > 0) return errors.map(({ code, message }) => `${label}: ${code}: ${message}`);
  if (!totals.complete) return [`${label}: ${totals.observed} of ${totals.announced ?? 'an unknown number of'} resources were read`];
  return warnings.flatMap(({ code, text }) => (code === 'look-failed' ? [`${label}: ${text}`] : []));
}

/** A part on which one policy looks and the other does not is as wanted to the latter, where that covers the resource. */
function decidedIn({ decided, coveredBy }: Side, key: string, place: Place): Decided {
  const known = decided.get(key);
  if (known) return { verdict: known.verdict, mode: known.mode, decision: known.decision };
  const covered = coveredBy.has(`${place.function} ${resourceOf(place)}`);
  return { verdict: covered ? 'keep' : 'not-covered', mode: 'observe', decision: undefined };
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
