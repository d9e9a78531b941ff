import { groupsLine } from '../import/comments.ts';
import { groupedBy } from '../import/grouped.ts';
import type { Import } from '../import/import-world.ts';
import { shown } from '../import/presentable.ts';
import type { SelectorDraft } from '../import/selection.ts';
import { alignColumns } from './columns.ts';
import { type Style, styleFor } from './style.ts';

/** What a rule of the imported policy is, in the stable JSON of `import`. */
interface RuleSummary {
  readonly function: string;
  readonly name: string;
  /** Ids that it decides on. */
  readonly covers: readonly string[];
}

/** An import as one JSON object; the form is stable and only ever grows. */
export function importJson({ text, draft, world, settings, warnings }: Import): string {
  const rules: RuleSummary[] = [
    ...draft.rules.map(({ name, covers }) => ({ function: 'scale-on-schedule', name, covers })),
    ...draft.enforce.map(({ name, covers }) => ({ function: 'enforce-policy', name, covers })),
  ];
  const leftAlone = draft.leftAlone.map(({ id, name, because }) => ({ id, ...(name === undefined ? {} : { name }), ...because }));
  const { account, target } = settings;
  const emptyUntil = draft.firstExtension ?? null;
  return JSON.stringify({ format: 1, world, account, target, policy: text, rules, leftAlone, gaps: draft.gaps, warnings, emptyUntil });
}

/** Reasons named in the report; the file names every group. */
const mostExamples = 3;

/** An import as a person reads it: what was read, which rules came of it, who is left alone, what to do next. */
export function importLines(
  { draft, observed, world, settings, warnings }: Import,
  { out, simulator }: { readonly out: string | undefined; readonly simulator: string | undefined },
  style: Style = styleFor(out === undefined ? process.stderr : process.stdout),
): string[] {
  const { groups, workstations } = observed;
  const covered = groups.length - draft.leftAlone.length;
  const read = [count(groups.length, 'delivery group'), ...(workstations === undefined ? [] : [count(workstations.length, 'workstation')])];
  const scale = draft.rules.map(({ name, schedule, covers, selector }) => [
    `  ${name}`,
    schedule,
    String(covers.length),
    shown(selectorText(selector)),
  ]);
  const enforce = draft.enforce.map(({ name, covers, tag }) => [
    `  ${name}`,
    '',
    String(covers.length),
    tag === undefined ? 'all that serve' : shown(`${tag.key}: ${tag.values.join(', ')}`),
  ]);
  const columns = [{}, {}, { align: 'right' as const }, {}];
  return [
    style.dim(`World: ${world}`),
    `Account ${settings.account}: ${read.join(', ')} read.`,
    ...draft.gaps.map((gap) => style.warn(`Not complete: ${gap}`)),
    '',
    `${style.strong('scale-on-schedule')}  ${count(scale.length, 'rule')}, ${covered} of ${count(groups.length, 'group')}`,
    ...alignColumns(scale, columns),
    ...(enforce.length === 0
      ? []
      : [`${style.strong('enforce-policy')}  ${count(enforce.length, 'rule')}`, ...alignColumns(enforce, columns)]),
    ...(draft.workstations === 0
      ? []
      : [`${style.strong('power-workstations')}  leaves ${count(draft.workstations, 'workstation')} alone`]),
    ...leftAloneLines(draft.leftAlone, style),
    ...(draft.drained.length === 0
      ? []
      : [`${style.warn('drained')}  ${groupsLine(draft.drained, draft.names)}: new users are kept out now`]),
    '',
    `${style.good('Proved')}: under this policy nothing would change${draft.firstExtension === undefined ? '' : `; from ${draft.firstExtension} on a weekly schedule is due to be extended`}.`,
    ...warnings.map((line) => style.warn(line)),
    ...nextLines(out, settings.target, simulator, world),
  ];
}

function leftAloneLines(leftAlone: Import['draft']['leftAlone'], style: Style): string[] {
  if (leftAlone.length === 0) return [];
  const rows = [...groupedBy(leftAlone, ({ because }) => because.code)].map(([code, list]) => {
    const names = list.slice(0, mostExamples).map(({ id, name }) => shown(name ?? id));
    return [`  ${code}`, String(list.length), `${names.join(', ')}${list.length > mostExamples ? ', …' : ''}`];
  });
  return [`${style.strong('left alone')}  ${count(leftAlone.length, 'group')}`, ...alignColumns(rows, [{}, { align: 'right' }, {}])];
}

function nextLines(out: string | undefined, target: string, simulator: string | undefined, world: string): string[] {
  if (out === undefined) return ['Next: write it to a file with --out, and see its plan.'];
  const where = simulator !== undefined ? ` --simulator ${simulator}` : world.startsWith('the cloud') ? ` --target ${target}` : '';
  return [`Next: streamwarden validate ${out}`, `      streamwarden plan --policy ${out}${where}`];
}

function selectorText(selector: SelectorDraft): string {
  if (selector.by === 'id') return selector.ids.length === 1 ? 'by id' : 'by ids';
  return selector.by === 'tag' ? `${selector.key}: ${selector.values.join(', ')}` : selector.globs.join(', ');
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
