import type { WrittenValue } from './written.ts';
import type { IntentOutcome } from './written-record.ts';

/** An intended value with the record that carries it. */
export interface Value extends WrittenValue {
  /** Number of the `intents` record. */
  readonly of: number;
}

/** What happened to a setting: a value was intended, or the outcome of an intent became known. */
export type Step =
  | { readonly kind: 'meant'; readonly value: string; readonly atMs: number; readonly of: number }
  | { readonly kind: 'became'; readonly of: number; readonly outcome: IntentOutcome };

/**
 * What is known of the intended values of one setting without reading the part that may hold the older ones: all of them, or only the
 * steps since that part was written.
 */
export type History = { readonly known: readonly Value[] } | { readonly since: readonly Step[] };

/** The values after one more step; see `WrittenView.values` for which are kept. */
function applyStep(values: readonly Value[], step: Step): readonly Value[] {
  if (step.kind === 'meant') {
    const kept = values.filter((earlier) => earlier.outcome === 'done' || earlier.value !== step.value);
    return [...kept, { value: step.value, atMs: step.atMs, outcome: undefined, of: step.of }];
  }
  const index = values.findIndex(({ of }) => of === step.of);
  const value = values[index];
  if (value === undefined) return values;
  const before = values.slice(0, index);
  const rest = values.slice(index + 1);
  if (step.outcome === 'done') return [{ ...value, outcome: 'done' }, ...rest];
  if (step.outcome === 'failed' || step.outcome === 'unknown') return [...before, { ...value, outcome: step.outcome }, ...rest];
  // One look said so and nothing was sent. It may have been an old answer, and then what we wrote before still stands and is no person's.
  if (step.outcome === 'already') return [...before, { ...value, outcome: 'unknown' }, ...rest];
  return [...before, ...rest];
}

/** True for outcomes after which the intended value stands, as far as anybody could see. */
export function isDone(outcome: IntentOutcome): boolean {
  return outcome === 'done' || outcome === 'already';
}

/** The values that the part had, after what has happened since. */
export function resolveHistory(history: History | undefined, inPart: readonly Value[]): readonly Value[] {
  if (history === undefined) return inPart;
  return 'known' in history ? history.known : history.since.reduce(applyStep, inPart);
}

/** A history after one more step. `hasPart`: a part may hold older values of the setting. */
export function addStep(history: History | undefined, step: Step, hasPart: boolean): History {
  if (history === undefined) return hasPart ? { since: [step] } : { known: applyStep([], step) };
  if ('known' in history) return { known: applyStep(history.known, step) };
  const since = withoutRepeats(history.since, step);
  const own = since.reduce(applyStep, [] as readonly Value[]);
  // A confirmed value forgets those before, so what the part says does not matter any more.
  if (step.kind === 'became' && step.outcome === 'done' && own.some(({ of }) => of === step.of)) return { known: applyStep(own, step) };
  return { since: [...since, step] };
}

/** True where the last intent has no outcome yet: a crash, or a run under way. */
export function openIntent(history: History): Value | undefined {
  const last = resolveHistory(history, []).at(-1);
  return last?.outcome === undefined ? last : undefined;
}

/** The steps without earlier intents of the very value that is intended again: that intent would drop them anyway. Keeps retries short. */
function withoutRepeats(since: readonly Step[], step: Step): readonly Step[] {
  if (step.kind !== 'meant') return since;
  const own = new Set(since.flatMap((each) => (each.kind === 'meant' ? [each.of] : [])));
  // An outcome of an intent in the part takes effect at its place among the others.
  if (since.some((each) => each.kind === 'became' && !own.has(each.of))) return since;
  const again = new Set(since.flatMap((each) => (each.kind === 'meant' && each.value === step.value ? [each.of] : [])));
  return since.filter((each) => !again.has(each.of));
}
