import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { ruleModule } from '../../functions/scale-on-schedule/rule.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import type { RunReport } from '../../shared/engine/report.ts';
import { run } from '../../shared/engine/run.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { compile } from '../../shared/policy/compile.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { memoryStore } from '../journal/memory-store.ts';

/** A policy compiled from its text, from an instant on. Throws where the text has errors. */
export function policyFrom(text: string, nowMs: number): CompiledPolicy {
  const { document, problems } = loadPolicy(text, 'policy.yaml', [ruleModule]);
  if (!document) throw new Error(problems.map((problem) => problem.text).join('\n'));
  return compile(document, nowMs, undefined, [ruleModule]);
}

/** scale-on-schedule at work on all targets of a policy, over HTTP, in the time of the simulated world. */
export interface LiveAccount {
  readonly policy: CompiledPolicy;
  readonly store: Store;
  /** One run for each target. */
  runs(mode: 'plan' | 'apply'): Promise<readonly RunReport[]>;
}

/** Puts scale-on-schedule to work on a simulator. */
export function liveAccount(simulator: Simulator, policyText: string): LiveAccount {
  const clock = worldClock(simulator);
  const policy = policyFrom(policyText, clock.now());
  const store = memoryStore();
  const targets = Object.values(policy.targets).map((target) => {
    const { accessKeyId, accessKeySecret } = publishedKey(target.account);
    const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
    return { target, client };
  });
  return {
    policy,
    store,
    async runs(mode) {
      const reports: RunReport[] = [];
      for (const { target, client } of targets) {
        reports.push(await run({ automation: scaleOnSchedule, target, client, policy, store, clock, mode, world: 'test' }));
      }
      return reports;
    },
  };
}
