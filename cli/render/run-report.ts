import { printable } from '../../shared/client/printable.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import type { ActDecision, Change, HoldDecision, Reason } from '../../shared/planning/decision.ts';
import { amountCovers, costText, signedAmount } from './amount.ts';
import { alignColumns } from './columns.ts';
import { purchaseLines } from './purchases.ts';
import type { InstantText } from './renewal-line.ts';
import type { Style } from './style.ts';

/** How much of a report to show. */
export interface ReportDetail {
  /** Show the reasons of changes too; holds always show theirs. Default false. */
  readonly reasons?: boolean;
  /** Writes instants, by the clock of the policy. */
  readonly text: InstantText;
}

/** A run's report as lines for a person: what changes and its cost, what is held and why, then the counts. */
export function reportLines(report: RunReport, style: Style, detail: ReportDetail): string[] {
  const acts = report.decisions.filter((decision): decision is ActDecision => decision.verdict === 'act');
  const holds = report.decisions.filter((decision): decision is HoldDecision => decision.verdict === 'hold');
  const observed = `${report.totals.observed} ${report.totals.observed === 1 ? 'resource' : 'resources'}${report.totals.complete ? '' : ' (incomplete)'}`;
  return [
    `${style.strong(`${report.function} · ${report.target}`)}  ${style.dim(`${observed}, ${report.functionMode}`)}`,
    ...table(acts, (decision) => actCells(decision, report, style), detail.reasons ? reasonLine(style) : () => []),
    ...table(
      holds,
      (decision) => holdCells(decision, style),
      () => [],
    ),
    ...(report.purchases ? purchaseLines(report.purchases, style, detail.text) : []),
    ...report.errors.map(({ code, message }) => `  ${style.bad('✗')} ${code}: ${message}`),
    ...report.warnings.map(({ text }) => `  ${style.warn('!')} ${text}`),
    `  ${style.dim(countsText(report))}`,
  ];
}

function table<D>(decisions: readonly D[], cells: (decision: D) => string[], below: (decision: D) => string[]): string[] {
  const lines = alignColumns(decisions.map(cells), [{}, {}, {}, {}, {}, { align: 'right' }, {}]);
  return decisions.flatMap((decision, index) => [`  ${lines[index] ?? ''}`, ...below(decision)]);
}

function actCells(decision: ActDecision, report: RunReport, style: Style): string[] {
  const { resource, rule, action } = decision;
  const outcome = report.outcomes.find(({ key }) => key === action.key);
  const sign = outcome === undefined ? style.good('~') : outcomeSign(outcome.outcome, style);
  const told = outcome?.because === undefined ? '' : `  ${outcome.because.text}`;
  const [first, second] = [action.cost, action.once].filter((each) => each !== undefined);
  const cost = first === undefined ? [] : [signedAmount(first), style.dim(amountCovers(first) + (second ? `; ${costText(second)}` : ''))];
  return [sign, resource.name ?? resource.id, style.dim(resource.id), rule, action.change.map(changeText).join('; ') + told, ...cost];
}

function outcomeSign(outcome: string, style: Style): string {
  if (outcome === 'done' || outcome === 'already') return style.good('✓');
  return outcome === 'failed' || outcome === 'unknown' ? style.bad('✗') : style.warn('–');
}

function holdCells({ resource, rule, because }: HoldDecision, style: Style): string[] {
  return [
    style.warn('‖'),
    resource.name ?? resource.id,
    style.dim(resource.id),
    rule ?? '',
    `held: ${because.map(({ text }) => text.replace(/\.$/, '')).join('; ')}`,
  ];
}

function reasonLine(style: Style): (decision: ActDecision) => string[] {
  return ({ because }) => because.map((reason: Reason) => style.dim(`      ${reason.text}`));
}

/** One change as people read it: `nodes: fixed 8 → fixed 4`. */
export function changeText({ field, from, to }: Change): string {
  return printable(`${field}: ${plain(from)} → ${plain(to)}`);
}

function plain(value: Change['from']): string {
  return typeof value === 'string' ? value : value === null ? 'none' : JSON.stringify(value);
}

function countsText({ counts, outcomes, estimates, calls }: RunReport): string {
  const parts = [
    `${counts.act} to change`,
    `${counts.hold} held`,
    `${counts.keep} as wanted`,
    `${counts.notCovered} not covered`,
    ...(outcomes.length > 0 ? [`${outcomes.filter(({ outcome }) => outcome === 'done').length} done`] : []),
    ...estimates.map(costText),
    `${calls.total} API ${calls.total === 1 ? 'call' : 'calls'}`,
  ];
  return parts.join(' · ');
}
