import type { RamPerson } from '../../shared/policy/approvers.ts';
import { compareMoney, formatMoney, type Money } from '../../shared/policy/money.ts';
import { CommandFailure } from '../failure.ts';
import { bindingLines, givenLines, instantIn, placedName, placeLines } from '../render/approvals.ts';
import { answeredYes } from './answered-yes.ts';
import {
  answering,
  type Binding,
  bindingOf,
  type GivenAnswer,
  giveAnswer,
  type OpenQuestion,
  openQuestions,
  questionNamed,
} from './approvals.ts';
import { interruptOnSignals } from './interrupt.ts';
import type { ForcedSession } from './policy-in-force.ts';
import { print } from './report-runs.ts';

/** What somebody wants to answer. */
export interface Answering {
  readonly verdict: 'approve' | 'refuse';
  /** Id, name or target/id; undefined for everything that waits. */
  readonly wanted: string | undefined;
  readonly upTo: Money | undefined;
  /** Default: until the expiry. */
  readonly untilMs: number | undefined;
  readonly because: string | undefined;
  readonly withdrawsLinks: boolean;
  /** Do not ask. */
  readonly yes: boolean;
  readonly json: boolean;
}

/** An answer that is ready to be given. */
interface Ready {
  readonly binding: Binding;
  readonly highest: Money;
  readonly untilMs: number;
}

/**
 * Shows what an answer is bound to, asks where it approves, and writes it. With `wanted` undefined it does so for everything that waits for the person.
 * @throws CommandFailure where nothing waits, the person may not answer, or the answer would be bound to something that was not shown
 */
export async function answerQuestions(session: ForcedSession, said: Answering): Promise<void> {
  const { verdict, wanted, json } = said;
  const approves = verdict === 'approve';
  const nowMs = session.world.clock.now();
  if (said.untilMs !== undefined && said.untilMs <= nowMs) {
    throw new CommandFailure(
      'Usage',
      `--until is ${instantIn(session, said.untilMs)}, which is over: an approval until then would never count.`,
    );
  }
  const questions = await openQuestions(session);
  const person = await answering(session);
  const meant = wanted === undefined ? undefined : questionNamed(questions, wanted);
  const { ready, left } = meant
    ? { ready: [await readyOne(session, meant, person, said)], left: [] }
    : await readyAll(session, questions, person, said);
  if (!json) {
    print([...placeLines(session), `You: ${person.user} of account ${person.account}`, '']);
    for (const { binding } of ready) print([...bindingLines(binding, session), '']);
    if (left.length > 0) print([...left, '']);
  }
  if (approves && !said.yes && ready.length > 0) {
    if (json || process.stdin.isTTY !== true) throw nobodyToAsk(ready);
    const interrupt = interruptOnSignals();
    try {
      if (!(await answeredYes(questionText(ready, session), interrupt.signal))) return print(['Nothing was written.']);
    } finally {
      interrupt.release();
    }
  }
  const given: { readonly ready: Ready; readonly answer: GivenAnswer }[] = [];
  for (const each of ready) {
    const { binding, highest, untilMs } = each;
    const { because, withdrawsLinks } = said;
    const answer = await giveAnswer(session, binding, { verdict, person, highest, untilMs, because, withdrawsLinks });
    given.push({ ready: each, answer });
    if (!json) print(outcomeLines(each, answer, session, person, said));
  }
  if (json) {
    const objects = given.map(({ ready: each, answer }) => outcomeJson(each, answer, person, said));
    process.stdout.write(`${JSON.stringify(wanted === undefined ? { format: 1, given: objects, left } : { format: 1, ...objects[0] })}\n`);
  } else if (ready.length === 0) print([`Nothing is left for ${person.user} to ${verdict}.`]);
}

function nobodyToAsk(ready: readonly Ready[]): CommandFailure {
  const [only] = ready;
  const binding =
    only === undefined || ready.length > 1 ? '--up-to with the highest price that any may have' : `--up-to '${formatMoney(only.highest)}'`;
  const text = `approve asks before it writes, and there is no terminal to ask on, so nothing was written: say --yes, and ${binding} if that is what you approve.`;
  return new CommandFailure('Usage', text);
}

function questionText(ready: readonly Ready[], session: ForcedSession): string {
  const [only] = ready;
  if (only === undefined || ready.length > 1) return `Approve these ${ready.length}, each up to its price above or --up-to?`;
  return `Approve ${placedName(only.binding.question)}, ${only.binding.question.line.period}, up to ${formatMoney(only.highest)}, until ${instantIn(session, only.untilMs)}?`;
}

async function readyOne(session: ForcedSession, question: OpenQuestion, person: RamPerson, said: Answering): Promise<Ready> {
  const binding = await bindingOf(session, question, person);
  const untilMs = Math.min(said.untilMs ?? binding.expiresAtMs, binding.expiresAtMs);
  return { binding, highest: said.verdict === 'refuse' ? question.line.amount : highestOf(binding, said), untilMs };
}

/**
 * The price that an approval is bound to: the one that somebody named, else the one that is shown.
 * @throws CommandFailure `Usage` where nobody can have seen the price that it would be bound to
 */
function highestOf({ question, asked }: Binding, { upTo, yes }: Answering): Money {
  const { amount } = question.line;
  const price = formatMoney(amount);
  if (upTo !== undefined) {
    if (upTo.currency === amount.currency && compareMoney(upTo, amount) >= 0) return upTo;
    throw new CommandFailure(
      'Usage',
      `${placedName(question)} costs ${price} now, so an approval up to ${formatMoney(upTo)} would let nothing pass.`,
    );
  }
  if (amount.micros === 0n) {
    const text = `The service quotes ${price} for ${placedName(question)}, which may be a mistake: look again later, or say with --up-to what it may cost.`;
    throw new CommandFailure('Usage', text);
  }
  if (yes && asked !== undefined && (asked.currency !== amount.currency || asked.micros !== amount.micros)) {
    const text = `${placedName(question)} costs ${price} now, and ${question.line.approvers} was last asked about ${formatMoney(asked)}: say --up-to '${price}' if that is what you approve.`;
    throw new CommandFailure('Usage', text);
  }
  return amount;
}

/** Everything that waits for a person, and why the rest is left. */
async function readyAll(
  session: ForcedSession,
  questions: readonly OpenQuestion[],
  person: RamPerson,
  said: Answering,
): Promise<{ readonly ready: readonly Ready[]; readonly left: readonly string[] }> {
  const ready: Ready[] = [];
  const left: string[] = [];
  for (const question of questions) {
    if (question.state === 'refused' || (said.verdict === 'approve' && question.state === 'approved')) continue;
    try {
      ready.push(await readyOne(session, question, person, said));
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      left.push(`Left: ${error.message}`);
    }
  }
  return { ready, left };
}

function outcomeLines(
  ready: Ready,
  answer: GivenAnswer,
  session: ForcedSession,
  { user }: RamPerson,
  { verdict }: Answering,
): readonly string[] {
  const { question } = ready.binding;
  const what = `${placedName(question)}, ${question.line.period}`;
  const approves = verdict === 'approve';
  const first = approves
    ? `${user} approved ${what}, up to ${formatMoney(ready.highest)}, until ${instantIn(session, ready.untilMs)}.`
    : `${user} refused ${what}, at ${formatMoney(ready.highest)}. It is not ordered unless somebody approves it.`;
  return [first, ...givenLines(answer, { approves, circle: question.line.approvers })];
}

function outcomeJson({ binding, highest, untilMs }: Ready, { record, words }: GivenAnswer, person: RamPerson, { verdict }: Answering) {
  const { target, line } = binding.question;
  return {
    ...{ verdict, by: person.user, account: target.account, target: target.name, resource: line.resource.id, name: line.resource.name },
    ...{ period: line.period, highest: formatMoney(highest), until: new Date(untilMs).toISOString(), record, state: words },
  };
}
