import { canonicalJson, type Decision, type RunReport } from './product.ts';

/** What one run of a function on a target decided, as canonical JSON. */
export interface RunRecord {
  readonly function: string;
  readonly target: string;
  readonly mode: 'plan' | 'apply';
  /** The report and all decisions of the planner, without what is random. */
  readonly json: string;
}

/** What came of a story: every run in it, or why its policy is refused. */
export type StoryRecord =
  | { readonly index: number; readonly refused: readonly string[] }
  | { readonly index: number; readonly policy: string; readonly now: string; readonly runs: readonly RunRecord[] };

/**
 * What is compared of a run. Its token, its record's key, which ends in the token, and the service's request ids are random; the tokens of this and
 * earlier runs, and the port, are named by what they are wherever else they stand. How long it took is no decision.
 */
export function recordOf(report: RunReport, decided: readonly Decision[], tokens: ReadonlyMap<string, string>): RunRecord {
  const { run: _run, record, durationMs: _durationMs, outcomes, ...rest } = report;
  const compared = {
    report: { ...rest, isRecorded: record !== undefined, outcomes: outcomes.map(({ requestId: _requestId, ...outcome }) => outcome) },
    // What acts or holds stands in the report as the guard left it; here it is as the planner decided.
    decided: [...decided].sort((a, b) => (a.resource.id < b.resource.id ? -1 : Number(a.resource.id > b.resource.id))),
  };
  let json = canonicalJson(compared);
  for (const [token, name] of tokens) json = json.replaceAll(token, name);
  return { function: report.function, target: report.target, mode: report.mode, json };
}

/** The line of a story in a file of records. */
export function lineOf(record: StoryRecord): string {
  if ('refused' in record) return canonicalJson(record);
  const { runs, ...head } = record;
  const texts = runs.map((run) => run.json);
  return `${canonicalJson(head).slice(0, -1)},"runs":[${texts.join(',')}]}`;
}
