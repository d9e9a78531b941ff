import { renewalState } from '../../functions/renew-before-expiry/run/state.ts';
import { printable } from '../../shared/client/printable.ts';
import type { DeliveryGroup, NodePool } from '../../shared/fleet/delivery-group.ts';
import type { Resource } from '../../shared/fleet/resource.ts';
import { costText } from '../render/amount.ts';
import { type InstantText, renewalLine } from '../render/renewal-line.ts';
import { changeText } from '../render/run-report.ts';
import type { Style } from '../render/style.ts';
import type { Explanation } from './explanation.ts';

const verdictWords = { act: 'to be changed', keep: 'kept as it is', hold: 'held' } as const;

/** The story of a resource as lines for a person. */
export function explanationLines(explanation: Explanation, style: Style, text: InstantText): string[] {
  const { resource, decision } = explanation;
  const rule = decision.rule === null ? 'no rule covers it' : `rule ${decision.rule}`;
  const action = decision.verdict === 'keep' ? undefined : decision.action;
  const observing = explanation.functionMode === 'observe' ? ' (the function only observes)' : '';
  return [
    style.strong(`${resource.name ?? resource.id} (${resource.id})`),
    `  ${explanation.function} on ${explanation.target}: ${style.strong(verdictWords[decision.verdict])}, ${rule}${observing}`,
    '',
    ...(explanation.function === 'renew-before-expiry' ? [`  Renewal: ${style.strong(renewalState({ decision }).words)}`, ''] : []),
    '  Why',
    ...decision.because.map(({ code, text }) => `    ${text} ${style.dim(`[${code}]`)}`),
    ...(action
      ? [
          '  What',
          ...action.change.map((change) => `    ${changeText(change)}`),
          `    by ${action.operation}, effect ${action.effect}${action.sessionsAtRisk ? `, at most ${action.sessionsAtRisk} sessions at risk` : ''}`,
          ...[action.cost, action.once].flatMap((cost) => (cost ? [`    ${costText(cost)}`] : [])),
        ]
      : []),
    '  Observed',
    ...observed(resource, text).map((line) => `    ${printable(line)}`),
    '  Journal',
    ...history(explanation, text),
  ];
}

/** A run's order follows what it meant within this time, in milliseconds. */
const longestRunMs = 10 * 60_000;

function history({ written, renewals }: Explanation, text: InstantText): string[] {
  // The line of its renewal says what became of an order.
  const others = written.filter(
    ({ setting, atMs }) => setting !== 'expiry' || !renewals.some((each) => each.atMs >= atMs && each.atMs - atMs < longestRunMs),
  );
  if (others.length === 0 && renewals.length === 0) return ['    no write by this function is recorded'];
  return [
    ...others.slice(-10).map(({ atMs, part, setting, value, outcome, code }) => {
      const result = `${outcome?.replace('-', ' ') ?? 'no outcome recorded'}${code === undefined ? '' : ` (${code})`}`;
      const of = part === undefined ? '' : `${printable(part)}: `;
      return `    ${text(atMs)}  ${of}${setting} = ${valueText(setting, value, text)}  ${result}`;
    }),
    ...renewals.slice(-10).map((renewal) => `    ${renewalLine(renewal, text)}`),
  ];
}

/** What was written to a setting, as people read it: expiries are kept as whole seconds since 1970. */
export function valueText(setting: string, value: string, text: InstantText): string {
  return setting === 'expiry' && /^\d+$/.test(value) ? text(Number(value) * 1000) : printable(value);
}

const known = (value: string | number | undefined): string => (value === undefined ? 'unknown' : String(value));

function observed(resource: Resource, text: InstantText): string[] {
  const { status, charge, expiresAtMs, unreadable = [] } = resource as Partial<DeliveryGroup>;
  const expiry = expiresAtMs === undefined ? '' : `, expires ${text(expiresAtMs)}`;
  return [
    `region ${known(resource.region)}, status ${known(status)}, ${known(charge)}${expiry}`,
    ...('pools' in resource ? groupLines(resource as DeliveryGroup) : []),
    ...(unreadable.length > 0 ? [`unreadable: ${unreadable.join(', ')}`] : []),
  ];
}

function groupLines({ tags, pools = [] }: DeliveryGroup): string[] {
  const pairs =
    tags === undefined
      ? 'unknown'
      : Object.entries(tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(', ');
  return [`tags ${pairs || 'none'}`, ...pools.map(poolText)];
}

function poolText(pool: NodePool): string {
  const count = (value: number | undefined): string => (value === undefined ? '?' : String(value));
  return (
    `pool ${pool.id}: ${pool.instanceType ?? 'type unknown'}, ${count(pool.nodeAmount)} nodes (${count(pool.nodeUsed)} in use), ` +
    `${count(pool.scalingNodeAmount)} elastic (${count(pool.scalingNodeUsed)} in use), strategy ${pool.strategy?.type ?? 'unknown'}`
  );
}
