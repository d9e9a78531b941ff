import type { EpochMs } from '../../client/clock.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import type { CountingAnswer } from './answers.ts';
import type { LinkSubject } from './approval-link.ts';

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
export type LinkPress = 'written' | 'overtaken';

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
