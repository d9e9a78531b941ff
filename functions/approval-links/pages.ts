import type { EpochMs } from '../../shared/client/clock.ts';
import { printable } from '../../shared/client/printable.ts';
import { periodText } from '../../shared/fleet/subscription-period.ts';
import type { CountingAnswer } from '../../shared/journal/people/answers.ts';
import type { LinkSubject } from '../../shared/journal/people/approval-link.ts';
import { zonedText } from '../../shared/planning/local-time.ts';
import type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
import { formatMoney } from '../../shared/policy/money.ts';

/** Text as HTML shows it, in elements and in quoted attributes, on one line. */
function escapeHtml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The one style sheet of all pages. */
const style = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{max-width:34rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.4rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem}
dt{opacity:.7}
dd{margin:0;overflow-wrap:anywhere}
label{display:block;margin:1rem 0}
input{display:block;box-sizing:border-box;width:100%;font:inherit;padding:.4rem}
button{font:inherit;padding:.6rem 1rem;margin:0 .5rem .5rem 0}
.small{font-size:.875rem;opacity:.8}`;

/** A whole page. `content` is HTML already. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
${content}
</main>
</body>
</html>
`;
}

/** Names and values, one below the other. */
export function facts(entries: readonly (readonly [name: string, value: string])[]): string {
  return `<dl>\n${entries.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('\n')}\n</dl>`;
}

/** The pages that people see when they open an approval link. */
export const pages: LinkPages = {
  style,

  question(question, state, token, press) {
    const title = state.ordered === undefined ? titleOf(state, press) : 'This renewal was ordered';
    const parts = [paragraph(nowText(question, state, press)), about(question)];
    if (state.ordered === undefined) parts.push(form(question, state, token), terms(question));
    return page(title, parts.join('\n'));
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

function titleOf({ answer }: LinkState, press: LinkPress | undefined): string {
  if (press === 'overtaken') return 'Somebody else answered meanwhile';
  if (answer.state === 'approved') return press === 'written' ? 'You approved this renewal' : 'This renewal is approved';
  if (answer.state === 'refused')
    return press === 'written' && answer.crossed === undefined ? 'You refused this renewal' : 'This renewal is refused';
  return 'Renew this subscription?';
}

/** What counts now, and what becomes of it. */
function nowText(question: LinkQuestion, { answer, words, gap, withdrawnBy, ordered }: LinkState, press: LinkPress | undefined): string {
  if (ordered !== undefined) {
    const order = ordered.orderId === undefined ? '' : ` (order ${ordered.orderId})`;
    return `The order was sent on ${zonedText(ordered.atMs, question)}${order}, so no answer changes anything any more.`;
  }
  const texts = press === 'overtaken' ? ['Nothing was written down: look at what counts now, then decide.'] : [];
  texts.push(answer.state === 'none' ? 'Nobody has answered yet.' : `What counts now: ${words}${becauseOf(answer, gap)}.`);
  if (answer.state === 'approved') {
    texts.push(`The next run orders it if it costs no more than ${formatMoney(answer.upTo)} then, and the limits of the policy allow it.`);
  }
  if (answer.state === 'refused') texts.push(`It is not renewed unless ${question.subject.circle} approves it.`);
  if (withdrawnBy !== undefined) {
    texts.push(
      `${withdrawnBy} has withdrawn the links of this expiry: they approve nothing any more. Use streamwarden approve at the command line.`,
    );
  }
  return texts.join(' ');
}

/** Why the answer that counts is no approval: a refusal has said by whom already. */
function becauseOf(answer: LinkState['answer'], gap: string | undefined): string {
  if (answer.state !== 'refused' || answer.crossed !== undefined) return gap === undefined ? '' : ` (${gap})`;
  return answer.because === undefined ? '' : `, because: ${answer.because}`;
}

function form({ subject }: LinkQuestion, { withdrawnBy }: LinkState, token: string): string {
  const order = `${periodText(subject.period)} for up to ${formatMoney(subject.highest)}`;
  const approve = `<button name="decision" value="approve">Approve ${escapeHtml(order)}</button>\n`;
  return `<form method="post" action="?">
<input type="hidden" name="token" value="${escapeHtml(token)}">
<label>Your name and a word on why, for the journal. Nobody checks it.<input name="because" maxlength="200" autocomplete="off"></label>
${withdrawnBy === undefined ? approve : ''}<button name="decision" value="refuse">Refuse</button>
</form>`;
}

function terms(question: LinkQuestion): string {
  const { highest, untilMs } = question.subject;
  const upTo = formatMoney(highest);
  const until = zonedText(untilMs, question);
  return `<p class="small">Opening this page decides nothing. Either answer can be changed, here or at the command line, until the order is sent. An approval
counts for this expiry, this period and a price of no more than ${escapeHtml(upTo)}, until ${escapeHtml(until)}; if it costs more by then, nothing is
ordered and you are asked again.</p>`;
}

function paragraph(text: string): string {
  return `<p>${escapeHtml(text)}</p>`;
}

function about(question: LinkQuestion): string {
  const { subject, target } = question;
  const { resource, name, expiresAtMs, period, highest, circle } = subject;
  return facts([
    ['Resource', name === undefined ? resource : `${name} (${resource})`],
    ['Target', `${target.name}, account ${target.account}`],
    ['Expires', zonedText(expiresAtMs, question)],
    ['Order', periodText(period)],
    ['Price', `${formatMoney(highest)} at most`],
    ['Asked', circle],
  ]);
}

/** What a page is about. */
export interface LinkQuestion {
  readonly subject: LinkSubject;
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
}

/** How the renewal of a question stands now. */
export interface LinkState {
  /** The answer that counts now, wherever it was given. */
  readonly answer: CountingAnswer;
  /** The same in words: `approved up to 233.28 CNY by li.wei`. */
  readonly words: string;
  /** Why that answer does not let this order pass; undefined where it does, or there is none. */
  readonly gap: string | undefined;
  /** Who has withdrawn the links of this expiry; undefined where nobody has. */
  readonly withdrawnBy: string | undefined;
  /** Set once the order was sent, or is about to be: then answers change nothing any more. */
  readonly ordered: { readonly atMs: EpochMs; readonly orderId: string | undefined } | undefined;
}

/** What became of a press: `written`, or nothing was, since somebody had answered meanwhile. */
type LinkPress = 'written' | 'overtaken';

/** The pages that people see, as whole HTML documents. */
export interface LinkPages {
  /** The text of the one style sheet in them; nothing else may style or run in a page. */
  readonly style: string;
  /**
   * The question, what counts now, and while nothing was ordered a form that posts `token`, `decision` and `because` to the page's own address.
   * `press`: what became of the press that this page answers.
   */
  question(question: LinkQuestion, state: LinkState, token: string, press?: LinkPress): string;
  /** The one page for every link that is refused, whatever the reason. */
  refused(): string;
  /** Nothing was written down: a failure on our side. */
  failed(): string;
  /** Nothing was written down: this function only observes. */
  observing(): string;
}
