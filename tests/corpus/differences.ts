/** What two records of the same story say differently, at one place. */
export interface Difference {
  /** `runs[2](scale-on-schedule, home, plan).decided[0](aig-1).because[0].text`. */
  readonly place: string;
  readonly before: string;
  readonly after: string;
}

/** Longest value that is shown whole, in characters. */
const shownMost = 400;

/** Names an element of a list by what it is about, as far as it says. */
function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  const { report, resource, code } = value as {
    readonly report?: Record<string, string>;
    readonly resource?: { readonly id?: string };
    readonly code?: string;
  };
  if (report !== undefined) return `(${report['function']}, ${report['target']}, ${report['mode']}, ${report['at']})`;
  const name = resource?.id ?? code;
  return name === undefined ? '' : `(${name})`;
}

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > shownMost ? `${text.slice(0, shownMost)}… (${text.length} characters)` : text;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The places at which two values differ, in their order: the smallest parts, so that one changed text is one difference. */
export function* differencesOf(before: unknown, after: unknown, place = ''): Generator<Difference> {
  if (Object.is(before, after)) return;
  if (Array.isArray(before) && Array.isArray(after)) {
    for (let at = 0; at < Math.max(before.length, after.length); at++) {
      yield* differencesOf(before[at], after[at], `${place}[${at}]${nameOf(before[at] ?? after[at])}`);
    }
    return;
  }
  if (isObject(before) && isObject(after) && !Array.isArray(before) && !Array.isArray(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      yield* differencesOf(before[key], after[key], place === '' ? key : `${place}.${key}`);
    }
    return;
  }
  yield { place, before: shown(before), after: shown(after) };
}
