import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { totalOfComparison } from '../run/grand-total.ts';
import { calendarChanges } from '../run/policies/calendar-changes.ts';
import type { ChangedDecision, Comparison, Decided } from '../run/policies/compare.ts';
import type { PolicyHistory } from '../run/policies/history.ts';
import type { PreparedPolicy } from '../run/policies/prepare.ts';
import { alignColumns } from './columns.ts';
import { grandTotalLines } from './grand-total.ts';
import { type LocalClock, localClock } from './local-clock.ts';
import { changeText } from './run-report.ts';
import type { Style } from './style.ts';

/** Changed decisions shown of one function on one target; all are in the JSON. */
const mostShown = 30;

/** A policy that is about to be published: what stands before it, what would be decided otherwise, and what it warns of. */
export function preparedLines(prepared: PreparedPolicy, style: Style): string[] {
  const { source, policy, base, newest, comparison, warnings } = prepared;
  const clock = localClock(policy.timezone, comparison.nowMs);
  const assumed = base === undefined ? [] : calendarChanges({ policy: base.policy, calendars: base.body.calendars }, prepared);
  const inForce = base
    ? `policy ${base.sequence} by ${base.body.by} of ${clock.text(base.atMs)}`
    : 'nothing was published before; functions go by the policy beside their code';
  return [
    `${style.strong(`${source.name} ${policy.sourceHash.slice(0, 12)}`)}  ${style.dim(`in force: ${inForce}`)}`,
    ...newest.broken.map(({ sequence, because }) => `  ${style.bad('✗')} policy ${sequence} cannot be used: ${because}`),
    ...(base?.policy.sourceHash === policy.sourceHash
      ? [`  ${style.dim(assumed.length === 0 ? 'the same text: only its end moves' : 'the same text, compiled with other days')}`]
      : []),
    ...assumed.map((text) => `  ${style.warn('!')} ${text}`),
    ...(base ? settingLines(base.policy, policy, style) : []),
    ...comparisonLines(base ? comparison : withoutKept(comparison), style, clock),
    ...weakenedLines(prepared, style),
    ...shareLines(prepared, style),
    ...[...warnings, ...policy.warnings.flatMap(({ code, text }) => (code === 'policy-ends' ? [] : [text]))].map(
      (text) => `  ${style.warn('!')} ${text}`,
    ),
    `  ${style.dim(`in force until ${clock.text(policy.untilMs)} ${policy.timezone}; from then on every decision holds: push again before`)}`,
    ...grandTotalLines(totalOfComparison(comparison), style).map((line) => `  ${line}`),
  ];
}

/** What decides no resource by itself, and is easily missed in a diff: modes and targets. */
function settingLines(before: CompiledPolicy, after: CompiledPolicy, style: Style): string[] {
  const modeIn = ({ mode }: CompiledPolicy, name: string): string => (mode.act.includes(name) ? 'act' : mode.default);
  const names = new Set([before, after].flatMap(({ mode, rules }) => [...mode.act, ...Object.keys(rules)]));
  const modes = [...names].flatMap((name) => {
    const [from, to] = [modeIn(before, name), modeIn(after, name)];
    return from === to ? [] : [`${name}: ${from} → ${to}`];
  });
  const gone = Object.keys(before.targets).filter((name) => !Object.hasOwn(after.targets, name));
  const added = Object.keys(after.targets).filter((name) => !Object.hasOwn(before.targets, name));
  const targets = [...gone.map((name) => `target ${name} is gone`), ...added.map((name) => `target ${name} is new`)];
  return [...modes, ...targets].map((text) => `  ${style.warn('!')} ${text}`);
}

/** What is guarded less well, each in a line. */
function weakenedLines({ weakened }: PreparedPolicy, style: Style): string[] {
  return weakened.map(({ text }) => `  ${style.warn('!')} weaker: ${text}`);
}

/** Beside nothing everything is new: what is as wanted already need not be listed. */
function withoutKept({ changes, ...rest }: Comparison): Comparison {
  return { ...rest, changes: changes.filter(({ to }) => to.verdict !== 'keep') };
}

/** The decisions that differ, by function and target. */
export function comparisonLines({ changes, missed, nowMs }: Comparison, style: Style, clock: LocalClock): string[] {
  const groups = new Map<string, ChangedDecision[]>();
  for (const change of changes) {
    const key = `${change.function} · ${change.target}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  const lines = [...groups].flatMap(([title, group]) => {
    const cells = group
      .slice(0, mostShown)
      .map(({ resource: { id, name }, atMs, from, to }) => [
        style.good('~'),
        name ?? id,
        style.dim(id),
        `${atMs === nowMs ? '' : `at ${clock.text(atMs)}: `}${decidedText(from)} ⇒ ${decidedText(to)}`,
      ]);
    const more = group.length - mostShown;
    return [
      '',
      style.strong(title),
      ...alignColumns(cells, [{}, {}, {}, {}]).map((line) => `  ${line}`),
      ...(more > 0 ? [style.dim(`  … and ${more} more; --json has all`)] : []),
    ];
  });
  return [...lines, ...(lines.length > 0 ? [''] : []), ...missed.map((text) => `  ${style.bad('✗')} not observed: ${text}`)];
}

function decidedText({ verdict, mode, decision }: Decided): string {
  if (verdict === 'not-covered') return 'not covered';
  if (verdict === 'keep' || !decision || decision.verdict === 'keep') return 'as wanted';
  const change = decision.action?.change.map(changeText).join('; ') ?? '';
  if (decision.verdict === 'act') return mode === 'act' ? change : `would ${change}`;
  const why = decision.because[0]?.text ?? 'no reason given';
  return change === '' ? `held (${why})` : `held: ${change} (${why})`;
}

function shareLines({ base, comparison: { changed, covered }, limitPercent, twoPeopleFor }: PreparedPolicy, style: Style): string[] {
  if (!base) return [`  ${covered} resources are covered. There is nothing to compare with, so no limit applies to this push.`];
  const share = covered === 0 ? '0' : ((changed * 100) / covered).toFixed(1).replace(/\.0$/, '');
  const limit =
    limitPercent === undefined
      ? 'no limit: write limits: {changedByPush: 10%} to have a second person look at large changes'
      : `limit ${limitPercent}%`;
  const line = `  ${changed} of ${covered} covered resources are decided otherwise in the coming week: ${share}%, ${limit}`;
  if (twoPeopleFor === undefined) return [line];
  const why = twoPeopleFor === 'share' ? '' : ' What is guarded less well than before is named above.';
  return [style.warn(`${line}.${why} A second person is needed.`)];
}

/** What was published, newest first, and what waits. */
export function historyLines(
  { policies, waiting }: Pick<PolicyHistory, 'policies' | 'waiting'>,
  clock: LocalClock,
  style: Style,
): string[] {
  const paint = { 'in force': style.good, broken: style.bad, replaced: style.dim };
  const cells = policies.map(({ sequence, state, at, by = '', confirmedBy, because = '', restores, sourceHash, until, broken }) => [
    ...[String(sequence), paint[state](state), at === undefined ? '' : clock.text(Date.parse(at))],
    ...[sourceHash?.slice(0, 12) ?? '', until === undefined ? '' : `until ${clock.text(Date.parse(until)).slice(0, 10)}`],
    confirmedBy === undefined ? by : `${by}, confirmed by ${confirmedBy}`,
    [...(restores === undefined ? [] : [`back to policy ${restores}`]), broken ?? because].filter((text) => text !== '').join(': '),
  ]);
  return [
    ...alignColumns(cells, [{ align: 'right' }, {}, {}, {}, {}, {}, {}]),
    ...waiting.map(({ sequence, by, atMs, because, changed, covered }) =>
      style.warn(
        `proposal ${sequence} by ${by} of ${clock.text(atMs)} waits for a second person: ${changed} of ${covered} covered resources${because === undefined ? '' : `: ${because}`}. streamwarden push --confirm ${sequence}`,
      ),
    ),
  ];
}

/** A comparison for a program: decisions with verdict, rule, first reason and change. */
export function comparisonJson(comparison: Comparison) {
  const { changed, covered, changes, missed, instants } = comparison;
  const decided = ({ verdict, mode, decision }: Decided) => ({
    verdict,
    mode,
    rule: decision?.rule ?? null,
    code: decision?.because[0]?.code ?? null,
    change: decision?.verdict === 'act' || decision?.verdict === 'hold' ? (decision.action?.change ?? null) : null,
  });
  return {
    changed,
    covered,
    instants,
    missed,
    total: totalOfComparison(comparison),
    changes: changes.map(({ from, to, atMs, ...place }) => ({
      ...place,
      at: new Date(atMs).toISOString(),
      ...{ from: decided(from), to: decided(to) },
    })),
  };
}
