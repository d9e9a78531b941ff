import type { Level } from '../compiled.ts';
import { type Parsed, parsed, refused } from './parsed.ts';

/** The highest count of nodes that the service takes in one pool (service notes, Node pools and schedules). */
export const mostNodes = 100;

const percentShape = /^(\d{1,3})\s?%$/;
const nodesShape = /^(\d{1,6})\s+nodes?$/;

/** A level of a schedule: `40%` (0 to 100, whole) of a peak, or a count such as `1 node`, `12 nodes` (0 to 100). */
export function parseLevel(text: string): Parsed<Level> {
  const percent = percentShape.exec(text);
  if (percent !== null) {
    const value = Number(percent[1]);
    return value <= 100
      ? parsed({ percent: value })
      : refused(`"${text}" is more than the peak itself; write 0% to 100%, or raise the peak`);
  }
  const nodes = nodesShape.exec(text);
  if (nodes !== null) {
    const value = Number(nodes[1]);
    return value <= mostNodes
      ? parsed({ nodes: value })
      : refused(`"${text}" is more than a pool can have; write 0 nodes to ${mostNodes} nodes`);
  }
  if (/^\d+$/.test(text)) return refused(`"${text}" has no unit; write "${text}%" of the peak or "${text} nodes"`);
  if (/^\d+\.\d+\s*%$/.test(text)) return refused(`"${text}" is not a whole percentage; write whole percent such as 40%`);
  return refused(`"${text}" is not a level; write a share of the peak such as 40%, or a count such as 1 node or 12 nodes`);
}

/**
 * Nodes that a level means for a peak: `N%` is ceil(N × peak / 100), in integers; a count is itself; of two, the higher.
 * `peak` is a whole number of nodes.
 */
export function nodesOf(level: Level, peak: number): number {
  if ('percent' in level) return Math.ceil((level.percent * peak) / 100);
  if ('nodes' in level) return level.nodes;
  return Math.max(Math.ceil((level.higherOf.percent * peak) / 100), level.higherOf.nodes);
}

/** Whether a level is zero whatever the peak is. */
export function isZero(level: Level): boolean {
  if ('percent' in level) return level.percent === 0;
  if ('nodes' in level) return level.nodes === 0;
  return level.higherOf.percent === 0 && level.higherOf.nodes === 0;
}

/**
 * The higher of two levels. A share and a count can be compared only once a peak is known, so both are kept then
 * (`higherOf`) and `nodesOf` decides.
 */
export function higher(a: Level, b: Level): Level {
  const percent = Math.max(percentOf(a), percentOf(b));
  const nodes = Math.max(countOf(a), countOf(b));
  if (nodes === 0) return { percent };
  if (percent === 0) return { nodes };
  return { higherOf: { percent, nodes } };
}

/** Whether two levels mean the same nodes for every peak. */
export function sameLevel(a: Level, b: Level): boolean {
  return percentOf(a) === percentOf(b) && countOf(a) === countOf(b);
}

/** Writes a level as the policy does; both parts of an undecided one joined by "or". */
export function formatLevel(level: Level): string {
  if ('percent' in level) return `${level.percent}%`;
  if ('nodes' in level) return level.nodes === 1 ? '1 node' : `${level.nodes} nodes`;
  return `the higher of ${level.higherOf.percent}% or ${formatLevel({ nodes: level.higherOf.nodes })}`;
}

function percentOf(level: Level): number {
  return 'percent' in level ? level.percent : 'nodes' in level ? 0 : level.higherOf.percent;
}

function countOf(level: Level): number {
  return 'nodes' in level ? level.nodes : 'percent' in level ? 0 : level.higherOf.nodes;
}
