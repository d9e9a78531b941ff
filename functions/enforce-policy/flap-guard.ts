import type { EpochMs } from '../../shared/client/clock.ts';
import type { PlanContext } from '../../shared/engine/automation.ts';
import { calledSince } from '../../shared/engine/decide.ts';
import { wholeIdOf } from '../../shared/journal/intents/intent-state.ts';
import { notShownYet, type UnreadValue, unreadValue } from '../../shared/journal/intents/intent-view.ts';
import type { Reason } from '../../shared/planning/decision.ts';
import { settingsText } from './drift.ts';
import { reason } from './reasons.ts';

/** So often somebody may set back what we set before we stop. */
const mostFlaps = 3;

/** So long after the last reversal it is forgotten, once everything is as wanted again, in milliseconds. */
const forgottenAfterMs = 7 * 24 * 3_600_000;

/** So long what is insisted on waits once the service has taken it so often and never shown it, in milliseconds. */
const waitUnseenMs = 6 * 3_600_000;

/** What is asked about: a setting of a resource, what is wished of it, and what would be written now. */
export interface FlapSubject {
  readonly id: string;
  /** As the journal names what is written. */
  readonly setting: string;
  readonly desired: Readonly<Record<string, string>>;
  readonly writes: Readonly<Record<string, string>>;
  /** Names of those of the desired state that were read and are true. */
  readonly met: readonly string[];
  /** Whether it is set again however often somebody sets it back. */
  readonly insist: boolean;
}

/** What is known of somebody who sets back what we set. */
export interface FlapGuard {
  /** What the journal is to keep, written and to be written together. */
  readonly value: string;
  /** Why nothing is written any more. Undefined: it may be written. */
  readonly stop?: Reason;
  /** What is to be said; with it the journal keeps the count. */
  readonly because: readonly Reason[];
  /** True where what was written last is seen for the first time. */
  readonly readBack?: boolean;
}

/** How often a desired state was set back, and the write of ours that was set back last. */
interface Count {
  readonly times: number;
  readonly ofMs: EpochMs;
}

/**
 * Counts how often somebody set back what we set. Each write of ours can be set back once, so a reversal that is seen by several runs counts
 * once. Another desired state begins a new count.
 */
export function flapGuard({ id, setting, desired, writes, met, insist }: FlapSubject, context: PlanContext): FlapGuard {
  const { written, nowMs, triggerEvents } = context;
  const memory = `${setting}:reversals`;
  const kept = written.external(id, memory);
  const known = kept && parseCount(kept.value, settingsText(desired));
  const done =
    Object.keys(writes).length > 0 || known ? written.values(id, setting).findLast(({ outcome }) => outcome === 'done') : undefined;
  const ours = parseSettings(done?.value ?? '');
  const value = settingsText({ ...ours, ...writes });
  const heard = triggerEvents?.get(wholeIdOf(id));
  // An event that names who called since says that somebody did.
  const caller = calledSince(heard, done?.atMs) ? heard?.caller : undefined;
  // Without one, what is read may be older than what was written.
  const isShown = done !== undefined && (caller !== undefined || notShownYet([done], nowMs) === undefined);
  const back = isShown ? Object.entries(writes).filter(([key, to]) => ours[key] === to) : [];
  const remember = ({ times, ofMs }: Count): Reason => {
    const text = times === 1 ? 'set back once so far' : `set back ${times} times so far`;
    return reason('sighted', text, { setting: memory, value: `${times} ${ofMs} ${settingsText(desired)}` });
  };
  const unread = unreadValue(written, id, setting);
  if (done === undefined || back.length === 0) {
    const asked = Object.entries(parseSettings(unread?.value ?? '')).filter(([key, to]) => desired[key] === to);
    const readBack = asked.length > 0 && asked.every(([key]) => met.includes(key));
    if (known === undefined || kept === undefined) return { value, because: [], readBack };
    const isOver = Object.keys(writes).length === 0 && nowMs - kept.sinceMs > forgottenAfterMs;
    return { value, because: isOver ? [] : [remember(known)], readBack };
  }
  if (unread !== undefined && caller === undefined) return { value, ...neverSeen(unread, insist, nowMs) };
  const count = known?.ofMs === done.atMs ? known : { times: (known?.times ?? 0) + 1, ofMs: done.atMs };
  const who = caller ?? 'somebody or something else';
  const data = { times: count.times, wanted: settingsText(Object.fromEntries(back)), ...(caller === undefined ? {} : { by: caller }) };
  if (count.times >= mostFlaps && !insist) {
    const text = `${who} has set this back ${count.times} times; it is left as it is. Agree on what is wanted, then change the rule or set it as the rule asks`;
    return { value, stop: reason('reverted', text, data), because: [remember(count)] };
  }
  return {
    value,
    because: [
      reason(
        'changed-back',
        `${who} has set this back; it is set again (${insist ? `time ${count.times}, the rule insists: agree on what is wanted` : `${count.times} of ${mostFlaps}`})`,
        data,
      ),
      remember(count),
    ],
  };
}

/** What the service took and nobody has seen since: nothing tells that somebody has set it back. */
function neverSeen({ times, atMs }: UnreadValue, insist: boolean, nowMs: EpochMs): Pick<FlapGuard, 'stop' | 'because'> {
  const data = { times, atMs };
  if (times >= mostFlaps && !(insist && nowMs - atMs >= waitUnseenMs)) {
    const text = `the service accepted this ${times} times and never showed it: it does not keep it, or somebody sets it back before a run sees it; look at it in the console`;
    return { stop: reason('not-confirmed', text, data), because: [] };
  }
  return { because: [reason('not-confirmed', 'the service accepted this before and never showed it; it is set again', data)] };
}

function parseCount(text: string, desired: string): Count | undefined {
  const [, times, ofMs, of] = /^(\d+) (\d+) (.*)$/s.exec(text) ?? [];
  return of === desired ? { times: Number(times), ofMs: Number(ofMs) } : undefined;
}

function parseSettings(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').flatMap((pair): [string, string][] => {
    const at = pair.lastIndexOf('=');
    return at > 0 ? [[pair.slice(0, at), pair.slice(at + 1)]] : [];
  });
  return Object.fromEntries(pairs);
}
