import type { CompiledSelector } from '../../shared/policy/compiled.ts';
import { formatDuration } from '../../shared/policy/values/duration.ts';
import type { ListedException } from '../run/exceptions.ts';
import { alignColumns } from './columns.ts';
import type { LocalClock } from './local-clock.ts';
import type { Style } from './style.ts';

/** Exceptions as lines for a person, one each, with who ended what below. */
export function exceptionLines(exceptions: readonly ListedException[], clock: LocalClock, style: Style): string[] {
  const cells = exceptions.map((exception) => [
    ...[stateText(exception.state, style), exception.id ?? style.dim('policy'), exceptionSpan(exception, clock), exceptionTerms(exception)],
    ...[exception.because, exception.by ?? style.dim('the policy')],
  ]);
  const lines = alignColumns(cells, [{}, {}, {}, {}, {}, {}]);
  return exceptions.flatMap(({ endedBy, endedBecause }, index) => [
    lines[index] ?? '',
    ...(endedBy === undefined ? [] : [style.dim(`    ended by ${endedBy}${endedBecause === undefined ? '' : `: ${endedBecause}`}`)]),
  ]);
}

/** `2026-12-11 18:00 – 2026-12-12 09:00`. */
function exceptionSpan({ fromMs, untilMs }: Pick<ListedException, 'fromMs' | 'untilMs'>, clock: LocalClock): string {
  if (untilMs <= fromMs) return `ended ${clock.text(untilMs)}, before ${clock.text(fromMs)}`;
  return `${clock.text(fromMs)} – ${Number.isFinite(untilMs) ? clock.text(untilMs) : 'unknown'}`;
}

/** What an exception is for and what it asks: `groups app=aurora: at least 100%, never cut-sessions`. */
function exceptionTerms(exception: Pick<ListedException, 'groups' | 'workstations' | 'targets' | 'keepAtLeastPercent' | 'never'>): string {
  const { groups, workstations, targets, keepAtLeastPercent, never } = exception;
  const whom = [
    ...(groups ? [`groups ${selectorText(groups)}`] : []),
    ...(workstations ? [`workstations ${selectorText(workstations)}`] : []),
    ...(targets ? [`of ${targets.join(', ')}`] : []),
  ];
  const what = [
    ...(keepAtLeastPercent === undefined ? [] : [`at least ${keepAtLeastPercent}%`]),
    ...(never.length > 0 ? [`never ${never.join(', ')}`] : []),
  ];
  return `${whom.join(' ')}: ${what.join(', ')}`;
}

function stateText(state: ListedException['state'], style: Style): string {
  if (state === 'in force') return style.warn(state);
  return state === 'ended' ? style.dim(state) : state;
}

function selectorText(selector: CompiledSelector): string {
  const { all, ids, names, tags, missingTags, charge, regions, statuses, firstSeen, officeNetworks, images, users } = selector;
  const list = (label: string, values: readonly string[] | undefined): string[] => (values ? [`${label}${values.join('|')}`] : []);
  return [
    ...(all ? ['all'] : []),
    ...list('', ids),
    ...list('named ', names),
    ...Object.entries(tags ?? {}).map(([key, values]) => `${key}=${values.join('|')}`),
    ...list('without ', missingTags),
    ...list('', charge),
    ...list('in ', regions),
    ...list('', statuses),
    ...(firstSeen?.over === undefined ? [] : [`older than ${formatDuration(firstSeen.over)}`]),
    ...(firstSeen?.under === undefined ? [] : [`younger than ${formatDuration(firstSeen.under)}`]),
    ...list('office network ', officeNetworks),
    ...list('image ', images),
    ...list('user ', users),
  ].join(' ');
}
