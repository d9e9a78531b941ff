import type { YAMLMap } from 'yaml';
import type { Charge } from '../../shared/fleet/delivery-group.ts';
import { timeoutNever } from '../../shared/fleet/governed-group.ts';
import { groupsLine } from './comments.ts';
import type { PeakDraft } from './demand.ts';
import { type EnforceRuleDraft, serving } from './enforce-rules.ts';
import type { PolicyDraft } from './policy-draft.ts';
import type { ScaleRuleDraft } from './scale-rules.ts';
import type { SelectorDraft } from './selection.ts';
import { above, block, flow, list, oneOrMany, type Piece, text, word } from './yaml-nodes.ts';

/** The section `rules` of a draft; functions without rules are left out. */
export function rulesSection(draft: PolicyDraft): YAMLMap {
  const { names } = draft;
  const scale = draft.rules.map((rule) => scaleRule(rule, names));
  const enforce = [...draft.enforce.map((rule) => enforceRule(rule, names)), ...tenantRules(draft)];
  const power = draft.workstations === 0 ? [] : [powerRule(draft)];
  return block({
    'scale-on-schedule': scale.length === 0 ? undefined : list(scale, false),
    'enforce-policy': enforce.length === 0 ? undefined : list(enforce, false),
    'power-workstations': power.length === 0 ? undefined : list(power, false),
  });
}

function scaleRule({ name, demand, selector, schedule, covers }: ScaleRuleDraft, names: ReadonlyMap<string, string>): YAMLMap {
  const rule = block({
    name: text(name),
    groups: selectorPiece(selector, demand.charge, names),
    schedule: text(schedule),
    peak: demand.peak === undefined ? undefined : peakPiece(demand.peak),
    method: text(demand.method),
  });
  return selector.by === 'id' ? rule : above(rule, [groupsLine(covers, names)]);
}

function selectorPiece(selector: SelectorDraft, charge: Charge, names: ReadonlyMap<string, string>): Piece {
  const paid = text(charge);
  if (selector.by === 'tag') return flow({ tags: flow({ [selector.key]: oneOrMany(selector.values) }), charge: paid });
  if (selector.by === 'name') return flow({ name: oneOrMany(selector.globs), charge: paid });
  const byName = selector.ids.toSorted((a, b) => compare(names.get(a) ?? a, names.get(b) ?? b) || compare(a, b));
  return block({
    charge: paid,
    ids: list(
      byName.map((id) => text(id, names.get(id))),
      false,
    ),
  });
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function peakPiece(peak: PeakDraft): YAMLMap {
  if ('extraNodes' in peak) return flow({ extraNodes: word(peak.extraNodes) });
  const { tag, otherwise, atMost } = peak;
  return flow({ tag: text(tag), otherwise: otherwise === undefined ? undefined : word(otherwise), atMost: word(atMost) });
}

function enforceRule({ name, tag, sessionTimeout, nodeCapacity, covers }: EnforceRuleDraft, names: ReadonlyMap<string, string>): YAMLMap {
  const tags = tag === undefined ? undefined : flow({ [tag.key]: oneOrMany(tag.values) });
  const rule = block({
    name: text(name),
    groups: flow({ tags, status: text(serving) }),
    sessionTimeout: sessionTimeout === undefined ? undefined : word(sessionTimeout === timeoutNever ? 'never' : `${sessionTimeout}m`),
    nodeCapacity: nodeCapacity === undefined ? undefined : word(nodeCapacity),
  });
  return above(rule, [groupsLine(covers, names)]);
}

function tenantRules({ expiryReminder }: PolicyDraft): YAMLMap[] {
  if (expiryReminder !== true) return [];
  return [block({ name: text('expiry-reminder'), tenant: flow({ expiryReminder: word(true) }) })];
}

function powerRule({ workstations, timed }: PolicyDraft): YAMLMap {
  const byTimer = timed.length === 0 ? '' : `, ${timed.length} of them started and stopped by a timer of the service`;
  const rule = block({ name: text('as-they-are'), workstations: text('all'), power: text('leave-alone') });
  return above(rule, [
    `${workstations} ${workstations === 1 ? 'workstation' : 'workstations'}${byTimer}. Rules with a schedule go above this one.`,
  ]);
}
