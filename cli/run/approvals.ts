import { randomBytes } from 'node:crypto';
import type { WaitingApproval } from '../../shared/engine/report.ts';
import { recordApproval } from '../../shared/journal/approvals.ts';
import { runStoring } from '../../shared/journal/store-effect.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import type { Money } from '../../shared/policy/money.ts';
import { CommandFailure } from '../failure.ts';
import { runAll } from './runs.ts';
import type { Session } from './session.ts';

/** A renewal that waits, and the target through which it is seen. */
export interface Waiting {
  readonly target: CompiledTarget;
  readonly line: WaitingApproval;
}

/** The renewals of a session's targets that wait for an approval. @throws CommandFailure when a target could not be observed */
export async function waitingIn(session: Session): Promise<readonly Waiting[]> {
  const reports = await runAll(session, { mode: 'plan', only: 'renew-before-expiry' });
  const errors = reports.flatMap((report) => report.errors.map(({ message }) => `${report.target}: ${message}`));
  if (errors.length > 0) throw new CommandFailure('NotObserved', errors.join('\n'));
  return reports.flatMap((report) => {
    const target = session.targets.find(({ name }) => name === report.target);
    return target === undefined ? [] : (report.purchases?.waiting ?? []).map((line) => ({ target, line }));
  });
}

/** A word that was given, as the command tells it. */
export interface GivenWord {
  readonly verdict: 'approve' | 'refuse';
  readonly by: string;
  readonly resource: string;
  readonly period: string;
  readonly highest: Money;
  /** RFC 3339 in UTC. */
  readonly until: string;
  /** Key of the record. */
  readonly record: string;
}

/**
 * Writes a person's word on the one renewal that waits under this id or name. Who the person is, STS says.
 * @throws CommandFailure when nothing waits under it, or the person is not among those who may say it
 */
export async function giveWord(
  session: Session,
  word: {
    readonly verdict: 'approve' | 'refuse';
    readonly wanted: string;
    readonly untilMs: number | undefined;
    readonly because: string | undefined;
  },
): Promise<GivenWord> {
  const { world, policy } = session;
  const { verdict, wanted, because } = word;
  const matches = (await waitingIn(session)).filter(({ line }) => line.resource.id === wanted || line.resource.name === wanted);
  const [only] = matches;
  if (!only) throw new CommandFailure('NothingWaits', `Nothing waits under '${wanted}'; 'streamwarden approvals' shows what does.`);
  if (matches.length > 1) {
    const ids = matches.map(({ line }) => line.resource.id).join(', ');
    throw new CommandFailure('NothingWaits', `More than one renewal waits under '${wanted}'; name it by its id: ${ids}.`);
  }
  const { target, line } = only;
  const caller = await world.caller();
  const may = policy.approvers[line.approvers] ?? [];
  if (caller.user === undefined || !may.includes(caller.user)) {
    const who = caller.user ?? caller.arn;
    throw new CommandFailure('NotAnApprover', `${who} is not among ${line.approvers}, who decide this: ${may.join(', ') || 'nobody'}.`);
  }
  const expiresAtMs = Date.parse(line.expires);
  const untilMs = word.untilMs ?? expiresAtMs;
  const [count = '', unit = ''] = line.period.split(' ');
  const subject = { circle: line.approvers, account: target.account, resource: line.resource.id, expiresAtMs };
  const record = await runStoring(
    world.store,
    recordApproval(subject, randomBytes(16).toString('hex'), {
      ...{ verdict, by: caller.user, target: target.name, period: { count: Number(count), unit } },
      ...{ highest: line.amount, atMs: world.clock.now(), untilMs, because },
    }),
  );
  const resource = line.resource.name ?? line.resource.id;
  return { verdict, by: caller.user, resource, period: line.period, highest: line.amount, until: new Date(untilMs).toISOString(), record };
}
