import type { PolicyDraft } from '../draft.ts';
import type { PolicyPath } from '../problem.ts';
import type { NameKind } from '../rule-module.ts';
import { wrongName } from '../schema/text.ts';
import type { Names } from './names.ts';

/**
 * Resolves the names that every policy has in the same places: calendars of targets, targets of exceptions, channels of `tell`, and
 * targets, schedule and `tell` of each rule that can run. Reads the raw data, so that another error in an entry hides none of them.
 */
export function checkReferences(draft: PolicyDraft, names: Names): void {
  const at = (kind: NameKind, value: unknown, path: PolicyPath) => checkWords(names, kind, value, path);
  for (const [name, target] of entriesOf(draft.raw.targets)) at('calendar', keyOf(target, 'calendar'), ['targets', name, 'calendar']);
  for (const [index, exception] of itemsOf(draft.raw.exceptions)) {
    at('target', keyOf(exception, 'targets'), ['exceptions', index, 'targets']);
  }
  for (const [kind, channels] of entriesOf(draft.raw.tell)) at('channel', channels, ['tell', kind]);
  for (const { module } of draft.ruleLists) {
    for (const [index, rule] of itemsOf(keyOf(draft.raw.rules, module.name))) {
      const path = ['rules', module.name, index];
      at('target', keyOf(rule, 'targets'), [...path, 'targets']);
      at('schedule', keyOf(rule, 'schedule'), [...path, 'schedule']);
      at('channel', keyOf(rule, 'tell'), [...path, 'tell']);
    }
  }
}

/** One name or a list of them; what is no name at all the schema has reported already. `none` names no channel. */
function checkWords(names: Names, kind: NameKind, value: unknown, path: PolicyPath): void {
  const words = Array.isArray(value) ? value.map((word, index) => ({ word, place: [...path, index] })) : [{ word: value, place: path }];
  for (const { word, place } of words) {
    if (typeof word !== 'string' || wrongName(word) !== undefined || (kind === 'channel' && word === 'none')) continue;
    names.expect(kind, word, place);
  }
}

function keyOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.entries(value) : [];
}

function itemsOf(value: unknown): [number, unknown][] {
  return Array.isArray(value) ? [...value.entries()] : [];
}
