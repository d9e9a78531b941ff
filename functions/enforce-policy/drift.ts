import type { Action, Change, Reason } from '../../shared/engine/decision.ts';

/** What a resource is, against what its rule asks for. */
export interface Drift {
  /** What would be written, as text by the name of the setting: what a call is to make true. */
  readonly writes: Readonly<Record<string, string>>;
  /** Everything that the rule can make true, as text by the name of the setting. */
  readonly wish: Readonly<Record<string, string>>;
  /** Names of those of the wish that were read and are true. */
  readonly met: readonly string[];
  readonly change: readonly Change[];
  /** Why something is to be written. */
  readonly why: readonly Reason[];
  /** What is not as wanted and is not written: it waits, cannot be read, or is reported only. */
  readonly left: readonly Reason[];
  /** The call; undefined where nothing is to be written. */
  readonly call: Pick<Action, 'operation' | 'input' | 'effect' | 'harms' | 'sessionsAtRisk'> | undefined;
}

/** Settings as one text, the same for the same settings. */
export function settingsText(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
}
