import type { EpochMs } from '../../../shared/client/clock.ts';
import { type CalendarDays, calendarDays, withCalendarDays } from '../../../shared/policy/calendar-days.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import type { CompiledPolicy } from '../../../shared/policy/compiled.ts';
import { loadPolicy } from '../../../shared/policy/load.ts';
import { formatProblem } from '../../../shared/policy/problem.ts';
import { CommandFailure } from '../../failure.ts';
import { readPolicyText } from '../../policy-file.ts';
import { ruleModules } from '../../registry.ts';
import { compilePolicy } from '../policy.ts';

/** A policy as written, with what people call it: a file's name, or `policy 3`. */
export interface PolicySourceText {
  readonly name: string;
  readonly text: string;
  /** The days of calendars that it was compiled with when it was published; absent for a file, which takes what is installed. */
  readonly calendars?: CalendarDays | undefined;
}

/** A policy that was checked and compiled from an instant on. */
export interface CompiledSource {
  readonly source: PolicySourceText;
  readonly policy: CompiledPolicy;
  /** The days of calendars that it is compiled with. */
  readonly calendars: CalendarDays;
  /** The policy as functions read it. */
  readonly encoded: string;
  /** What `validate` warns of, with its place. */
  readonly warnings: readonly string[];
}

/** So long before it was published a policy begins, in milliseconds: a function whose clock lags would hold everything else. */
const clockMarginMs = 3_600_000;

/** How far a policy is compiled, in milliseconds. */
const horizonMs = 400 * 86_400_000;

/** The text of a policy file. @throws CommandFailure `PolicyNotRead` */
export async function fileSource(file: string): Promise<PolicySourceText> {
  return { name: file, text: await readPolicyText(file) };
}

/** The store that a policy names. Undefined also where the policy is broken: a way out must not need a whole file. */
export function storeNamedIn({ text, name }: PolicySourceText): string | undefined {
  return loadPolicy(text, name, ruleModules).document?.store;
}

/** Checks and compiles a policy from an instant on. @throws CommandFailure `PolicyBroken` with every error and its place */
export function compileSource(source: PolicySourceText, nowMs: EpochMs): CompiledSource {
  const { document, problems } = loadPolicy(source.text, source.name, ruleModules, { nowMs });
  if (document === undefined) {
    const errors = problems.filter(({ severity }) => severity === 'error');
    throw new CommandFailure('PolicyBroken', `The policy cannot be used:\n${errors.map(formatProblem).join('\n')}`);
  }
  const fromMs = nowMs - clockMarginMs;
  const untilMs = fromMs + horizonMs;
  const known = source.calendars === undefined ? document : withCalendarDays(document, source.calendars, fromMs, untilMs);
  const policy = compilePolicy(known, fromMs);
  const calendars = { ...calendarDays(document, fromMs, untilMs), ...source.calendars };
  return { source, policy, calendars, encoded: encodePolicy(policy), warnings: problems.map(formatProblem) };
}
