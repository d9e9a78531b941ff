import type { LinkWord } from '../../journal/link-approvals.ts';
import type { CompiledPolicy, CompiledTarget } from '../../policy/compiled.ts';
import type { LinkSubject } from './approval-link.ts';

/** What a page is about. */
export interface LinkQuestion {
  readonly subject: LinkSubject;
  readonly target: CompiledTarget;
  readonly policy: CompiledPolicy;
}

/** The pages that people see, as whole HTML documents. */
export interface LinkPages {
  /** The text of the one style sheet in them; nothing else may style or run in a page. */
  readonly style: string;
  /** The question, with a form that posts `token`, `decision` and `because` to the page's own address. */
  ask(question: LinkQuestion, token: string): string;
  /** What was said by the link; `fresh`: a moment ago, by this very request. */
  decided(question: LinkQuestion, word: LinkWord, fresh: boolean): string;
  /** The one page for every link that is refused, whatever the reason. */
  refused(): string;
  /** Nothing was written down: a failure on our side. */
  failed(): string;
  /** Nothing was written down: this function only observes. */
  observing(): string;
}
