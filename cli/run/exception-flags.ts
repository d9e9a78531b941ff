import type { EpochMs } from '../../shared/client/clock.ts';
import type { ExceptionBody } from '../../shared/journal/people/exceptions.ts';
import { exceptionId } from '../../shared/journal/people/exceptions.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import type { DocumentException } from '../../shared/policy/document.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { parseDuration } from '../../shared/policy/values/duration.ts';
import { parseLocalDateTime } from '../../shared/policy/values/local-date-time.ts';
import { CommandFailure } from '../failure.ts';
import { type LocalClock, localClock } from '../render/local-clock.ts';

/** An exception as the flags of `exception add` say it. Lists hold one entry for each time that a flag was given. */
export interface ExceptionFlags {
  readonly because?: string;
  readonly until?: string;
  /** Default: now. */
  readonly from?: string;
  /** `all`, or tags: `app=aurora`, `department=finance,hr`. */
  readonly groups?: readonly string[];
  /** Ids of delivery groups. */
  readonly group?: readonly string[];
  /** Name patterns of delivery groups. */
  readonly name?: readonly string[];
  /** Ids of workstations. */
  readonly workstation?: readonly string[];
  /** Name patterns of workstations. */
  readonly workstationName?: readonly string[];
  readonly keepAtLeast?: string;
  readonly never?: readonly string[];
  /** Targets. Default: all. */
  readonly for?: readonly string[];
  /** Name of the exception. Default: made from the reason. */
  readonly id?: string;
}

/** A new exception, checked. */
export interface NewException {
  readonly id: string;
  readonly body: Omit<ExceptionBody, 'by'>;
}

const minuteMs = 60_000;

/** Where the policy would have what a flag says. */
const flagOf: Readonly<Record<string, string>> = {
  because: '--because',
  until: '--until',
  from: '--from',
  keepAtLeast: '--keep-at-least',
  never: '--never',
  targets: '--for',
  groups: '--groups, --group or --name',
  workstations: '--workstation or --workstation-name',
};

/**
 * The exception that flags say, checked as the policy checks its own. Times are local to the policy, or a length: `--from 2h` counts from now,
 * `--until 12h` from the start. The end is rounded up to a whole minute.
 * @throws CommandFailure `Usage` with everything that is wrong
 */
export function exceptionOfFlags(flags: ExceptionFlags, policy: CompiledPolicy, nowMs: EpochMs): NewException {
  const { because, until } = flags;
  if (because === undefined || because.trim() === '') throw usage('--because is missing: an exception must say why.');
  if (until === undefined) throw usage('--until is missing: an exception must end. Write a local time such as 2026-12-12 09:00, or 12h.');
  const clock = localClock(policy.timezone, nowMs);
  const fromMs = Math.floor(timeOf('--from', flags.from ?? '0m', clock, nowMs) / minuteMs) * minuteMs;
  const untilMs = Math.ceil(timeOf('--until', until, clock, fromMs) / minuteMs) * minuteMs;
  const chosen = selectors(flags);
  if (Object.keys(chosen).length === 0) {
    throw usage('it is for nobody yet: add --groups app=aurora, --groups all, --group, --name, --workstation or --workstation-name.');
  }
  if (flags.keepAtLeast === undefined && flags.never === undefined) {
    throw usage('it asks for nothing yet: add --keep-at-least 100%, or --never cut-sessions.');
  }
  const entry = {
    because,
    ...(flags.for === undefined ? {} : { targets: flags.for }),
    ...chosen,
    ...(flags.keepAtLeast === undefined ? {} : { keepAtLeast: flags.keepAtLeast }),
    ...(flags.never === undefined ? {} : { never: flags.never.flatMap((words) => words.split(',')).map((word) => word.trim()) }),
  };
  const {
    from: _from,
    until: _until,
    never,
    ...terms
  } = checked({ ...entry, from: clock.text(fromMs), until: clock.text(untilMs) }, policy);
  if (untilMs <= nowMs) throw usage(`--until is ${clock.text(untilMs)} ${policy.timezone}, which is over; write a later time.`);
  const name = flags.id ?? nameFrom(because);
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]*$/u.test(name)) {
    throw usage(`--id is '${name}'; use letters, digits, "-", "_" and ".", and begin with a letter or digit.`);
  }
  const span = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
  return { id: exceptionId(name, untilMs), body: { ...terms, ...span, ...(never.length === 0 ? {} : { never }) } };
}

/** Reads an entry as if it stood alone in the policy, so that the words and the advice are those of `validate`. */
function checked(entry: Readonly<Record<string, unknown>>, { timezone, targets }: CompiledPolicy): DocumentException {
  const places = Object.entries(targets).map(([name, { account, endpoint, timezone: zone }]) => [
    name,
    { account, endpoint, timezone: zone },
  ]);
  const text = JSON.stringify({ version: 1, timezone, targets: Object.fromEntries(places), exceptions: [entry] });
  const { document, problems } = loadPolicy(text, 'exception', []);
  const wrong = problems.flatMap(({ severity, path, text: advice }) => {
    const [, key = ''] = /^exceptions\[0\]\.?(\w*)/.exec(path) ?? [];
    return severity === 'error' ? [`${flagOf[key] ?? 'the exception'}: ${advice}`] : [];
  });
  const [exception] = document?.exceptions ?? [];
  if (wrong.length > 0 || !exception) throw usage(wrong.join('\n'));
  return exception;
}

function selectors({ groups = [], group, name, workstation, workstationName }: ExceptionFlags): Record<string, unknown> {
  const keys = [group, name].some((given) => given !== undefined);
  const all = groups.includes('all');
  if (all && (groups.length > 1 || keys)) throw usage('--groups all means every group; leave out the other choices.');
  const tags = tagsOf(all ? [] : groups);
  const chosen = { ...(tags ? { tags } : {}), ...(group ? { id: group } : {}), ...(name ? { name } : {}) };
  const machines = { ...(workstation ? { id: workstation } : {}), ...(workstationName ? { name: workstationName } : {}) };
  return {
    ...(all ? { groups: 'all' } : Object.keys(chosen).length > 0 ? { groups: chosen } : {}),
    ...(Object.keys(machines).length > 0 ? { workstations: machines } : {}),
  };
}

function tagsOf(texts: readonly string[]): Readonly<Record<string, readonly string[]>> | undefined {
  if (texts.length === 0) return undefined;
  const tags = new Map<string, readonly string[]>();
  for (const text of texts) {
    const [, key, values] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
    if (key === undefined || values === undefined) throw usage(`--groups is '${text}'; write all, or a tag such as app=aurora.`);
    tags.set(key, [...(tags.get(key) ?? []), ...values.split(',')]);
  }
  return Object.fromEntries(tags);
}

function timeOf(flag: string, text: string, clock: LocalClock, baseMs: EpochMs): EpochMs {
  const length = parseDuration(text);
  if (length.ok) return baseMs + length.value;
  const local = parseLocalDateTime(text);
  if (local.ok) return clock.instant(local.value);
  throw usage(`${flag}: ${/^\d+\s*[a-z]+$/i.test(text) ? length.message : `${local.message}, or a length of time such as 12h`}.`);
}

/** A name out of a reason: its first words, as far as they are plain letters. */
function nameFrom(because: string): string {
  const words = because.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  let name = '';
  for (const word of words) {
    if (name !== '' && name.length + word.length >= 24) break;
    name = name === '' ? word.slice(0, 24) : `${name}-${word}`;
  }
  return name === '' ? 'exception' : name;
}

function usage(message: string): CommandFailure {
  return new CommandFailure('Usage', message);
}
