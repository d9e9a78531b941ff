/** What people read in the drill, each text once: what differs from one to the next is what a test passes. */
import { ledger, price, type Subscription } from './scene.ts';

const zone = 'Asia/Shanghai';
const called = ({ id, name }: Subscription): string => `${name} (${id})`;
const expiry = ({ expiresAt }: Subscription): string => expiresAt.slice(0, 16).replace('T', ' ');
const lines = (...parts: readonly (string | readonly string[])[]): string => parts.flat().join('\n');

/** One message, as each of these chats shows it. */
export function told(channels: string | readonly string[], title: string, ...body: readonly string[]): string {
  return lines([channels].flat().flatMap((channel) => [`${channel} | Streamwarden · ${title}`, ...body]));
}

/** The question that finance gets, and the hold that the run tells beside it. */
export function asked(because: string, cost = price): string {
  return lines(
    told(
      'money',
      `warning: finance is asked to approve ${cost} for ${called(ledger)}`,
      `1 Month: ${because}. It expires ${expiry(ledger)} ${zone}; without an answer it is not renewed. Answer with 'streamwarden approve ID' or 'streamwarden refuse ID'.`,
      'Decide here: <link>',
    ),
    held(ledger, `Pending approval by finance: ${because}. Ask finance to answer, or renew it by hand.`),
  );
}

/** The message about a renewal that is held. */
export function held(subscription: Subscription, why: string): string {
  return told('money', 'warning: 1 renewal is held on home', `${called(subscription)}: ${why}`);
}

/** The message about the order for the ledger. */
export function ordered({ cost = price, order = '000001000000001' } = {}): string {
  return told(
    'money',
    `info: Ordered a renewal of ${called(ledger)} for ${cost}`,
    `Order ${order}: 1 Month from ${expiry(ledger)} ${zone}, with automatic payment, not in effect yet.`,
  );
}

/** What `approvals` lists: of each subscription its price, its state, and why. */
export function listed(
  ...rows: readonly { readonly of?: Subscription; readonly cost?: string; readonly state: string; readonly why: string }[]
): string {
  return lines(
    rows.map(({ of = ledger, cost = price, state, why }) => {
      return ['home', of.name, of.id, `1 Month from ${of.expiresAt.slice(0, 10)}`, cost, state, why].join('  ');
    }),
    '',
    "Answer with 'streamwarden approve TARGET/ID' or 'streamwarden refuse TARGET/ID'; until it is ordered every answer can be changed.",
  );
}

/** The page of the ledger's renewal: its heading, what counts now, and the form as long as an answer is possible. */
export function page(heading: string, now: string, { cost = price, closed = false } = {}): string {
  const form = [
    'Your name and a word on why, for the journal. Nobody checks it.',
    `[Approve 1 Month for up to ${cost}]`,
    '[Refuse]',
    `Opening this page decides nothing. Either answer can be changed, here or at the command line, until the order is sent. An approval counts for this expiry, this period and a price of no more than ${cost}, until ${expiry(ledger)} ${zone}; if it costs more by then, nothing is ordered and you are asked again.`,
  ];
  return lines(
    heading,
    now,
    `Resource: ${called(ledger)}`,
    'Target: home, account 1000000000000001',
    `Expires: ${expiry(ledger)} ${zone}`,
    'Order: 1 Month',
    `Price: ${cost} at most`,
    'Asked: finance',
    closed ? [] : form,
  );
}

/** What a page says of an approval that counts. */
export function counts(by: string, cost = price): string {
  return `What counts now: approved up to ${cost} by ${by}. The next run orders it if it costs no more than ${cost} then, and the limits of the policy allow it.`;
}

/** What `approve` or `refuse` shows before it writes: who answers, and of each subscription what is asked. */
export function answering(person: string, state: string, ...subscriptions: readonly Subscription[]): string {
  return lines(
    `You: ${person} of account 1000000000000001`,
    '',
    subscriptions.flatMap((each) => [
      `Resource  ${each.id} (${each.name})`,
      'Target  home, account 1000000000000001',
      `Expires  ${expiry(each)} ${zone}`,
      'Order  1 Month',
      `Price now  ${price}; finance was last asked about ${price}`,
      `State  ${state}`,
      '',
    ]),
  );
}

/** What `approve` prints once an approval is written. */
export function approved(person: string, { id, name, expiresAt }: Subscription): string {
  return lines(
    `${person} approved ${id} (${name}) on home, 1 Month, up to ${price}, until ${expiry({ id, name, expiresAt })} ${zone}.`,
    'It counts at that price or less. If it costs more when it is ordered, nothing is ordered and finance is asked again.',
  );
}

/** What `explain` tells. */
export interface Explained {
  readonly of?: Subscription;
  /** Default: held. */
  readonly verdict?: string;
  readonly renewal: string;
  readonly why: readonly string[];
  readonly what?: readonly string[];
  /** Default: PUBLISHED. */
  readonly status?: string;
  /** Default: as at the beginning. */
  readonly expires?: string;
  /** Default: no write. */
  readonly journal?: readonly string[];
}

/** What `explain` prints of a subscription. */
export function explained({
  of = ledger,
  verdict = 'held',
  renewal,
  why,
  what,
  status = 'PUBLISHED',
  expires = expiry(of),
  journal,
}: Explained): string {
  const part = (heading: string, body: readonly string[]): string[] => [`  ${heading}`, ...body.map((line) => `    ${line}`)];
  return lines(
    called(of),
    `  renew-before-expiry on home: ${verdict}, rule groups`,
    '',
    `  Renewal: ${renewal}`,
    '',
    part('Why', why),
    what === undefined ? [] : part('What', what),
    part('Observed', [`region cn-hangzhou, status ${status}, subscription, expires ${expires}`, 'tags none']),
    part('Journal', journal ?? ['no write by this function is recorded']),
  );
}

/** What `spend` prints: November's amounts in CNY, and below them its orders. */
export function spent(
  amounts: { readonly limit?: string; readonly ordered: string; readonly reserved?: string; readonly free: string },
  ...more: string[]
): string {
  const { limit = '500.00', ordered: sum, reserved = '0.00', free } = amounts;
  return lines(
    'month  currency  limit  ordered  reserved  free',
    `2026-11  CNY  ${limit} CNY  ${sum} CNY  ${reserved} CNY  ${free} CNY`,
    more.length === 0 ? [] : ['', ...more],
  );
}

/** A line of `spend` about an order for the ledger. */
export function order(renewal: number, at: string, state: string): string {
  return `  aig-ledger, renewal ${renewal}  target home, account 1000000000000001  ${price}  since ${at}  ${state}`;
}

/** What differs from one digest to the next. A section that is left out is empty. */
export interface Digested {
  readonly from: string;
  readonly to: string;
  readonly counts: string;
  readonly done?: readonly string[];
  readonly held?: readonly string[];
  readonly orders: readonly string[];
  readonly expiring?: readonly string[];
  readonly silent?: readonly string[];
}

/** The digest. */
export function digest({ from, to, counts: summary, orders, ...rest }: Digested): string {
  const {
    done = ['Done (0): Nothing was changed.'],
    held: holds = ['Held (0): Nothing is held.'],
    expiring = ['Expiring in 30 days (0): No subscription ends in the next 30 days.'],
    silent = ['Silent (0): All functions run as they should.'],
  } = rest;
  const sections = [
    ['Streamwarden present digest', `${from} to ${to} ${zone} · home`, summary],
    ...[done, holds, orders, expiring],
    ['Not covered (0): Every resource is covered by some rule.'],
    ['Drift (0): No change of a person stands against the policy.'],
    ['Exceptions ending (0): No exception ends within a week.'],
    silent,
    ['Saved: No nodes by the hour were measured, so nothing is known of savings.'],
    [`Written ${to} ${zone}. Orders are as quoted; costs are measured. Holds, expiries and drift are as of then.`],
  ];
  return sections.map((section) => section.join('\n')).join('\n\n');
}
