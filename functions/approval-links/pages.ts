import type { LinkPages, LinkQuestion } from '../../shared/engine/renewals/link-pages.ts';
import { periodText } from '../../shared/fleet/subscription-period.ts';
import { formatMoney } from '../../shared/policy/money.ts';
import { localTimeAt } from '../../shared/policy/zones.ts';
import { escapeHtml, facts, page, style } from './html.ts';

const commands = `<p class="small">Another word can be given with <code>streamwarden approve</code> or <code>streamwarden refuse</code>.</p>`;

/** The pages that people see when they open an approval link. */
export const pages: LinkPages = {
  style,

  ask(question, token) {
    const { period, highest, untilMs } = question.subject;
    const upTo = formatMoney(highest);
    return page(
      'Renew this subscription?',
      `${about(question)}
<form method="post" action="?">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<label>Your name and a word on why, for the journal. Nobody checks it.<input name="because" maxlength="200" autocomplete="off"></label>
<button name="decision" value="approve">Approve ${escapeHtml(`${periodText(period)} for up to ${upTo}`)}</button>
<button name="decision" value="refuse">Refuse</button>
</form>
<p class="small">Nothing has been decided by opening this page. An approval counts for this expiry, this period and a price of no more than
${escapeHtml(upTo)}, until ${escapeHtml(localText(untilMs, question))}. This link can be used once.</p>`,
    );
  },

  decided(question, { verdict, atMs }, fresh) {
    const done = verdict === 'approve' ? 'approved' : 'refused';
    const when = localText(atMs, question);
    const title = fresh ? `You have ${done} it` : `It has been ${done}`;
    const next =
      verdict === 'approve'
        ? 'The next run orders it, if its price and the limits of the policy still allow it.'
        : 'It is not renewed unless somebody approves it.';
    const note = `${fresh ? 'Written down' : 'By this link'} on ${when}. ${next}`;
    return page(title, `<p>${escapeHtml(note)}</p>\n${about(question)}\n${commands}`);
  },

  refused: () =>
    page(
      'This link cannot be used',
      '<p>It is not complete, not valid any more, or was not made here. Nothing was changed.</p>\n' +
        '<p>Ask for what waits with <code>streamwarden approvals</code>, and decide with <code>streamwarden approve</code> or <code>streamwarden refuse</code>.</p>',
    ),

  failed: () =>
    page(
      'Nothing was written down',
      '<p>Something failed on our side. Try again in a few minutes; the log of this function says what it was.</p>',
    ),

  observing: () =>
    page(
      'Nothing was written down',
      '<p>This installation only observes. Whoever runs it can let it act by taking STREAMWARDEN_OBSERVE away.</p>',
    ),
};

function about(question: LinkQuestion): string {
  const { subject, target } = question;
  const { resource, name, expiresAtMs, period, highest, circle } = subject;
  return facts([
    ['Resource', name === undefined ? resource : `${name} (${resource})`],
    ['Target', `${target.name}, account ${target.account}`],
    ['Expires', localText(expiresAtMs, question)],
    ['Order', periodText(period)],
    ['Price', `${formatMoney(highest)} at most`],
    ['Asked', circle],
  ]);
}

/** An instant by the clock of the target: `2026-12-04 00:00 Asia/Shanghai`. */
function localText(ms: number, { policy, target }: LinkQuestion): string {
  const { date, minute } = localTimeAt(policy.zones[target.timezone] ?? { transitions: [] }, ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date} ${two(Math.floor(minute / 60))}:${two(minute % 60)} ${target.timezone}`;
}
