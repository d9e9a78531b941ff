import { sha256 } from '../../client/hmac.ts';
import type { AlertName } from '../../journal/log/alerts.ts';
import { hourOf } from '../../notify/hourly-memory.ts';
import type { RunReport } from '../report.ts';
import { adviceFor } from './advice.ts';
import { listed, nameOf } from './listed.ts';

/** Something that failed in a run: its code, and a line about it. */
interface Failure {
  readonly code: string;
  readonly line: string;
}

/** What failed in a run: what concerns the whole of it first, then each resource by name. */
function failuresOf({ errors, outcomes }: Pick<RunReport, 'errors' | 'outcomes'>): readonly Failure[] {
  return [
    ...errors.map(({ code, message }) => ({ code, line: `${code}: ${message}` })),
    ...outcomes.flatMap(({ outcome, resource, because }) => {
      if (outcome !== 'failed' && outcome !== 'unknown') return [];
      const open = outcome === 'unknown' && because?.code !== 'order-unclear' ? 'it is not known whether it was done: ' : '';
      const said = because?.data?.['error'];
      const code = typeof said === 'string' ? said : (because?.code ?? 'no reason given');
      const text = (because?.text ?? 'no reason given').replace(/\.$/, '');
      const line = `${nameOf(resource)}: ${open}${text}${text.includes(code) ? '' : ` (${code})`}`;
      // What is to be done about an order that is not known hangs on that, not on what the service said.
      return [{ code: outcome === 'unknown' ? (because?.code ?? code) : code, line }];
    }),
  ];
}

/** How many things failed in a run. */
export function failureCount(report: Pick<RunReport, 'errors' | 'outcomes'>): number {
  return failuresOf(report).length;
}

/** True where nothing failed but calls that were cut off before they were sent. */
export function isCutOffOnly({ errors, outcomes }: Pick<RunReport, 'errors' | 'outcomes'>): boolean {
  return errors.every(({ code }) => code === 'Aborted') && outcomes.every(({ outcome }) => outcome !== 'failed' && outcome !== 'unknown');
}

/** What failed in a run and what to do about it, for people: resources by name, the code of each failure, one advice for each cause. */
export function failureText(report: Pick<RunReport, 'errors' | 'outcomes'>): string {
  const failures = failuresOf(report);
  const advices = [...new Set(failures.map(({ code }) => adviceFor(code)))];
  return `Failed: ${listed(failures.map(({ line }) => line))}.\nWhat to do: ${advices.join('; ')}.`;
}

/**
 * The name by which the failure of a run is told once within an hour: of the same function, target and kinds of failures. One of another kind
 * is told at once.
 */
export function failureName(report: Pick<RunReport, 'errors' | 'outcomes' | 'function' | 'target' | 'account' | 'at'>): AlertName {
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
