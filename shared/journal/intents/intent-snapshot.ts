import type { EpochMs } from '../../client/clock.ts';
import type { PartBody, SnapshotBody } from './intent-record.ts';
import {
  type Acts,
  type History,
  type IntentState,
  openIntent,
  packValues,
  partOf,
  resolveHistory,
  rollingMs,
  setExternal,
  settingKey,
  splitSettingKey,
  unpackValues,
  type Value,
} from './intent-state.ts';
import { tagKeyOf } from './intent-view.ts';

/** After this long without a write of ours a setting is forgotten, in milliseconds. Longer than any native schedule lives (service notes). */
export const forgetAfterMs = 400 * 24 * 60 * 60 * 1000;

/** The earliest time that this run's clock and those of the runs before it agree has come. */
function agreedNow(state: IntentState, nowMs: EpochMs): EpochMs {
  return Math.min(nowMs, ...state.clocks.map(([, atMs]) => atMs));
}

function isRemembered(values: readonly Value[], afterMs: EpochMs): boolean {
  return values.some(({ atMs }) => atMs > afterMs);
}

/** The state as the body of a `snapshot` record, without what is older than anybody needs. */
export function snapshotOf(state: IntentState, nowMs: EpochMs): SnapshotBody {
  const agreedMs = agreedNow(state, nowMs);
  const known: [string, string, readonly Value[]][] = [];
  const since: SnapshotBody['since'] = [];
  for (const [key, history] of state.histories) {
    const [resource, setting] = splitSettingKey(key);
    if ('since' in history) since.push([resource, setting, [...history.since]]);
    // Above a part even an old history is kept: without it the part's would come back.
    else if (state.parts.has(partOf(resource)) || isRemembered(history.known, agreedMs - forgetAfterMs))
      known.push([resource, setting, history.known]);
  }
  return {
    ...packValues(known),
    since,
    parts: [...state.parts].map(([part, { sequence, link }]) => [part, sequence, link]),
    foreign: [...state.external].flatMap(([resource, settings]) =>
      settings
        // An owner's tag protects from its first sight on, so that is known for as long as the tag stands.
        .filter(([setting, { sinceMs }]) => tagKeyOf(setting) !== undefined || sinceMs > agreedMs - forgetAfterMs)
        .map(([setting, value]): SnapshotBody['foreign'][number] => [resource, setting, value]),
    ),
    acts: [...state.acts]
      .filter(([, { atMs, open, ran }]) => open.length + ran.actions > 0 && atMs > agreedMs - rollingMs)
      .map(([of, { open, ran, ...acts }]) => ({ of, ...acts, ran: { ...ran }, open: open.map(packAct) })),
    holds: Object.fromEntries(state.holds),
    clocks: state.clocks.map((clock) => [...clock]),
  };
}

type PackedAct = SnapshotBody['acts'][number]['open'][number];

function packAct([resource, setting, sessions, nodes = 0, harmed = []]: Acts['open'][number]): PackedAct {
  return nodes === 0 && harmed.length === 0 ? [resource, setting, sessions] : [resource, setting, sessions, nodes, [...harmed]];
}

/** Sets a state to what a `snapshot` record says. */
export function restore(state: IntentState, body: SnapshotBody): void {
  for (const map of [state.histories, state.parts, state.external, state.acts, state.holds]) map.clear();
  const remember = (resource: string, setting: string, history: History) => state.histories.set(settingKey(resource, setting), history);
  for (const [resource, setting, known] of unpackValues(body)) remember(resource, setting, { known });
  for (const [resource, setting, since] of body.since) remember(resource, setting, { since });
  for (const [part, sequence, link] of body.parts) state.parts.set(part, { sequence, link });
  for (const { of, ...acts } of body.acts) state.acts.set(of, acts);
  state.clocks = body.clocks;
  for (const [resource, setting, value] of body.foreign) {
    setExternal(state, resource, setting, value);
  }
  for (const [target, hold] of Object.entries(body.holds)) state.holds.set(target, hold);
}

/** Parts whose resources have histories that are not in the part yet, open intents apart, with how many they are. */
export function pendingParts(state: IntentState): ReadonlyMap<number, number> {
  const pending = new Map<number, number>();
  for (const [key, history] of state.histories) {
    if (openIntent(history)) continue;
    const part = partOf(splitSettingKey(key)[0]);
    pending.set(part, (pending.get(part) ?? 0) + 1);
  }
  return pending;
}

/** A part as it is written anew: what it held, with all that has happened since, without what is older than anybody needs. */
export function partBody(state: IntentState, part: number, before: PartBody | undefined, nowMs: EpochMs): PartBody {
  const keepAfterMs = agreedNow(state, nowMs) - forgetAfterMs;
  const settings = new Map<string, readonly Value[]>();
  if (before) for (const [resource, setting, values] of unpackValues(before)) settings.set(settingKey(resource, setting), values);
  for (const [key, history] of state.histories) {
    if (partOf(splitSettingKey(key)[0]) === part) settings.set(key, resolveHistory(history, settings.get(key) ?? []));
  }
  const kept = [...settings].filter(([, values]) => isRemembered(values, keepAfterMs));
  return { part, ...packValues(kept.map(([key, values]) => [...splitSettingKey(key), values] as const)) };
}
