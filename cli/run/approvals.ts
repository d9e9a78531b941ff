import { randomBytes } from 'node:crypto';
import type { WaitingApproval } from '../../shared/engine/report.ts';
import { periodOf } from '../../shared/fleet/subscription-period.ts';
import { alertKey } from '../../shared/journal/log/alerts.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { type AnsweredOrder, answerWords, type CountingAnswer, countingAnswer, electorateOf } from '../../shared/journal/people/answers.ts';
import { type Answers, type ApprovalSubject, readApprovals, recordApproval } from '../../shared/journal/people/approvals.ts';
import { fromSegment } from '../../shared/journal/store/key.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { includesUser, type RamPerson, userText, votersOf } from '../../shared/policy/approvers.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';
import type { Money } from '../../shared/policy/money.ts';
import { CommandFailure } from '../failure.ts';
import { runAll } from './runs.ts';
import type { Session } from './session.ts';

/** A renewal that people were asked about and that is not ordered yet, and the target through which it is seen. */
export interface OpenQuestion {
  readonly target: CompiledTarget;
  readonly line: WaitingApproval;
  readonly state: 'pending' | 'approved' | 'refused';
  /** `pending approval by finance`, `approved up to 233.28 CNY by li.wei`, `refused by tan.mei`. */
  readonly words: string;
}

/**
 * The renewals of a session's targets that people are asked about and that are not ordered yet, answered or not.
 * @throws CommandFailure when a target could not be observed
 */
export async function openQuestions(session: Session): Promise<readonly OpenQuestion[]> {
  const reports = await runAll(session, { mode: 'plan', only: 'renew-before-expiry' });
  const errors = reports.flatMap((report) => report.errors.map(({ message }) => `${report.target}: ${message}`));
  if (errors.length > 0) throw new CommandFailure('NotObserved', errors.join('\n'));
  return reports.flatMap(({ target: name, purchases }): OpenQuestion[] => {
    const target = session.targets.find((each) => each.name === name);
    if (target === undefined || purchases === undefined) return [];
    const pending = purchases.waiting.map((line) => ({ line, state: 'pending' as const, words: `pending approval by ${line.approvers}` }));
    const answered = purchases.answered.map(({ state, answer, ...line }) => ({ line, state, words: answer }));
    return [...pending, ...answered].map((each) => ({ target, ...each }));
  });
}

/**
 * The one question that somebody means by an id or a name, or by either behind the name of the target: `home/aig-1`.
 * @throws CommandFailure where there is none, or more than one
 */
export function questionNamed(questions: readonly OpenQuestion[], wanted: string): OpenQuestion {
  const matches = questions.filter(({ target, line: { resource } }) =>
    [resource.id, resource.name].some((name) => name !== undefined && (wanted === name || wanted === `${target.name}/${name}`)),
  );
  const [only] = matches;
  if (only && matches.length === 1) return only;
  if (!only) {
    throw new CommandFailure(
      'NothingWaits',
      `No answer is possible about '${wanted}' now: nobody is asked about it, or its order was sent. 'streamwarden approvals' lists what can be answered, and 'streamwarden explain' tells what became of the rest.`,
    );
  }
  const names = matches.map(({ target, line }) => `${target.name}/${line.resource.id}`).join(', ');
  throw new CommandFailure('NothingWaits', `More than one renewal can be answered under '${wanted}'; name one of ${names}.`);
}

/**
 * Who is answering, with the account and the id of the RAM user: STS says it, never a flag.
 * @throws CommandFailure `NotAnApprover` for a role or an account's root, whose keys could be anybody's
 */
export async function answering({ world }: Session): Promise<RamPerson> {
  const { account, user, userId, arn } = await world.caller();
  if (user !== undefined) return { account, user, userId: userId ?? user };
  throw new CommandFailure('NotAnApprover', `${arn} could be anybody: who answers has to use the keys of a RAM user of their own.`);
}

/** What an answer would be bound to. */
export interface Binding {
  readonly question: OpenQuestion;
  readonly subject: ApprovalSubject;
  readonly answers: Answers;
  /** The price that was asked last, as far as people were told one. */
  readonly asked: Money | undefined;
  readonly expiresAtMs: number;
}

/** Reads all that an answer to a question is given in view of. @throws CommandFailure `NotAnApprover` */
export async function bindingOf({ policy, world }: Session, question: OpenQuestion, person: RamPerson): Promise<Binding> {
  const { target, line } = question;
  const circle = line.approvers;
  const voters = votersOf(policy, circle, target.account);
  if (!includesUser(voters, person)) {
    const may = voters.map((voter) => userText(voter, target.account)).join(', ') || 'nobody';
    const who = userText(person, target.account);
    throw new CommandFailure('NotAnApprover', `${who} is not among ${circle}, who decide this in account ${target.account}: ${may}.`);
  }
  const expiresAtMs = Date.parse(line.expires);
  const subject = { circle, account: target.account, resource: line.resource.id, expiresAtMs };
  const answers = await runStoring(world.store, readApprovals(subject, electorateOf({ policy, target }, { circle, links: true })));
  return { question, subject, answers, asked: await lastAsked(world.store, subject, line.period), expiresAtMs };
}

/** The price of the newest question that people were told. The list may be late: then the one before it, or none. */
async function lastAsked(store: Store, { account, resource, expiresAtMs }: ApprovalSubject, period: string): Promise<Money | undefined> {
  const about = `-${period.replace(' ', '-')}-`;
  const any = alertKey('renew-before-expiry', { account, resource, expiresAtMs, step: '-' });
  let last: { readonly atMs: number; readonly price: Money } | undefined;
  for await (const key of store.list(any.slice(0, -1))) {
    const [, , currency, micros] = /^(ask|remind-\w+)-.*-([A-Z]{3})-(\d{1,30})(?:\.\d)?$/.exec(stepIn(key, about)) ?? [];
    if (currency === undefined || micros === undefined) continue;
    const bytes = await store.read(key);
    if (bytes === undefined) continue;
    const { atMs } = parseRecord(key, bytes);
    if (last === undefined || atMs >= last.atMs) last = { atMs, price: { currency, micros: BigInt(micros) } };
  }
  return last?.price;
}

function stepIn(key: string, about: string): string {
  const step = fromSegment(key.slice(key.lastIndexOf('/') + 1));
  return step.includes(about) ? step : '';
}

/** What somebody answers. */
export interface AnswerWords {
  readonly verdict: 'approve' | 'refuse';
  readonly person: RamPerson;
  /** The highest price of an approval; of a refusal the price that is refused. */
  readonly highest: Money;
  readonly untilMs: number;
  readonly because: string | undefined;
  readonly withdrawsLinks: boolean;
}

/** An answer that was given, as the command tells it. */
export interface GivenAnswer {
  /** Key of the record. */
  readonly record: string;
  /** What counts now that it was given, and in words: a refusal that was given at the same time counts before an approval. */
  readonly counts: CountingAnswer;
  readonly words: string;
}

/**
 * Writes an answer behind all that was read.
 * @throws CommandFailure `Overtaken` where the same person has answered elsewhere meanwhile
 */
export async function giveAnswer({ policy, world }: Session, binding: Binding, said: AnswerWords): Promise<GivenAnswer> {
  const { question, subject, answers } = binding;
  const { target, line } = question;
  const { verdict, person, highest, untilMs, because, withdrawsLinks } = said;
  const period = periodOf(line.period);
  if (period === undefined) throw new TypeError(`no period: ${line.period}`);
  const answer = { verdict, by: person, target: target.name, period, highest, atMs: world.clock.now(), untilMs, because, withdrawsLinks };
  const written = await runStoring(world.store, recordApproval(subject, randomBytes(16).toString('hex'), answer, answers));
  if (written.outcome === 'overtaken') {
    const text = `${person.user} has answered about ${line.resource.id} elsewhere meanwhile, so nothing was written: look at 'streamwarden approvals', then answer again.`;
    throw new CommandFailure('Overtaken', text);
  }
  const electorate = electorateOf({ policy, target }, { circle: subject.circle, links: true });
  const order: AnsweredOrder = { target: target.name, period, price: line.amount, nowMs: world.clock.now() };
  const counts = countingAnswer(await runStoring(world.store, readApprovals(subject, electorate)), order);
  return { record: written.key, counts, words: answerWords(counts, subject.circle) };
}
