import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { shardsOf, spreadFunctions, spreadOf } from '../../shared/policy/fan-out.ts';

/** Functions that see to what they began before, although the policy has no rule for them any more: a drain has to be lifted. */
const seesToItsOwn: ReadonlySet<string> = new Set(['log-off-sessions']);

/** Longest id that the platform takes, in characters (Function Compute facts, delivery). */
const longestId = 128;

/**
 * All functions named on all targets, or their regions. Nothing is left out without a word. Ids of tasks are
 * `<function>-<target>[-<region>]-<slot>`; names that would not fit, or could be taken for another's, are followed by a fingerprint.
 */
export function planDispatch(desired: DispatchRequest): DispatchPlan {
  const { policy, target: only } = desired;
  const names = [...new Set(desired.functions ?? spreadable(policy))];
  const refused = names.flatMap((name) => refusalOf(name) ?? []);
  const known = names.filter((name) => spreadFunctions.includes(name));
  const idle = known.filter((name) => !seesToItsOwn.has(name) && !hasRules(policy, name));
  const begun = known.filter((name) => !idle.includes(name));
  const targets = Object.values(policy.targets).filter(({ name }) => only === undefined || name === only);
  const plain = plainIds(policy, desired.slot);
  const tasks = begun.flatMap((name) =>
    targets.flatMap((target) => shardsOf(target, name).map((part) => taskOf(name, part, desired, plain))),
  );
  return { tasks, refused, idle };
}

function spreadable(policy: CompiledPolicy): readonly string[] {
  return spreadFunctions.filter((name) => hasRules(policy, name));
}

function hasRules({ rules }: CompiledPolicy, functionName: string): boolean {
  return (rules[functionName] ?? []).length > 0;
}

function refusalOf(functionName: string): DispatchRefusal | undefined {
  const refusal = (code: DispatchRefusal['code'], text: string): DispatchRefusal => ({ functionName, code, text });
  if (spreadOf(functionName) === undefined) {
    return refusal('unknown-function', `there is no function '${functionName}'; correct the payload of dispatch's trigger`);
  }
  if (!spreadFunctions.includes(functionName)) {
    const why = 'it runs all targets in turn within one invocation';
    return refusal('not-spread', `${why}; give it a timer of its own and take it out of the payload of dispatch's trigger`);
  }
  return undefined;
}

function taskOf(
  functionName: string,
  { name, shard }: CompiledTarget,
  { triggerTime, slot }: DispatchRequest,
  known: PlainIds,
): DispatchTask {
  const place = { target: name, ...(shard === undefined ? {} : { region: shard }) };
  const plain = plainId(functionName, name, shard, slot);
  const id = known.get(plain) === 1 && fits(plain) ? plain : markedId(functionName, name, shard, slot);
  const payload = JSON.stringify({ triggerTime, triggerName: 'dispatch', payload: JSON.stringify(place) });
  return { functionName, ...place, id, payload };
}

/** How many tasks have an id, among all that the policy could ask for. */
type PlainIds = ReadonlyMap<string, number>;

/** Counted over everything that could be dispatched, so that an id does not depend on what else is in the same event. */
function plainIds({ targets }: CompiledPolicy, slot: string): PlainIds {
  const counts = new Map<string, number>();
  for (const name of spreadFunctions) {
    for (const part of Object.values(targets).flatMap((target) => shardsOf(target, name))) {
      const id = plainId(name, part.name, part.shard, slot);
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
  }
  return counts;
}

function plainId(functionName: string, target: string, region: string | undefined, slot: string): string {
  return [functionName, target, ...(region === undefined ? [] : [region]), slot].join('-');
}

function fits(id: string): boolean {
  return id.length <= longestId && /^[A-Za-z_][\w-]*$/.test(id);
}

/** An id with a fingerprint of the exact names in place of what does not fit. */
function markedId(functionName: string, target: string, region: string | undefined, slot: string): string {
  const mark = fingerprint(JSON.stringify([functionName, target, region ?? null]));
  const names = [target, ...(region === undefined ? [] : [region])].join('-').replace(/[^\w-]/g, '_');
  const room = longestId - functionName.length - slot.length - mark.length - 3;
  return [functionName, names.slice(0, room), mark, slot].join('-');
}

/** FNV-1a of 64 bits, in hex: tells names apart, and needs nothing that a planner may not import. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  return hash.toString(16).padStart(16, '0');
}

/** One invocation that is to be begun: a function on a target, or on one of its regions. */
export interface DispatchTask {
  readonly functionName: string;
  readonly target: string;
  readonly region?: string;
  /** The same for each delivery of one timer event, so that the platform takes it once. */
  readonly id: string;
  /** The event that the function is begun with: that of a timer, which fired in the slot. */
  readonly payload: string;
}

/** A function that is not begun, and why. */
interface DispatchRefusal {
  readonly functionName: string;
  readonly code: 'not-spread' | 'unknown-function';
  readonly text: string;
}

/** What is to be begun. */
export interface DispatchPlan {
  readonly tasks: readonly DispatchTask[];
  readonly refused: readonly DispatchRefusal[];
  /** Functions named for which the policy has no rules: there is nothing for them to do. */
  readonly idle: readonly string[];
}

/** What is dispatched. */
export interface DispatchRequest {
  readonly policy: CompiledPolicy;
  /** Functions by name. Default: all that can be begun for each target and for which the policy has rules. */
  readonly functions?: readonly string[] | undefined;
  /** The only target. Default: all of the policy. */
  readonly target?: string | undefined;
  /** When the timer fired, as its event has it. */
  readonly triggerTime: string;
  /** Name of that moment, of letters and digits. */
  readonly slot: string;
}
