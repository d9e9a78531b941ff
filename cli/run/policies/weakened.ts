import { tellsOnly } from '../../../functions/catalog.ts';
import type { EpochMs } from '../../../shared/client/clock.ts';
import { canonicalJson } from '../../../shared/journal/log/record.ts';
import { rulesOf } from '../../../shared/planning/first-match.ts';
import { covers } from '../../../shared/policy/check/selector-coverage.ts';
import type { CompiledException, CompiledLimits, CompiledPolicy, CompiledTarget } from '../../../shared/policy/compiled.ts';
import { localClock } from '../../render/local-clock.ts';
import { dearer, easierOrders } from './easier-orders.ts';

/** Something that a policy guards less well than the one before it. */
export interface Weakened {
  readonly code: 'protection' | 'limit' | 'freeze' | 'approval' | 'exception' | 'act';
  /** What is weaker, for people. */
  readonly text: string;
}

/** The function that spends, which limits of money and approvals are about. */
const renewals = 'renew-before-expiry';

/** Two policies, and what of the later one acts. */
interface Pair {
  readonly before: CompiledPolicy;
  readonly after: CompiledPolicy;
  readonly nowMs: EpochMs;
  /** Functions that act by the later policy and have rules. */
  readonly acting: readonly string[];
  readonly when: (ms: EpochMs) => string;
}

/**
 * What a policy guards less well than the one before it, as far as a function that acts is concerned: less protection, a higher limit, a shorter
 * freeze, another circle of approvers or fewer questions to it, an exception that ends early, a function that begins to act. What cannot be told to be as strict counts as weaker.
 */
export function weakenedBy(before: CompiledPolicy, after: CompiledPolicy, nowMs: EpochMs): readonly Weakened[] {
  const acting = Object.keys(after.rules).filter((name) => acts(after, name));
  if (acting.length === 0) return [];
  const pair: Pair = { before, after, nowMs, acting, when: (ms) => localClock(after.timezone, nowMs).text(ms) };
  const spends = acting.includes(renewals);
  return [
    ...starting(pair),
    ...(acting.some((name) => name !== renewals) ? [...protection(pair), ...limits(pair)] : []),
    ...(spends ? [...spending(pair), ...questions(pair)] : []),
    ...pushLimit(pair),
    ...approvers(pair),
    ...freezes(pair),
    ...exceptions(pair),
  ];
}

/** True where some function acts by a policy. */
export function actsAtAll(policy: CompiledPolicy): boolean {
  return Object.keys(policy.rules).some((name) => acts(policy, name));
}

function acts({ mode, rules }: CompiledPolicy, name: string): boolean {
  if (tellsOnly.has(name) || (rules[name] ?? []).length === 0) return false;
  return mode.default === 'act' || mode.act.includes(name);
}

function starting({ before, acting }: Pair): Weakened[] {
  return acting.filter((name) => !acts(before, name)).map((name) => ({ code: 'act', text: `${name} begins to act` }));
}

function protection({ before: { protect: old }, after: { protect: now } }: Pair): Weakened[] {
  const weak = (text: string): Weakened => ({ code: 'protection', text });
  const lower = (users: readonly string[]) => users.map((user) => user.toLowerCase());
  const lost = old.users.filter((user) => !lower(now.users).some((wide) => covers({ users: [wide] }, { users: lower([user]) })));
  const groups = old.groups !== undefined && (now.groups === undefined || !covers(now.groups, old.groups));
  const tag = old.ownerTag;
  return [
    ...lost.map((user) => weak(`protect.users: ${user} is protected no more`)),
    ...(groups ? [weak(now.groups === undefined ? 'protect.groups is gone' : 'protect.groups protects other groups than before')] : []),
    ...(tag !== undefined && now.ownerTag?.key !== tag.key ? [weak(`protect.ownerTag: the tag ${tag.key} protects no more`)] : []),
    ...(tag !== undefined && now.ownerTag?.key === tag.key && now.ownerTag.atMostMs < tag.atMostMs
      ? [weak('protect.ownerTag.atMost is shorter')]
      : []),
  ];
}

/** Limits that are told apart from the others: money, and the push itself. */
const ownLimits: ReadonlySet<string> = new Set(['spendPerMonth', 'ordersPerRun', 'changedByPush']);
/** Absent, these have a bound of their own that only a run knows: a number and none cannot be compared. */
const boundedWithout: ReadonlySet<string> = new Set(['nodesAddedPer24h']);

function limits({ before, after }: Pair): Weakened[] {
  const names = new Set([...Object.keys(before.limits), ...Object.keys(after.limits)].filter((name) => !ownLimits.has(name)));
  return [...names].flatMap((name) => {
    const [old, now] = [numberOf(before.limits, name), numberOf(after.limits, name)];
    if (old === now) return [];
    const isHigher =
      old !== undefined && now !== undefined
        ? now > old
        : boundedWithout.has(name) || (now ?? Number.POSITIVE_INFINITY) > (old ?? Number.POSITIVE_INFINITY);
    return isHigher ? [{ code: 'limit', text: `limits.${name}: ${old ?? 'none'} → ${now ?? 'none'}` } as const] : [];
  });
}

/** A limit's number; of `sessionsCutPer24h` also the one that it has by itself. */
function numberOf(all: CompiledLimits, name: string): number | undefined {
  const value = (all as Readonly<Record<string, unknown>>)[name];
  if (typeof value === 'number') return value;
  return name === 'sessionsCutPer24h' && all.sessionsCutPerRun !== undefined ? 4 * all.sessionsCutPerRun : undefined;
}

function pushLimit({ before, after }: Pair): Weakened[] {
  const [old, now] = [before.limits.changedByPush, after.limits.changedByPush];
  const text = `limits.changedByPush: ${old}% → ${now === undefined ? 'none' : `${now}%`}, which would let the next push do more`;
  return old !== undefined && (now === undefined || now > old) ? [{ code: 'limit', text }] : [];
}

/** How many renewals one run orders where the policy does not say. */
const defaultOrders = 50;

function spending({ before: { limits: old }, after: { limits: now } }: Pair): Weakened[] {
  const higher = dearer(old.spendPerMonth ?? [], now.spendPerMonth ?? []);
  const [orders, ordersNow] = [old.ordersPerRun ?? defaultOrders, now.ordersPerRun ?? defaultOrders];
  return [
    ...higher.map((text): Weakened => ({ code: 'limit', text: `limits.spendPerMonth: ${text}` })),
    ...(ordersNow > orders ? [{ code: 'limit', text: `limits.ordersPerRun: ${orders} → ${ordersNow}` } as const] : []),
  ];
}

/** What lets an order pass with less, on any target. */
function questions(pair: Pair): Weakened[] {
  const found = targetPairs(pair).flatMap(({ old, now }) =>
    easierOrders(rulesOf(pair.before, renewals, old), rulesOf(pair.after, renewals, now)),
  );
  return [...new Set(found)].map((text) => ({ code: 'approval', text }));
}

/** Who is one person and who may answer also says who the second person is. */
export function approvers({ before, after }: Pick<Pair, 'before' | 'after'>): readonly Weakened[] {
  const circles = new Set([...Object.keys(before.approvers), ...Object.keys(after.approvers)]);
  const changed = [...circles].filter(
    (circle) =>
      canonicalJson([...(before.approvers[circle] ?? [])] as never) !== canonicalJson([...(after.approvers[circle] ?? [])] as never),
  );
  const account = before.approversAccount !== after.approversAccount;
  return [
    ...changed.map((circle): Weakened => ({ code: 'approval', text: `approvers.${circle} has other people than before` })),
    ...(account ? [{ code: 'approval', text: 'the account of the approvers is another' } as const] : []),
  ];
}

interface Stretch {
  readonly fromMs: EpochMs;
  readonly untilMs: EpochMs;
}

/** Targets of the later policy with what each was called before, and both zones: times are local to a target. One that is new had nothing before. */
function targetPairs({ before, after }: Pair): readonly { readonly old: CompiledTarget; readonly now: CompiledTarget }[] {
  const all = Object.values(before.targets);
  return Object.values(after.targets).flatMap((now) => {
    const old =
      all.find(({ name }) => name === now.name) ??
      all.find(({ account, endpoint }) => account === now.account && endpoint === now.endpoint);
    return old === undefined ? [] : [{ old, now }];
  });
}

/** Each function is asked apart: a freeze is shorter for those that it leaves alone now. */
function freezes(pair: Pair): Weakened[] {
  const { before, after, nowMs, acting, when } = pair;
  const found = new Map<string, Set<string>>();
  for (const { old, now } of targetPairs(pair)) {
    for (const name of acting) {
      const standing = spansIn(
        now.timezone,
        after.freezes.filter(({ except }) => !except.includes(name)),
      );
      for (const freeze of before.freezes.filter(({ except }) => !except.includes(name))) {
        const [gap] = spansIn(old.timezone, [freeze]).flatMap((span) => without(fromNow(span, nowMs), standing));
        if (gap === undefined) continue;
        const text = `freeze "${freeze.because}": lifted from ${when(gap.fromMs)} until ${when(gap.untilMs)}`;
        found.set(text, (found.get(text) ?? new Set()).add(name));
      }
    }
  }
  return [...found].map(([text, names]) => ({ code: 'freeze', text: `${text} for ${[...names].join(', ')}` }));
}

function spansIn(zone: string, all: readonly { readonly spans: Readonly<Record<string, Stretch>> }[]): readonly Stretch[] {
  return all.flatMap(({ spans }) => (spans[zone] === undefined ? [] : [spans[zone]]));
}

function fromNow({ fromMs, untilMs }: Stretch, nowMs: EpochMs): Stretch {
  return { fromMs: Math.max(fromMs, nowMs), untilMs };
}

/** What is left of a stretch where others are taken away. */
function without(whole: Stretch, others: readonly Stretch[]): readonly Stretch[] {
  let left = whole.fromMs < whole.untilMs ? [whole] : [];
  for (const { fromMs, untilMs } of others) {
    left = left.flatMap((each) =>
      [
        { fromMs: each.fromMs, untilMs: Math.min(each.untilMs, fromMs) },
        { fromMs: Math.max(each.fromMs, untilMs), untilMs: each.untilMs },
      ].filter((part) => part.fromMs < part.untilMs),
    );
  }
  return left;
}

function exceptions(pair: Pair): Weakened[] {
  const { before, after, nowMs, when } = pair;
  const found = new Map<string, Weakened>();
  for (const { old, now } of targetPairs(pair)) {
    for (const exception of before.exceptions.filter((each) => isFor(each, old))) {
      const standing = spansIn(
        now.timezone,
        after.exceptions.filter((each) => isFor(each, now) && asksAsMuch(each, exception)),
      );
      const [gap] = spansIn(old.timezone, [exception]).flatMap((span) => without(fromNow(span, nowMs), standing));
      if (gap === undefined) continue;
      const text = `exception "${exception.because}" ends early, or asks for less, from ${when(gap.fromMs)} until ${when(gap.untilMs)}`;
      found.set(text, { code: 'exception', text });
    }
  }
  return [...found.values()];
}

function isFor({ targets }: CompiledException, { name }: CompiledTarget): boolean {
  return targets === undefined || targets.includes(name);
}

/** Whether an exception surely asks for all that another does, of all its resources. */
function asksAsMuch(now: CompiledException, old: CompiledException): boolean {
  const selects = (key: 'groups' | 'workstations'): boolean => {
    const [wide, narrow] = [now[key], old[key]];
    return narrow === undefined || (wide !== undefined && covers(wide, narrow));
  };
  return (
    selects('groups') &&
    selects('workstations') &&
    (now.keepAtLeastPercent ?? 0) >= (old.keepAtLeastPercent ?? 0) &&
    old.never.every((word) => now.never.includes(word))
  );
}
