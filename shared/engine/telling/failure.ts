import { sha256 } from '../../client/hmac.ts';
import type { AlertName } from '../../journal/alerts.ts';
import { hourOf } from '../renewals/alarms.ts';
import type { RunReport } from '../report.ts';
import { nameOf } from './listed.ts';

/** What failed in a run, as lines: what concerns the whole of it first. */
export function failureLines({ errors, outcomes }: Pick<RunReport, 'errors' | 'outcomes'>): readonly string[] {
  return [
    ...errors.map(({ code, message }) => `${code}: ${message}`),
    ...outcomes.flatMap(({ outcome, resource, because }) => {
      if (outcome !== 'failed' && outcome !== 'unknown') return [];
      const open = outcome === 'unknown' ? 'it is not known whether it was done: ' : '';
      return [`${nameOf(resource)}: ${open}${because?.text ?? 'no reason given'}`];
    }),
  ];
}

/**
 * The name by which the failure of a run is told once within an hour: of the same function, target and kinds of failures. One of another kind
 * is told at once.
 */
export function failureName(report: RunReport): AlertName {
  const { errors, outcomes, function: name, target, account, at } = report;
  const kinds = [...errors.map(({ code }) => code), ...outcomes.map(({ outcome, because }) => `${outcome} ${because?.code}`)];
  const kind = sha256(
    [...new Set(kinds)]
      .filter((each) => !/^(done|already|held|not-sent) /.test(each))
      .sort()
      .join('\n'),
  );
  return {
    account,
    resource: `${name}@${target}`,
    expiresAtMs: undefined,
    step: `failed-${hourOf(Date.parse(at))}-${kind.slice(0, 8)}`,
  };
}
