import { readFileSync } from 'node:fs';
import type { EpochMs } from '../../shared/client/clock.ts';
import { CommandFailure } from '../failure.ts';
import { whyUnread } from '../policy-file.ts';

/** Most bytes of all variables of a function together, names included (Function Compute facts, limits). */
const mostVariableBytes = 4096;

/** Largest event that the platform takes from whoever waits for the answer, in bytes (Function Compute facts, limits). */
const mostEventBytes = 32 * 1024 * 1024;

/** Names of variables whose values are secret, or addresses that carry a secret. */
const secretName = /key|secret|token|password|credential|(?:_|^)url$/i;

/**
 * `--env NAME …` and `--env NAME=VALUE …` as variables; the value of a bare name is taken from the environment, which no list of processes shows.
 * @throws CommandFailure `Usage` for what the platform would not take, for a name that the environment does not have, and for a secret among the arguments
 */
export function variablesOf(
  given: readonly string[],
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const each of given) {
    const [, name, written] = /^([A-Za-z][A-Za-z0-9_]*)(?:=(.*))?$/s.exec(each) ?? [];
    if (name === undefined) {
      throw new CommandFailure(
        'Usage',
        `--env takes NAME or NAME=VALUE, with a name of letters, digits and _ that begins with a letter; this is '${each.split('=')[0]}'.`,
      );
    }
    if (name.startsWith('FC_')) throw new CommandFailure('Usage', `--env ${name}: names that begin with FC_ are the platform's own.`);
    if (written !== undefined && secretName.test(name)) {
      const text = `--env ${name}: everybody on this machine can read the arguments of a command. Set ${name} in the environment and write --env ${name} without a value.`;
      throw new CommandFailure('Usage', text);
    }
    const value = written ?? environment[name];
    if (value === undefined)
      throw new CommandFailure('Usage', `--env ${name}: the environment has no ${name}; set it, or write NAME=VALUE.`);
    variables[name] = value;
  }
  const bytes = Object.entries(variables).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0);
  if (bytes <= mostVariableBytes) return variables;
  throw new CommandFailure('Usage', `The variables have ${bytes} bytes; the platform takes ${mostVariableBytes} in all.`);
}

/** A number that a flag gives, within what the platform takes. @throws CommandFailure `Usage` */
export function numberFlag(flag: string, text: string, { from, to }: { readonly from: number; readonly to: number }): number {
  const number = Number(text);
  if (text.trim() !== '' && Number.isInteger(number) && number >= from && number <= to) return number;
  throw new CommandFailure('Usage', `${flag} is '${text}'; give a whole number from ${from} to ${to}.`);
}

/** An event from a file, from standard input for `-`, or an empty one where none is named. @throws CommandFailure `EventNotRead` */
export function readEvent(file: string | undefined): Buffer {
  if (file === undefined) return Buffer.alloc(0);
  let event: Buffer;
  try {
    event = readFileSync(file === '-' ? 0 : file);
  } catch (cause) {
    const message = `The event ${file} ${whyUnread(cause)}; name a file such as events/samples/timer.json, or - for standard input.`;
    throw new CommandFailure('EventNotRead', message, { cause });
  }
  if (event.length <= mostEventBytes) return event;
  throw new CommandFailure('EventNotRead', `The event has ${event.length} bytes; the platform takes ${mostEventBytes}.`);
}

/** The event of a timer as if it fired at an instant; another event as it is. */
export function firedAt(event: Buffer, atMs: EpochMs): Buffer {
  try {
    const timer: unknown = JSON.parse(event.toString('utf8'));
    if (typeof timer !== 'object' || timer === null || !('triggerTime' in timer)) return event;
    return Buffer.from(JSON.stringify({ ...timer, triggerTime: new Date(atMs).toISOString() }));
  } catch {
    return event;
  }
}
