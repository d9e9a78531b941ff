import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { type Finding, findingsOf } from './finding.ts';

const { unknown } = findingsOf('manual');

/** What neither the service nor Function Compute tells, and what depends on it. Each entry is for the functions in use only. */
export function manualChecks(policy: CompiledPolicy, functions: readonly string[]): readonly Finding[] {
  // What billing is asked for one target is not known for the others.
  const billed = Object.values(policy.targets).every(({ billing }) => billing !== undefined);
  const uses = (...names: readonly string[]): boolean => names.some((name) => functions.includes(name));
  const all: readonly (readonly [boolean, string, string])[] = [
    [
      uses('renew-before-expiry') && !billed,
      "the console's own auto-renewal cannot be read: with both active you pay twice",
      'Look at each subscription in the console, switch it off, and say consoleAutoRenew: disabled.',
    ],
    [
      uses('renew-before-expiry'),
      billed ? 'promotions cannot be read' : 'promotions and the balance of the account cannot be read',
      "Keep the balance above the month's orders; set spendPerMonth.",
    ],
    [
      uses('log-off-sessions'),
      'resetAfterUnbind of a group cannot be read: where it is active, logging a user off wipes their data',
      'Look at each group in the console, and say resetAfterUnbind: disabled where it is.',
    ],
    [
      uses('scale-on-schedule', 'log-off-sessions'),
      `the service's schedules carry no time zone; ${policy.serviceTimeZone} is assumed`,
      'Set one schedule in the console and see when it begins; serviceTimeZone of the policy corrects it.',
    ],
    [
      uses('tag-new-resources', 'enforce-policy'),
      'whether EventBridge forwards events of App Streaming, and under which service and source name, is not documented',
      'Look up CreateAppInstanceGroup in ActionTrail and read serviceName; set STREAMWARDEN_EVENT_SERVICES. The sweep works without.',
    ],
    [
      true,
      'whether somebody else changes the same settings (another tool, a second installation) cannot be known before it does',
      'Ask your colleagues; a value that goes back and forth is reported as a change by hand.',
    ],
  ];
  return all.flatMap(([applies, text, todo]) => (applies ? [unknown(text, todo)] : []));
}
