import type { EpochMs } from '../../shared/client/clock.ts';
import { isExpected } from '../../shared/engine/report.ts';
import { newestPolicy } from '../../shared/journal/people/policies.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { zonedText } from '../../shared/planning/local-time.ts';
import type { CalendarDays } from '../../shared/policy/calendar-days.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { calendarChanges } from '../run/policies/calendar-changes.ts';
import { deployedReaders, formatsText } from '../run/policies/prepare.ts';
import type { World } from '../world/world.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';

const { ok, warn, fail } = findingsOf('policy');
const calendars = findingsOf('calendar');

const dayMs = 86_400_000;
/** A policy that ends sooner than this is to be pushed again, in milliseconds. */
const shortMs = 30 * dayMs;

/** What the policy lets the functions do, and whether the calendars that it uses know the years to come. */
export function checkPolicy(policy: CompiledPolicy, file: string, nowMs: EpochMs): readonly Finding[] {
  const functions = functionsInUse(policy);
  const acting = functions.filter((name) => (policy.mode.act.includes(name) ? true : policy.mode.default === 'act'));
  const observing = functions.filter((name) => !acting.includes(name));
  const findings: Finding[] = [
    ok(`${file} is valid, ${policy.sourceHash.slice(0, 12)}`),
    ok(
      `${acting.length === 0 ? 'no function acts' : `acting: ${acting.join(', ')}`}; ${observing.length === 0 ? 'none observes only' : `observing: ${observing.join(', ')}`}`,
    ),
  ];
  for (const { code, text, fromMs = 0, untilMs = Number.POSITIVE_INFINITY } of policy.warnings) {
    const isNow = fromMs <= nowMs && nowMs < untilMs;
    if (code !== 'calendar-year-unpublished' && !isNow) continue;
    if (code !== 'calendar-year-unpublished') findings.push(warn(text, 'Change the policy, or leave it if that is what you mean.'));
    // Holidays are published in the autumn before: until then there is nothing to do.
    else if (isNow) findings.push(calendars.warn(text, 'Do what it says within the month.'));
    else findings.push(calendars.ok(`${text.split(':')[0]}; that is early still`));
  }
  if (!findings.some(({ area }) => area === 'calendar')) findings.push(calendars.ok('every year up to the end of the policy is published'));
  return findings;
}

/** The functions that the policy has rules of. */
export function functionsInUse(policy: CompiledPolicy): readonly string[] {
  return Object.entries(policy.rules).flatMap(([name, rules]) => (rules.length > 0 ? [name] : []));
}

/** What was published to the store, which functions read, against the file. */
export async function checkPublished(
  store: Store,
  policy: CompiledPolicy,
  nowMs: EpochMs,
  calendars?: CalendarDays,
): Promise<readonly Finding[]> {
  try {
    const { good, broken } = await runStoring(store, newestPolicy());
    const findings: Finding[] = broken.map(({ sequence, because }) =>
      warn(`policy ${sequence} in the store cannot be used: ${because}`, `Push again: functions go by the one before it meanwhile.`),
    );
    if (!good) {
      return [
        ...findings,
        warn('no policy was published yet: functions go by the one they were deployed with', "Publish it by 'streamwarden push'."),
      ];
    }
    const { sequence, body, policy: published } = good;
    const leftMs = published.untilMs - nowMs;
    const text = `policy ${sequence}, published by ${body.by}, is in force until ${zonedText(published.untilMs, { policy })}`;
    const todo = "Run 'streamwarden push': at its end every decision holds.";
    findings.push(leftMs <= 0 ? fail(`${text}, which is past`, todo) : leftMs < shortMs ? warn(text, todo) : ok(text));
    const assumed = calendarChanges({ policy: published, calendars: body.calendars }, { policy, calendars });
    findings.push(
      ...assumed.map((text) =>
        warn(`compiled now, the policy has other days than policy ${sequence} in force: ${text}`, 'Push it again if these are right.'),
      ),
    );
    if (body.sourceHash !== policy.sourceHash) {
      findings.push(
        warn(`the file is not the policy in force (${sequence})`, "See 'streamwarden policy diff', then push it, or leave it."),
      );
    }
    return findings;
  } catch (error) {
    if (!isExpected(error)) throw error;
    return [fail(`the published policy cannot be read: ${messageOf(error)}`, 'See the store above.')];
  }
}

/** Whether the functions that are deployed read the policy as this command would publish it, by their heartbeats of the last two days. */
export async function checkFormats(world: Pick<World, 'store' | 'clock'>, policy: CompiledPolicy): Promise<readonly Finding[]> {
  const format: number = policy.format;
  try {
    const readers = await deployedReaders(world, policy);
    const unable = readers.filter(({ formats }) => !formats.includes(format));
    if (unable.length === 0) {
      return readers.length === 0 ? [] : [ok(`every function that ran in the last two days reads policies of format ${format}`)];
    }
    return unable.map(({ functionName, target, formats }) =>
      fail(
        `${functionName} on ${target} reads policies of ${formatsText(formats)}, and this command writes format ${format}`,
        "Run 's deploy' with the version of this command: push refuses until the function has run once.",
      ),
    );
  } catch (error) {
    if (!isExpected(error)) throw error;
    return [fail(`the heartbeats of functions cannot be read: ${messageOf(error)}`, 'See the store above.')];
  }
}
