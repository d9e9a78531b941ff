import type { PlanContext } from '../../shared/engine/automation.ts';
import type { DeliveryGroup } from '../../shared/fleet/delivery-group.ts';
import { utcText } from '../../shared/planning/local-time.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';

/** What a template can name. `date` is the local day of the run, `time` when the group was made, the others come from the event and the group. */
export const templateWords = ['date', 'time', 'creator', 'region', 'source'] as const;

/** A word of a template, without its braces. */
export type TemplateWord = (typeof templateWords)[number];

/** What stands for each word; absent: not known. */
export type TemplateValues = Readonly<Partial<Record<TemplateWord, string>>>;

/** What braces a text has, with and without a word that is known. */
const braces = /\{([^{}]*)\}/g;

/** Names between braces that no template knows, and lone braces; empty where the text is right. */
export function unknownWords(template: string): readonly string[] {
  const known = new Set<string>(templateWords);
  const words = [...template.matchAll(braces)].map(([, word = '']) => word);
  const lone = template.replace(braces, '').match(/[{}]/g) ?? [];
  return [...words.filter((word) => !known.has(word)), ...lone];
}

/** A text with its words replaced, or the words that are not known. */
export function fillTemplate(
  template: string,
  values: TemplateValues,
): { readonly text: string } | { readonly unknown: readonly TemplateWord[] } {
  const unknown = new Set<TemplateWord>();
  const text = template.replace(braces, (_, word: TemplateWord) => {
    const value = values[word];
    if (value === undefined) unknown.add(word);
    return value ?? '';
  });
  return unknown.size === 0 ? { text } : { unknown: [...unknown] };
}

/** Operations by which a group comes to be, as events name them: only their caller is its creator. */
const creations: ReadonlySet<string> = new Set(['CreateAppInstanceGroup', 'Create']);

/**
 * What templates are filled with. Of the event only the caller and what the call came through are taken, where it tells that the group was made;
 * all else was read. `time` does not change from run to run, so that looking again gives the same tags.
 */
export function templateValues(group: DeliveryGroup, { policy, target, nowMs, triggerEvents }: PlanContext): TemplateValues {
  const triggerEvent = triggerEvents?.get(group.id);
  const made = triggerEvent && creations.has(triggerEvent.operation) ? triggerEvent : undefined;
  const zone = policy.zones[target.timezone];
  const madeMs = group.createdAtMs ?? made?.atMs;
  return {
    ...(zone === undefined ? {} : { date: localTimeAt(zone, nowMs).date }),
    ...(madeMs === undefined ? {} : { time: utcText(madeMs) }),
    ...(group.region === undefined ? {} : { region: group.region }),
    ...(made?.caller === undefined ? {} : { creator: made.caller }),
    ...(made?.source === undefined ? {} : { source: made.source }),
  };
}
