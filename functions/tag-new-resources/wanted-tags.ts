import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { waiting } from '../../shared/engine/reasons.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { type IntentView, notShownYet, type UnreadValue, unreadValue } from '../../shared/journal/intents/intent-view.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { firstMatch } from '../../shared/planning/first-match.ts';
import { nearKey } from '../../shared/policy/selector.ts';
import { type Consequential, longestText, mostPerCall, rulesFor, type TagRule } from './compiled-rule.ts';
import { reason } from './reasons.ts';
import { fillTemplate, type TemplateValues, templateValues } from './template.ts';

/** The tags to add to a group, and what is to be said of those that it lacks. */
export interface WantedTags {
  /** The first rule that covers the group. */
  readonly rule: TagRule;
  readonly adds: Readonly<Record<string, string>>;
  /** What we set before. */
  readonly before: WrittenTags;
  /** Functions under whose rules the tags may bring the group. */
  readonly declared: ReadonlySet<Consequential>;
  /** Why tags are added. */
  readonly why: readonly Reason[];
  /** Why others are left out. */
  readonly leftOut: readonly Reason[];
}

/**
 * What the rules add to a group that the first of them covers. Tags of a rule can make the next rule match, whose tags belong to the same
 * desired state: the rules are asked again as if the tags were there, until none adds anything, so that the next run has nothing left to do.
 */
export function wantedTags(group: DeliveryGroup, first: TagRule, context: PlanContext): WantedTags {
  const values = templateValues(group, context);
  // A new object for each rule: what was compared loosely is kept by the object.
  let tags: Readonly<Record<string, string>> = group.tags ?? {};
  const adds: Record<string, string> = {};
  const declared = new Set<Consequential>();
  const why: Reason[] = [];
  const leftOut: Reason[] = [];
  let before: WrittenTags | undefined;
  for (let rule: TagRule | undefined = first; rule !== undefined; ) {
    const missing = Object.entries(rule.set).filter(([key]) => !Object.hasOwn(tags, key));
    if (missing.length === 0) break;
    before ??= writtenTags(context.written, group.id);
    const filled = fill(missing, rule, values, { ...setBefore(group, before, context), tags });
    if (filled.adds.length === 0 || Object.keys(adds).length + filled.adds.length > mostPerCall) {
      // What stands after others were added is told of by the next run.
      if (Object.keys(adds).length === 0) leftOut.push(...filled.leftOut);
      break;
    }
    why.push(...filled.why);
    leftOut.push(...filled.leftOut);
    for (const name of rule.bringsUnder ?? []) declared.add(name);
    Object.assign(adds, Object.fromEntries(filled.adds));
    tags = { ...group.tags, ...adds };
    rule = firstMatch(rulesFor(context.policy, context.target), { ...group, tags }, context).rule;
  }
  return { rule: first, adds, before: before ?? new Map(), declared, why, leftOut };
}

interface Filled {
  readonly adds: readonly (readonly [key: string, value: string])[];
  readonly why: readonly Reason[];
  readonly leftOut: readonly Reason[];
}

/** What we set on a group before, and what is known of whether it shows. */
interface SetBefore {
  readonly before: WrittenTags;
  /** When we last did, where that is so young that it need not show yet. */
  readonly lately: EpochMs | undefined;
  /** What was set last, where nobody has seen it since. */
  readonly unread: UnreadValue | undefined;
}

/** The same, with the tags that the group has, and those that are about to be added. */
interface Known extends SetBefore {
  readonly tags: Readonly<Record<string, string>>;
}

/** An event that says that somebody has taken tags off since tells that they were there. */
function setBefore({ id }: DeliveryGroup, before: WrittenTags, { written, nowMs, triggerEvents }: PlanContext): SetBefore {
  const last = written.values(id, tagsSetting).findLast(({ outcome }) => outcome === 'done');
  const heard = triggerEvents?.get(id);
  if (last === undefined || (heard?.operation === 'UntagCloudResources' && heard.atMs >= last.atMs)) {
    return { before, lately: undefined, unread: undefined };
  }
  return { before, lately: notShownYet([last], nowMs)?.atMs, unread: unreadValue(written, id, tagsSetting) };
}

/** Values for the keys that are missing: those that we set before get their old value, once. */
function fill(
  missing: readonly (readonly [string, string])[],
  rule: TagRule,
  values: TemplateValues,
  { before, lately, unread, tags }: Known,
): Filled {
  const adds: [string, string][] = [];
  const fresh: string[] = [];
  const why: Reason[] = [];
  const leftOut: Reason[] = [];
  for (const [key, template] of missing) {
    const ours = before.get(key);
    const near = nearKey(key)(tags);
    if (ours !== undefined && lately !== undefined) {
      const text = `the tag ${key} was set minutes ago, and reads may not show it yet`;
      leftOut.push(reason('not-shown-yet', text, { ...waiting, key, atMs: lately }));
    } else if (near !== undefined) {
      const text = `the tag ${key} is left out: the group has ${near}, which may be meant as it; rename that, or remove it`;
      leftOut.push(reason('near-key', text, { key, near }));
    } else if (ours?.last && unread !== undefined) {
      const data = { key, value: ours.value, times: ours.times };
      const taken = `the service accepted the tag ${key} and never showed it`;
      if (ours.times > 1) {
        const text = `${taken}, though it was set twice: it does not keep it, or somebody removes it before a run sees it; look at it in the console`;
        leftOut.push(reason('not-confirmed', text, data));
      } else {
        why.push(reason('not-confirmed', `${taken}; it is set once more`, data));
        adds.push([key, ours.value]);
      }
    } else if (ours !== undefined && ours.times > 1) {
      const text = `the tag ${key} was restored once and is gone again; somebody does not want it, so take it out of rule ${rule.name} or set it by hand`;
      leftOut.push(reason('removed-again', text, { key, value: ours.value, times: ours.times }));
    } else if (ours !== undefined) {
      why.push(reason('restored', `the tag ${key}, which was set before, is gone; it is set once more`, { key, value: ours.value }));
      adds.push([key, ours.value]);
    } else {
      const result = fillTemplate(template, values);
      if ('unknown' in result) {
        const names = result.unknown.map((word) => `{${word}}`).join(', ');
        leftOut.push(reason('unresolved', `the tag ${key} is left out: ${names} is not known here`, { key, unknown: result.unknown }));
      } else if (result.text === '' || result.text.length > longestText) {
        leftOut.push(reason('unresolved', `the tag ${key} is left out: its text would have ${result.text.length} characters`, { key }));
      } else {
        fresh.push(key);
        adds.push([key, result.text]);
      }
    }
  }
  if (fresh.length > 0) {
    const text = `rule ${rule.name} sets ${fresh.join(', ')}, which the group lacks`;
    why.unshift(reason('missing', text, { rule: rule.name, keys: fresh }));
  }
  return { adds, why, leftOut };
}

/** The setting that tag-new-resources writes, as the journal names it. */
export const tagsSetting = 'tags';

/** A tag that we set: its value, how often, and whether it was set by the last write. */
interface WrittenTag {
  readonly value: string;
  readonly times: number;
  readonly last: boolean;
}

/** Tags that we set, by key. */
export type WrittenTags = ReadonlyMap<string, WrittenTag>;

/**
 * Every tag that we ever set on a group, as the journal keeps it. One that failed was not set; one whose outcome is unknown counts as not
 * set either, which at worst restores a tag once more than it should.
 */
export function writtenTags(written: IntentView, groupId: string): WrittenTags {
  const last = written.values(groupId, tagsSetting).findLast(({ outcome }) => outcome === 'done');
  return last === undefined ? new Map() : parse(last.value);
}

/** What the journal is to keep once tags are added: what was set before and what is set now. */
export function journalText(before: WrittenTags, adds: Readonly<Record<string, string>>): string {
  const all = new Map([...before].map(([key, tag]) => [key, { ...tag, last: false }]));
  for (const [key, value] of Object.entries(adds)) all.set(key, { value, times: (before.get(key)?.times ?? 0) + 1, last: true });
  const rows = [...all].sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(rows.map(([key, { value, times, last }]) => [key, value, times, ...(last ? [1] : [])]));
}

function parse(text: string): WrittenTags {
  const tags = new Map<string, WrittenTag>();
  let rows: unknown;
  try {
    rows = JSON.parse(text);
  } catch {
    return tags;
  }
  for (const row of Array.isArray(rows) ? rows : []) {
    const [key, value, times, last] = Array.isArray(row) ? (row as unknown[]) : [];
    if (typeof key === 'string' && typeof value === 'string' && typeof times === 'number')
      tags.set(key, { value, times, last: last === 1 });
  }
  return tags;
}
