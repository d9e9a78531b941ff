import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { type Finding, findingsOf } from './finding.ts';

const { ok, warn } = findingsOf('channel');

/**
 * Whether the variables that the channels are made of are set. Nothing is sent. `environment` is that of the functions where it is known, else
 * this machine's; `whose` says which.
 */
export function checkChannels(
  policy: CompiledPolicy,
  environment: Readonly<Record<string, string | undefined>>,
  whose: string,
): readonly Finding[] {
  const findings = Object.entries(policy.channels).map(([name, { kind, url, secret }]) => {
    const names = [url, secret].flatMap((reference) => (reference?.startsWith('env:') ? [reference.slice('env:'.length)] : []));
    const missing = names.filter((each) => !environment[each]?.trim());
    if (missing.length === 0) return ok(`${name} (${kind}) is set up in ${whose}`);
    return warn(`${name} (${kind}): ${missing.join(' and ')} not set in ${whose}`, `Set it, then try 'streamwarden notify test'.`);
  });
  if (Object.values(policy.tell).every((names) => names.length === 0)) {
    findings.push(
      warn('nobody is told of anything', "Name channels under 'channels' and 'tell' of the policy: holds would only be in the log."),
    );
  }
  const renews = (policy.rules['renew-before-expiry'] ?? []).length > 0;
  if (renews && (policy.tell['money'] ?? []).length === 0) {
    const advice = 'Name a channel for it under tell: questions to approvers, orders and prices would only be in the log.';
    findings.push(warn('nobody is told of money', advice));
  }
  return findings;
}
