import { readFileSync } from 'node:fs';
import type { StoryRecord } from './record.ts';

const page = new URL('../../docs/reason-codes.md', import.meta.url);

/** The part of the page about reasons of the run, which are not a planner's. */
const everyFunction = 'Every function';

/** The last row of that part that is about what the guard holds; what stands below is said of calls, orders and the journal. */
const lastOfGuard = 'limit-nodes-added';

/** Codes by the part of the page that lists them. The guard's are a part of their own. */
export type Codes = ReadonlyMap<string, readonly string[]>;

/** Reads the codes from the page that lists them all. */
function documentedCodes(): Codes {
  const parts = readFileSync(page, 'utf8').split(/^## /m).slice(1);
  const codes = new Map(
    parts.map((part) => [part.slice(0, part.indexOf('\n')), [...part.matchAll(/^\| `([^`]+)` \|/gm)].map(([, code]) => code as string)]),
  );
  const all = codes.get(everyFunction) ?? [];
  const end = all.indexOf(lastOfGuard) + 1;
  if (end === 0) throw new Error(`${page.pathname} has no ${lastOfGuard} under "${everyFunction}"`);
  return new Map([...codes, ['guard', all.slice(0, end)], [everyFunction, all.slice(end)]]);
}

interface Counted {
  readonly because?: readonly { readonly code: string }[];
  readonly verdict?: string;
}

interface RunJson {
  readonly report: {
    readonly function: string;
    readonly mode: string;
    readonly decisions: readonly Counted[];
    readonly outcomes: readonly { readonly because?: { readonly code: string } }[];
    readonly warnings: readonly { readonly code: string }[];
    readonly errors: readonly { readonly code: string }[];
    readonly counts: Readonly<Record<'act' | 'keep' | 'hold' | 'notCovered', number>>;
    readonly purchases?: { readonly alerts: readonly { readonly code: string }[] };
  };
  readonly decided: readonly Counted[];
}

/** How often something came up. */
export class Coverage {
  readonly #codes: Codes;
  /** By function, of the runs in `plan`. */
  readonly verdicts = new Map<string, Record<'act' | 'keep' | 'hold' | 'notCovered', number>>();
  /** By part of the page and code. */
  readonly reasons = new Map<string, number>();
  /** By code of the error. */
  readonly errors = new Map<string, number>();
  refused = 0;

  constructor(codes: Codes = documentedCodes()) {
    this.#codes = codes;
  }

  /** Counts a story. */
  take(record: StoryRecord): void {
    if ('refused' in record) {
      this.refused += 1;
      return;
    }
    for (const { json } of record.runs) this.#takeRun(JSON.parse(json) as RunJson);
  }

  #takeRun({ report, decided }: RunJson): void {
    const { function: name, counts } = report;
    if (report.mode === 'plan') {
      const sum = this.verdicts.get(name) ?? { act: 0, keep: 0, hold: 0, notCovered: 0 };
      this.verdicts.set(name, sum);
      for (const verdict of ['act', 'keep', 'hold', 'notCovered'] as const) sum[verdict] += counts[verdict];
    }
    // What acts or holds stands in both lists: what the guard says beside it only in that of the report.
    const reasons = [...decided.filter(({ verdict }) => verdict === 'keep'), ...report.decisions].flatMap(({ because }) => because ?? []);
    for (const { code } of reasons) this.#count(this.#partOf(name, code), code);
    const ofRun = [...report.outcomes.flatMap(({ because }) => because ?? []), ...report.warnings];
    for (const { code } of ofRun) this.#count(this.#codes.get('guard')?.includes(code) ? 'guard' : everyFunction, code);
    for (const { code } of report.purchases?.alerts ?? []) this.#count('Alerts of renewals', code);
    for (const { code } of report.errors) this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }

  /** A planner's own code, where it has one of that name; else the guard's, else that of the run. */
  #partOf(name: string, code: string): string {
    if (this.#codes.get(name)?.includes(code)) return name;
    return this.#codes.get('guard')?.includes(code) ? 'guard' : everyFunction;
  }

  #count(part: string, code: string): void {
    const key = `${part} ${code}`;
    this.reasons.set(key, (this.reasons.get(key) ?? 0) + 1);
  }

  /** The codes of planners and guard, and how many of them came up. */
  share(): { readonly met: number; readonly of: number } {
    const keys = this.#decided().flatMap(([part, codes]) => codes.map((code) => `${part} ${code}`));
    return { met: keys.filter((key) => this.reasons.has(key)).length, of: keys.length };
  }

  #decided(): readonly (readonly [string, readonly string[]])[] {
    return [...this.#codes].filter(([part]) => part === 'guard' || this.verdicts.has(part));
  }

  /** The whole of it for people. */
  lines(): readonly string[] {
    const lines = [...this.verdicts].map(([name, { act, hold, keep, notCovered }]) => {
      return `${name.padEnd(22)} ${act} to change, ${hold} held, ${keep} kept, ${notCovered} not covered`;
    });
    for (const [part, codes] of [...this.#decided(), [everyFunction, this.#codes.get(everyFunction) ?? []] as const]) {
      const of = (code: string): number => this.reasons.get(`${part} ${code}`) ?? 0;
      lines.push(
        '',
        `${part}: ${codes
          .filter((code) => of(code) > 0)
          .map((code) => `${code} ${of(code)}`)
          .join(', ')}`,
      );
      const missing = codes.filter((code) => of(code) === 0);
      if (missing.length > 0) lines.push(`  never: ${missing.join(', ')}`);
    }
    const { met, of } = this.share();
    const errors = [...this.errors].map(([code, count]) => `${code} ${count}`).join(', ');
    lines.push('', `errors of runs: ${errors || 'none'}`, `${this.refused} policies refused`);
    lines.push(`${met} of ${of} reason codes of planners and guard came up, ${Math.floor((100 * met) / of)} %`);
    return lines;
  }
}
