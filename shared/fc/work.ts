import { parseTimerEvent } from '../../events/timer.ts';
import type { Occasion } from '../engine/automation.ts';
import type { CompiledPolicy, CompiledTarget } from '../policy/compiled.ts';
import type { Log } from './log.ts';
import { occasionsOf } from './occasions.ts';
import { type Environment, type Settings, SettingsError } from './settings.ts';

/** A target to run, and on what; without occasions the whole of it. */
interface Work {
  readonly target: CompiledTarget;
  readonly occasions?: readonly Occasion[];
}

/** Where an event arrives. */
interface WorkPlace {
  readonly policy: CompiledPolicy;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly log: Log;
}

/** What an event asks for. @throws EventError for an event that this function does not take @throws SettingsError */
export function workOf(text: string, hears: readonly string[], { policy, settings, environment, log }: WorkPlace): readonly Work[] {
  const heard =
    hears.length === 0
      ? undefined
      : occasionsOf(text, { operations: hears, policy, targets: targetsOf(policy, settings, undefined), environment });
  if (heard === undefined) return targetsOf(policy, settings, parseTimerEvent(text)?.target).map((target) => ({ target }));
  // Counts only: what an event carries can hold passwords.
  if (Object.keys(heard.ignored).length > 0) log('info', 'events-ignored', heard.ignored);
  return [...heard.byTarget].map(([target, occasions]) => ({ target, occasions }));
}

function targetsOf(policy: CompiledPolicy, settings: Settings, fromEvent: string | undefined): readonly CompiledTarget[] {
  const name = settings.target ?? fromEvent;
  if (name === undefined) return Object.values(policy.targets);
  const target = Object.hasOwn(policy.targets, name) ? policy.targets[name] : undefined;
  if (target) return [target];
  const known = Object.keys(policy.targets).join(', ');
  throw new SettingsError(
    'UnknownTarget',
    `The policy has no target '${name}'; it has ${known}. Change STREAMWARDEN_TARGET or the trigger's payload.`,
  );
}
