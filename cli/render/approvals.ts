import { localDate, zonedText } from '../../shared/planning/local-time.ts';
import { formatMoney } from '../../shared/policy/money.ts';
import type { Binding, GivenAnswer, OpenQuestion } from '../run/approvals.ts';
import type { ForcedSession } from '../run/policy-in-force.ts';
import { alignColumns } from './columns.ts';

type Zoned = Pick<ForcedSession, 'policy'>;

/** An instant by the policy's clock: `2026-11-30 00:00 Asia/Shanghai`. */
export function instantIn({ policy }: Zoned, ms: number): string {
  return zonedText(ms, { policy, target: policy });
}

/** Where an answer is looked for and written: world, policy and journal, before anything else. */
export function placeLines({ world, from }: ForcedSession): readonly string[] {
  return [`World: ${world.headline}`, `Policy: ${from}`, `Journal: ${world.store.name}`];
}

/** Everything that people are asked about, with its state. */
export function questionLines(questions: readonly OpenQuestion[], session: ForcedSession): readonly string[] {
  if (questions.length === 0) return [...placeLines(session), '', 'Nothing is pending approval.'];
  const cells = questions.map(({ target, line, words }) => {
    const day = localDate(Date.parse(line.expires), { policy: session.policy, target: session.policy });
    const { id, name = id } = line.resource;
    return [target.name, name, id, `${line.period} from ${day}`, priceText(line.amount), words, line.why];
  });
  const rows = alignColumns(cells, [{}, {}, {}, {}, { align: 'right' }, {}, {}]);
  const last =
    "Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.";
  return [...placeLines(session), '', ...rows, '', last];
}

/** A question for programs. */
export function questionJson({ target, line, state, words }: OpenQuestion) {
  return {
    ...{ target: target.name, account: target.account, ...line, state, words },
    amount: { currency: line.amount.currency, micros: line.amount.micros.toString() },
  };
}

/** All that an answer is bound to. */
export function bindingLines({ question, asked, expiresAtMs }: Binding, session: Zoned): readonly string[] {
  const { target, line, words } = question;
  const before = asked === undefined ? '' : `; ${line.approvers} was last asked about ${formatMoney(asked)}`;
  const facts = [
    ['Resource', line.resource.name === undefined ? line.resource.id : `${line.resource.id} (${line.resource.name})`],
    ['Target', `${target.name}, account ${target.account}`],
    ['Expires', instantIn(session, expiresAtMs)],
    ['Order', line.period],
    ['Price now', `${priceText(line.amount)}${before}`],
    ['State', words],
  ];
  return alignColumns(facts, [{}, {}]);
}

/** A price; one of nothing is named, since it may be a mistake of the service. */
function priceText(price: OpenQuestion['line']['amount']): string {
  return price.micros === 0n ? `${formatMoney(price)} (quoted for nothing)` : formatMoney(price);
}

/** A resource as answers name it: `aig-0 (bought-0) on home`. */
export function placedName({ target, line: { resource } }: OpenQuestion): string {
  return `${resource.id}${resource.name === undefined ? '' : ` (${resource.name})`} on ${target.name}`;
}

/** What came of an answer. */
export function givenLines(
  { record, counts, words }: GivenAnswer,
  { approves, circle }: { readonly approves: boolean; readonly circle: string },
): readonly string[] {
  const lines = [`Journal: ${record}`];
  if (approves && counts.state === 'approved') {
    lines.push(`It counts at that price or less. If it costs more when it is ordered, nothing is ordered and ${circle} is asked again.`);
  } else if (approves) {
    lines.push(`It does not count now: ${words}. Answer again to overrule that.`);
  }
  return lines;
}
