import type { EpochMs } from '../../client/clock.ts';
import type { IntentRecord } from './intent-record.ts';
import { restore } from './intent-snapshot.ts';
import {
  addStep,
  everyTarget,
  externalOf,
  type IntentState,
  isDone,
  openAct,
  partOf,
  resolveHistory,
  type Step,
  setExternal,
  settingKey,
  settleActs,
  splitSettingKey,
  unknownActs,
  unpackValues,
} from './intent-state.ts';
import { unreadSetting, unreadText, unreadValue } from './intent-view.ts';

/** Where a record stands. `link` is what the next one carries. */
export interface RecordPlace {
  readonly sequence: number;
  readonly atMs: EpochMs;
  readonly owner: string;
  readonly link: string;
}

/** So many runs in a row must have written before their clocks together say what is over: one run whose clock is wrong forgets nothing. */
const clocksAsked = 3;

/** Adds one record to the state. */
export function fold(state: IntentState, place: RecordPlace, { kind, body }: IntentRecord): void {
  const { sequence, atMs, owner } = place;
  state.clocks = [[owner, atMs] as const, ...state.clocks.filter(([other]) => other !== owner)].slice(0, clocksAsked);
  switch (kind) {
    case 'intents': {
      const { target, intents } = body;
      for (const { resource, setting, value } of intents) take(state, resource, setting, { kind: 'meant', value, atMs, of: sequence });
      state.acts.set(sequence, { target, atMs, open: intents.map(openAct), ran: { actions: 0, sessions: 0 } });
      return;
    }
    case 'outcomes':
      foldOutcomes(state, body, atMs);
      return;
    case 'foreign':
      for (const { resource, setting, value, sighted } of body.seen) {
        const known = externalOf(state, resource, setting);
        if (known?.value !== value || known.sinceMs > atMs) setExternal(state, resource, setting, { value, sinceMs: atMs, sighted });
      }
      for (const { resource, setting } of body.gone) setExternal(state, resource, setting, undefined);
      return;
    case 'holds': {
      const { target, ...told } = body;
      state.holds.set(target, told);
      return;
    }
    case 'part':
      foldPart(state, place, body);
      return;
    case 'snapshot':
      restore(state, body);
  }
}

/** What a record that cannot be read has done is not known: until 24 hours after it limits count it as more than they allow. */
export function foldUnread(state: IntentState, sequence: number, atMs: EpochMs): void {
  state.acts.set(sequence, {
    target: everyTarget,
    atMs,
    open: [],
    ran: { actions: unknownActs, sessions: unknownActs, nodes: unknownActs },
  });
}

function foldOutcomes(state: IntentState, { of, outcomes }: Extract<IntentRecord, { kind: 'outcomes' }>['body'], atMs: EpochMs): void {
  for (const { resource, setting, outcome, unseen } of outcomes) {
    if (isDone(outcome)) setExternal(state, resource, setting, undefined);
    take(state, resource, setting, { kind: 'became', of, outcome });
    if (unseen) noteUnread(state, resource, setting, of, atMs);
    // It was read there right before the call.
    else if (outcome === 'already') setExternal(state, resource, unreadSetting(setting), undefined);
  }
  const acts = state.acts.get(of);
  if (acts) state.acts.set(of, settleActs(acts, outcomes));
}

/** The service took a value; whether it stands shows the next time that somebody looks. */
function noteUnread(state: IntentState, resource: string, setting: string, of: number, atMs: EpochMs): void {
  const history = state.histories.get(settingKey(resource, setting));
  const meant = resolveHistory(history, []).find((each) => each.of === of);
  if (meant === undefined) return;
  const { value } = meant;
  const before = unreadValue({ external: (id, name) => externalOf(state, id, name) }, resource, setting);
  const times = before?.value === value ? before.times + 1 : 1;
  setExternal(state, resource, unreadSetting(setting), { value: unreadText({ value, times }), sinceMs: atMs, sighted: true });
}

/** A part holds all values of its resources; only open intents are kept at hand as well, since they are followed up. */
function foldPart(state: IntentState, { sequence, link }: RecordPlace, body: Extract<IntentRecord, { kind: 'part' }>['body']): void {
  state.parts.set(body.part, { sequence, link });
  for (const key of state.histories.keys()) {
    if (partOf(splitSettingKey(key)[0]) === body.part) state.histories.delete(key);
  }
  for (const [resource, setting, known] of unpackValues(body)) {
    const last = known.at(-1);
    if (last && last.outcome === undefined) state.histories.set(settingKey(resource, setting), { known });
  }
}

function take(state: IntentState, resource: string, setting: string, step: Step): void {
  const key = settingKey(resource, setting);
  const hasPart = state.parts.has(partOf(resource));
  const history = addStep(state.histories.get(key), step, hasPart);
  if ('known' in history && history.known.length === 0 && !hasPart) state.histories.delete(key);
  else state.histories.set(key, history);
}
