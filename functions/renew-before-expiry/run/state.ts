import type { Decision, Reason } from '../../../shared/planning/decision.ts';
import { formatMoney, isMoneyJson, moneyFromJson } from '../../../shared/policy/money.ts';
import type { RenewalOutcome } from '../purchase/renew.ts';

/**
 * Where the renewal of a subscription stands. Stable: reports, messages, pages and the command line use these words and no others.
 * `not-due`: its rule renews it later; `under-way`: an order was begun, and its answer is not recorded yet; `lapsed`: it has run out; `unknown`: nothing was decided about it.
 */
type RenewalStateCode =
  | 'not-due'
  | 'due'
  | 'pending-approval'
  | 'approved'
  | 'refused'
  | 'blocked'
  | 'under-way'
  | 'ordered'
  | 'unpaid'
  | 'unclear'
  | 'renewed'
  | 'lapses'
  | 'lapsed'
  | 'not-renewed-by-rule'
  | 'unknown';

/** The state of one renewal, for people and programs. */
export interface RenewalState {
  readonly code: RenewalStateCode;
  /** The state in words, such as `pending approval by finance` or `blocked by budget`. */
  readonly words: string;
  /** Why it is so, as the decision or the order says it; empty where there is nothing to add. */
  readonly because: string;
  /** What somebody can do about it; undefined where nothing is needed, or `because` says it. */
  readonly todo: string | undefined;
}

/** What a state is computed from: the decision after guards, limits and budget, and what became of its order in the same run. */
export interface StateInput {
  /** Undefined: nothing was decided. */
  readonly decision: Pick<Decision, 'verdict' | 'rule' | 'because'> | undefined;
  /** Undefined where no order was begun. */
  readonly outcome?: Pick<RenewalOutcome, 'outcome' | 'code' | 'text' | 'orderId' | 'end'> | undefined;
}

/** What blocks a renewal, by the code of the reason, in the word that people read behind `blocked by`. */
const blockedBy: Readonly<Record<string, string>> = {
  'budget-short': 'budget',
  'no-limit': 'budget',
  'no-spending-limit': 'budget',
  'reservation-released': 'budget',
  'price-over-maximum': 'price',
  'price-unknown': 'price',
  'type-not-priced': 'price',
  'too-far-ahead': 'limit',
  'orders-per-run': 'limit',
  frozen: 'freeze',
  'exception-never': 'exception',
  'exception-unknown': 'exception',
  'expiry-claimed': 'an earlier order',
  'console-auto-renew': 'auto-renewal in the console',
  'auto-renewal-on': 'auto-renewal in the console',
  status: 'its status',
  spot: 'its kind',
  'charge-unknown': 'an incomplete answer',
  'expiry-unknown': 'an incomplete answer',
  'region-unknown': 'an incomplete answer',
  'selector-unknown': 'an incomplete answer',
  'protection-unknown': 'an incomplete answer',
  'policy-horizon': 'the policy',
  'policy-format': 'the policy',
  'month-change': 'month change',
  'deadline-near': 'time',
  stopped: 'a stop',
  'another-run': 'another run',
  'claimed-by-another': 'another run',
  'expiry-changed': 'a changed expiry',
  'decision-changed': 'a changed decision',
  'resource-gone': 'a missing resource',
  'orders-stopped': 'a failing order',
  'order-rejected': 'a refused order',
  'order-not-sent': 'an order that was not sent',
  'order-closing': 'an order that is being closed',
  'reread-failed': 'a failed read',
  'account-mismatch': 'account',
  'account-unknown': 'account',
  'clock-skew': 'clock',
  'journal-unavailable': 'journal',
  'journal-unreadable': 'journal',
  'store-not-shared': 'journal',
};

/** Reasons whose own text says what to do, so that nobody reads it twice. */
const advised: ReadonlySet<string> = new Set([
  'budget-short',
  'no-limit',
  'no-spending-limit',
  'price-over-maximum',
  'type-not-priced',
  'too-far-ahead',
  'expiry-claimed',
  'console-auto-renew',
  'auto-renewal-on',
  'expiry-unknown',
  'policy-horizon',
  'policy-format',
  'store-not-shared',
]);

/** Whoever renewed by hand what a later run orders would pay twice; none orders it where the function only observes, or something else holds it then. */
const unlessOrdered = 'Renew it by hand only if no later run does';

/** What somebody can do, by what blocks; default: renew it by hand. */
const todos: Readonly<Record<string, string>> = {
  budget: 'Raise limits.spendPerMonth, or renew it by hand',
  price: 'Correct the price or the cap in the rule, or renew it by hand',
  limit: 'Raise the limit, or renew it by hand',
  freeze: 'Except renew-before-expiry from the freeze, or renew it by hand',
  exception: 'End the exception, or renew it by hand',
  account: 'Correct the account of the target or the keys, or renew it by hand',
  journal: "Repair the journal ('streamwarden doctor'), or renew it by hand",
  'the policy': 'Push the policy again, or renew it by hand',
  'month change': unlessOrdered,
  'another run': unlessOrdered,
  'a changed expiry': unlessOrdered,
  'a changed decision': unlessOrdered,
};

const byHand = 'Renew it by hand if it is to stay';

/** The state of a renewal. Pure: the same decision and outcome give the same words wherever they are shown. */
export function renewalState({ decision, outcome }: StateInput): RenewalState {
  if (outcome !== undefined && outcome.outcome !== 'stopped') return stateOfOrder(outcome);
  if (decision === undefined) return state('unknown', 'not decided', 'the run could not decide about it', byHand);
  const [first] = decision.because;
  if (outcome !== undefined) return blocked({ code: outcome.code ?? 'stopped', text: outcome.text });
  if (decision.verdict === 'act') return wanted(decision.because);
  if (decision.verdict === 'keep') return kept(decision.rule, first);
  return first === undefined ? blocked({ code: '', text: 'no reason given' }) : held(first);
}

function stateOfOrder({ outcome, code, text, orderId, end }: NonNullable<StateInput['outcome']>): RenewalState {
  if (end?.outcome === 'moved') return state('renewed', 'renewed', text, undefined);
  switch (outcome) {
    case 'ordered':
      return state('ordered', 'ordered', text, payTodo(orderId));
    case 'unclear':
      return state('unclear', 'unclear', text, resolveTodo);
    case 'rejected':
      return blocked({ code: 'order-rejected', text });
    default:
      return blocked({ code: code !== undefined && Object.hasOwn(blockedBy, code) ? code : 'order-not-sent', text });
  }
}

function payTodo(orderId: unknown): string | undefined {
  return typeof orderId === 'string' ? `Pay order ${orderId} where it waits for payment` : undefined;
}

const resolveTodo = "Look for the order in the bill; if none is there, run 'streamwarden resolve' with --void";

function wanted(because: readonly Reason[]): RenewalState {
  const text = because[0]?.text ?? '';
  const approved = because.find(({ code }) => code === 'approved');
  if (approved === undefined) return state('due', 'due', text, undefined);
  const { by, upTo } = approved.data ?? {};
  const amount = isMoneyJson(upTo) ? ` up to ${formatMoney(moneyFromJson(upTo))}` : '';
  return state('approved', `approved${amount}${typeof by === 'string' ? ` by ${by}` : ''}`, text, undefined);
}

function kept(rule: string | null, first: Reason | undefined): RenewalState {
  const text = first?.text ?? '';
  if (rule === null) return state('not-renewed-by-rule', 'not renewed by rule', 'no rule covers it', byHand);
  if (first?.code === 'lets-lapse')
    return state('lapses', 'lapses', `rule ${rule} says never to renew`, `${byHand}, or change rule ${rule}`);
  return state('not-due', 'not due', `rule ${rule}: ${text}`, undefined);
}

function held(first: Reason): RenewalState {
  const { code, text, data = {} } = first;
  const approvers = typeof data['approvers'] === 'string' ? data['approvers'] : 'its approvers';
  // The fact alone: who is to answer, and how, is said behind it.
  const why = typeof data['why'] === 'string' ? data['why'] : text;
  switch (code) {
    case 'needs-approval':
    case 'approval-over':
    case 'approval-too-low':
    case 'unanswered-before':
      return state('pending-approval', `pending approval by ${approvers}`, why, `Ask ${approvers} to answer, or renew it by hand`);
    case 'refused': {
      const by = typeof data['by'] === 'string' ? data['by'] : approvers;
      return state(
        'refused',
        `refused by ${by}`,
        why,
        `It expires unless ${approvers} approves it after all, or somebody renews it by hand`,
      );
    }
    case 'order-begun':
      return state('under-way', 'order under way', text, resolveTodo);
    case 'order-paid':
      return state('ordered', 'ordered and paid', text, undefined);
    case 'order-under-way':
      return state('ordered', 'ordered', text, payTodo(data['order']));
    case 'order-unpaid':
      return state('unpaid', 'unpaid', text, undefined);
    case 'order-unclear':
      return state('unclear', 'unclear', text, undefined);
    case 'expired':
      return state('lapsed', 'lapsed', text, undefined);
    default:
      return blocked(first);
  }
}

function blocked({ code, text }: Pick<Reason, 'code' | 'text'>): RenewalState {
  const by = Object.hasOwn(blockedBy, code) ? (blockedBy[code] as string) : code.startsWith('limit-') ? 'limit' : 'a rule';
  const todo = Object.hasOwn(todos, by) ? (todos[by] as string) : byHand;
  return state('blocked', `blocked by ${by}`, text, advised.has(code) ? undefined : todo);
}

function state(code: RenewalStateCode, words: string, because: string, todo: string | undefined): RenewalState {
  return { code, words, because: because.replace(/[.\s]+$/, ''), todo };
}

/** A state in a sentence or two, as messages and pages carry it: what it is, why, and what somebody can do. */
export function stateSentence({ words, because, todo }: RenewalState): string {
  const what = `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
  const why = because === '' ? '' : `: ${because}`;
  return `${what}${why}.${todo === undefined ? '' : ` ${todo}.`}`;
}
