import { automationRunner, type RunnerOptions } from '../../shared/engine/runner.ts';
import type { CompiledPolicy } from '../../shared/policy/compiled.ts';
import { recordingNotifier } from '../fixtures/recording-notifier.ts';
import { policyWith, target } from './dial.ts';
import { fixture } from './run-fixture.ts';

/** Dials that are automated, and people who are told: `ops` of holds, `oncall` of failures, `log` of what was done. */
export function tellingFixture(options: Parameters<typeof fixture>[0] = {}) {
  const b = fixture(options);
  const { notifier, messages, broken } = recordingNotifier(['ops', 'oncall', 'log', 'own']);
  let runner = automationRunner(b.automation);
  return {
    ...b,
    messages,
    broken,
    /** `channel: title` of what arrived since this was asked last. */
    heard: () => messages.splice(0).map(({ channel: name, title }) => `${name}: ${title}`),
    /** The process ends, and another goes on. */
    restart() {
      runner = automationRunner(b.automation);
    },
    run: (mode: 'plan' | 'apply' = 'apply', more: Partial<RunnerOptions> & { readonly policy?: CompiledPolicy } = {}) =>
      runner.run({
        ...{ client: b.service.client, target, policy: tellingPolicy(), store: b.store, clock: b.clock, mode, world: 'a test', notifier },
        ...more,
      }),
  };
}

/** The policy of the fixture, with what differs. */
export function tellingPolicy(more: Partial<CompiledPolicy> = {}): CompiledPolicy {
  return policyWith({ tell: { done: ['log'], held: ['ops'], failed: ['oncall'] }, ...more });
}
