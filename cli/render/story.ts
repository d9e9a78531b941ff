import type { DeliveryGroup, NodePool } from '../../shared/fleet/delivery-group.ts';
import type { Story } from '../run/story.ts';
import { costText } from './amount.ts';
import { changeText } from './run-report.ts';
import type { Style } from './style.ts';

const verdictWords = { act: 'to be changed', keep: 'kept as it is', hold: 'held' } as const;

/** The story of a resource as lines for a person. */
export function storyLines(story: Story, style: Style): string[] {
  const { resource, decision } = story;
  const rule = decision.rule === null ? 'no rule covers it' : `rule ${decision.rule}`;
  const action = decision.verdict === 'keep' ? undefined : decision.action;
  return [
    style.strong(`${resource.name ?? resource.id} (${resource.id})`),
    `  ${story.function} on ${story.target}: ${style.strong(verdictWords[decision.verdict])}, ${rule}${story.functionMode === 'observe' ? ' (the function only observes)' : ''}`,
    '',
    '  Why',
    ...decision.because.map(({ code, text }) => `    ${text} ${style.dim(`[${code}]`)}`),
    ...(action
      ? [
          '  What',
          ...action.change.map((change) => `    ${changeText(change)}`),
          `    by ${action.operation}, effect ${action.effect}${action.sessionsAtRisk ? `, at most ${action.sessionsAtRisk} sessions at risk` : ''}`,
          ...(action.cost ? [`    ${costText(action.cost)}`] : []),
        ]
      : []),
    '  Observed',
    ...observed(resource).map((line) => `    ${line}`),
    '  Journal',
    ...(story.written.length === 0
      ? ['    nothing was ever written to it from here']
      : story.written.slice(-10).map(({ atMs, setting, value, outcome, code }) => {
          const result = `${outcome ?? 'no outcome recorded'}${code === undefined ? '' : ` (${code})`}`;
          return `    ${new Date(atMs).toISOString()}  ${setting} = ${value}  ${result}`;
        })),
  ];
}

function observed(group: DeliveryGroup): string[] {
  const known = (value: string | number | undefined): string => (value === undefined ? 'unknown' : String(value));
  const tags =
    group.tags === undefined
      ? 'unknown'
      : Object.entries(group.tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(', ') || 'none';
  return [
    `region ${known(group.region)}, status ${known(group.status)}, ${known(group.charge)}`,
    `tags ${tags}`,
    ...(group.pools ?? []).map(poolText),
    ...(group.unreadable.length > 0 ? [`unreadable: ${group.unreadable.join(', ')}`] : []),
  ];
}

function poolText(pool: NodePool): string {
  const count = (value: number | undefined): string => (value === undefined ? '?' : String(value));
  return (
    `pool ${pool.id}: ${pool.instanceType ?? 'type unknown'}, ${count(pool.nodeAmount)} nodes (${count(pool.nodeUsed)} in use), ` +
    `${count(pool.scalingNodeAmount)} elastic (${count(pool.scalingNodeUsed)} in use), strategy ${pool.strategy?.type ?? 'unknown'}`
  );
}
