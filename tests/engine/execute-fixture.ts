import { ApiError } from '../../shared/client/errors.ts';
import { type DriveWorld, drive } from '../../shared/engine/effects.ts';
import { type Executed, execute } from '../../shared/engine/execute.ts';
import { recheckRules } from '../../shared/engine/recheck.ts';
import { IntentLog } from '../../shared/journal/intents/intent-log.ts';
import { parseRecord } from '../../shared/journal/log/record.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import type { ActDecision } from '../../shared/planning/decision.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { type MemoryStore, memoryStore } from '../journal/memory-store.ts';
import { type Dial, DialService, dialAutomation, HandClock, policyWith, target, type Wishes } from './dial.ts';

/** Everything that a run of the executor needs, around one service and one store that outlive it. */
export function fixture(count = 3) {
  const service = new DialService();
  const wishes: Wishes = new Map();
  for (let n = 0; n < count; n++) {
    service.put(`d${n}`, 'old');
    wishes.set(`d${n}`, { value: 'new' });
  }
  const automation = dialAutomation(service, wishes);
  return { service, wishes, automation, store: memoryStore(), clock: new HandClock() };
}

export type Fixture = ReturnType<typeof fixture>;
export interface Extra {
  readonly owner?: string;
  readonly policy?: CompiledPolicy;
  readonly deadlineMs?: number;
  readonly batch?: number;
  readonly width?: number;
}

/** The executor on whatever differs from the wishes right now. */
export async function prepare(b: Fixture, extra: Extra = {}) {
  const log = await runStoring(b.store, IntentLog.load('dials', target.account));
  const { owner = 'run-1', policy = policyWith(), deadlineMs, batch = 2, width = 1 } = extra;
  const context = { policy, target, nowMs: b.clock.nowMs, written: log.view, facts: { nodePricePerHour: () => undefined } };
  const decisions = [...b.service.dials.values()]
    .map((dial) => b.automation.planner.decide(dial, context))
    .filter((d): d is ActDecision => d.verdict === 'act');
  const again = recheckRules(b.automation, context, log, owner);
  const code = execute<Dial>({ decisions, target: 'cn', owner, log, again, deadlineMs, rules: { batch, width } });
  return { log, decisions, code };
}

export const worldOf = (b: Fixture, more: Partial<DriveWorld<Dial>> = {}): DriveWorld<Dial> => ({
  automation: b.automation,
  client: b.service.client,
  target,
  store: b.store,
  clock: b.clock,
  ...more,
});

export async function executed(b: Fixture, extra: Extra = {}, more: Partial<DriveWorld<Dial>> = {}): Promise<Executed> {
  return drive(worldOf(b, more), (await prepare(b, extra)).code);
}

export const results = ({ outcomes }: Executed) =>
  outcomes.map(({ resource, outcome, because }) => `${resource.id} ${outcome}${because ? ` ${because.code}` : ''}`);
export const recordsOf = (store: MemoryStore) => [...store.records].sort().map(([key, bytes]) => parseRecord(key, bytes));
export const apiError = (executed_: 'no' | 'unknown' | 'yes', code = 'Boom') =>
  new ApiError({
    code,
    message: `${code} happened`,
    operation: 'SetDial',
    executed: executed_,
    httpStatus: 500,
    requestId: 'R-1',
    attempts: 1,
  });
