import { dayMs, minuteMs } from '../fixtures/times.ts';
import type { HandMove, Story } from './generated-story.ts';
import {
  approve,
  type CompiledPolicy,
  type DeliveryGroupEntity,
  electorateOf,
  offerUpdate,
  personVoice,
  type RunReport,
  readApprovals,
  recordApproval,
  runStoring,
  type Simulator,
  type Store,
} from './product.ts';

/** Does by hand, in an account of the world, what somebody does there. A resource that there is not, or not any more, is passed over. */
export function moveByHand({ world }: Simulator, accountId: string, move: HandMove): void {
  const account = world.accounts.get(accountId);
  const { nowMs } = world.clock;
  if (move.kind === 'power') {
    const workstation = account?.workstations.get(`ws-${move.workstation}`);
    if (workstation?.status === 'STOPPED') workstation.start();
    else if (workstation?.status === 'RUNNING') workstation.stop(true);
    return;
  }
  const group = account?.groups.get(`aig-${move.group}`);
  if (group === undefined) return;
  switch (move.kind) {
    case 'scale':
      if (group.charge === 'PostPaid') group.pools[0]?.setStrategy({ StrategyType: 'NODE_FIXED', NodeAmount: move.nodes }, nowMs);
      return;
    case 'timeout':
      group.sessionTimeoutMinutes = move.minutes;
      return;
    case 'tag':
      if (move.value === undefined) group.tags.delete(move.key);
      else group.setTag(move.key, move.value);
      return;
    case 'offer':
      offerUpdate(group, move.version);
      return;
    case 'renew':
      if (group.expiresMs !== undefined) group.renewUntil(group.expiresMs + move.days * dayMs, nowMs);
      return;
    case 'remove':
      account?.removeGroup(group);
      return;
    case 'approve':
      if (group.ota.offeredVersion !== undefined) approve(group, nowMs + move.minutes * minuteMs);
  }
}

/** Brings people onto the groups of an account, where there is room for them. */
export function arrive({ world }: Simulator, accountId: string, visits: Story['home']['visits']): void {
  const { nowMs } = world.clock;
  for (const { group: place, user, connected, sinceMinutes } of visits) {
    const group: DeliveryGroupEntity | undefined = world.accounts.get(accountId)?.groups.get(`aig-${place}`);
    const session = group?.connect(user, nowMs, { startedMs: nowMs - sinceMinutes * minuteMs });
    if (session === undefined || typeof session === 'string') continue;
    if (!connected) group?.disconnect(session, nowMs);
  }
  const [visit] = visits;
  const workstation = visit && world.accounts.get(accountId)?.workstations.get(`ws-${visit.group}`);
  if (workstation?.status === 'RUNNING') workstation.sessions = [{ user: visit?.user ?? '', startedMs: nowMs - 30 * minuteMs }];
}

/** An approver answers all questions that wait in a report. */
export async function answerAll(
  answer: NonNullable<Story['answer']>,
  { purchases, target: targetName, account }: RunReport,
  policy: CompiledPolicy,
  store: Store,
  nowMs: number,
): Promise<void> {
  const target = policy.targets[targetName];
  if (target === undefined) return;
  const by = { account, user: 'li.wei', userId: 'id-of-li.wei' };
  for (const { resource, approvers: circle, period, amount, expires } of purchases?.waiting ?? []) {
    const expiresAtMs = Date.parse(expires);
    const subject = { circle, account, resource: resource.id, expiresAtMs };
    const { voters, ...others } = electorateOf({ policy, target }, { circle, links: false });
    const read = await runStoring(store, readApprovals(subject, { ...others, voters: [...voters, by] }));
    const [count, unit] = period.split(' ') as [string, string];
    const highest = answer === 'approve-less' ? { ...amount, micros: amount.micros - 1_000_000n } : amount;
    const said = {
      ...{ verdict: answer === 'refuse' ? ('refuse' as const) : ('approve' as const), by, target: targetName, highest },
      ...{ period: { count: Number(count), unit }, atMs: nowMs, untilMs: answer === 'approve-until-past' ? nowMs + minuteMs : expiresAtMs },
    };
    await runStoring(store, recordApproval(subject, `by-${personVoice(circle, by)}`, said, { ends: read.ends }));
  }
}
