/**
 * All that the corpus uses of the product, of the simulator and of other tests. Files move; only this one has to follow, so nothing else in this
 * folder imports them, their types included.
 */
export { ruleModules } from '../../cli/registry.ts';
export { runners } from '../../cli/runners.ts';
export { createClient } from '../../shared/client/call.ts';
export type { Client } from '../../shared/client/client.ts';
export { explicitCredentials } from '../../shared/client/credentials.ts';
export type { TriggerEvent } from '../../shared/engine/automation.ts';
export { PlannedSpending } from '../../shared/engine/planned-spending.ts';
export type { RunReport } from '../../shared/engine/report.ts';
export { canonicalJson } from '../../shared/journal/log/record.ts';
export { electorateOf } from '../../shared/journal/people/answers.ts';
export { personVoice, readApprovals, recordApproval } from '../../shared/journal/people/approvals.ts';
export { sayHalt } from '../../shared/journal/people/halts.ts';
export type { Store } from '../../shared/journal/store/store.ts';
export { runStoring } from '../../shared/journal/store/store-effect.ts';
export { notifierOf } from '../../shared/notify/notifier.ts';
export type { Decision } from '../../shared/planning/decision.ts';
export { compile } from '../../shared/policy/compile.ts';
export type { CompiledPolicy, CompiledTarget } from '../../shared/policy/compiled.ts';
export { shardsOf } from '../../shared/policy/fan-out.ts';
export { loadPolicy } from '../../shared/policy/load.ts';
export type { Fault } from '../../simulator/faults.ts';
export { publishedKey } from '../../simulator/front/keys.ts';
export type { Handler } from '../../simulator/handler.ts';
export { handlers } from '../../simulator/operations/index.ts';
export { type Simulator, startSimulator } from '../../simulator/simulator.ts';
export { buildWorld } from '../../simulator/world/build-world.ts';
export type { DeliveryGroupEntity } from '../../simulator/world/delivery-group.ts';
export { approve, offerUpdate } from '../../simulator/world/ota-task.ts';
export { hash32 } from '../../simulator/world/random.ts';
export type { AccountSeed, GroupSeed, StrategySeed, WorkstationSeed } from '../../simulator/world/seed.ts';
export { given, limits, method } from '../functions/scale-on-schedule/generated-fences.ts';
export { schedules } from '../functions/scale-on-schedule/plan-fixture.ts';
export { type Fields, strategy } from '../import/generated-strategy.ts';
export { type MemoryStore, memoryStore } from '../journal/memory-store.ts';
