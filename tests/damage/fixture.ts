import { readFileSync } from 'node:fs';
import { ruleModules } from '../../cli/registry.ts';
import { approveOtaWindows } from '../../functions/approve-ota-windows/automation.ts';
import { digest } from '../../functions/digest/digesting.ts';
import { digestRunner } from '../../functions/digest/run-digest.ts';
import { enforcePolicy } from '../../functions/enforce-policy/automation.ts';
import { logOffSessions } from '../../functions/log-off-sessions/automation.ts';
import { powerWorkstations } from '../../functions/power-workstations/automation.ts';
import { renewBeforeExpiry } from '../../functions/renew-before-expiry/renewals.ts';
import { renewalRunner } from '../../functions/renew-before-expiry/run/run-renewals.ts';
import { scaleOnSchedule } from '../../functions/scale-on-schedule/automation.ts';
import { tagNewResources } from '../../functions/tag-new-resources/automation.ts';
import { createClient } from '../../shared/client/call.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { automationRunner, type Runner } from '../../shared/engine/runner.ts';
import { policySource } from '../../shared/fc/policy-source.ts';
import { tellBroken, tellDamaged } from '../../shared/fc/tell-failures.ts';
import { emptyStream } from '../../shared/journal/log/stream.ts';
import { addException, exceptionId } from '../../shared/journal/people/exceptions.ts';
import { sayHalt } from '../../shared/journal/people/halts.ts';
import { newestPolicy, policyBody, publishPolicy } from '../../shared/journal/people/policies.ts';
import type { Store } from '../../shared/journal/store/store.ts';
import { runStoring } from '../../shared/journal/store/store-effect.ts';
import { HourlyMemory } from '../../shared/notify/hourly-memory.ts';
import type { Message } from '../../shared/notify/message.ts';
import { notifierOf } from '../../shared/notify/notifier.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compile } from '../../shared/policy/compile.ts';
import { loadPolicy } from '../../shared/policy/load.ts';
import { publishedKey } from '../../simulator/front/keys.ts';
import { startSimulator } from '../../simulator/simulator.ts';
import { buildWorld } from '../../simulator/world/build-world.ts';
import { passingClock } from '../fixtures/clocks.ts';
import { type MemoryStore, memoryStore } from '../journal/memory-store.ts';

const account = '1000000000000001';
const source = readFileSync(new URL('policy.yaml', import.meta.url), 'utf8');
const at = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00+08:00`);

const seed = {
  start: '2026-11-24T09:40:00+08:00',
  accounts: [
    {
      id: account,
      groups: [
        {
          ...{ id: 'aig-office', name: 'office', region: 'cn-hangzhou', tags: { team: 'office' }, sessionTimeout: -1 },
          ...{ pool: { capacity: 4, strategy: { fixed: 2 } }, users: [{ ids: ['ann', 'ben'] }] },
          sessions: [{ user: 'ann' }, { user: 'ben', connected: false }],
        },
        {
          ...{ id: 'aig-update', name: 'update', region: 'cn-hangzhou', tags: { team: 'update' } },
          ota: { current: '7.3.0', offered: '7.4.0' },
        },
        {
          ...{ id: 'aig-soon', name: 'soon', region: 'cn-hangzhou', charge: 'PrePaid' as const, tags: { team: 'bought' } },
          expiresAt: '2026-11-26T00:00:00+08:00',
        },
        {
          ...{ id: 'aig-later', name: 'later', region: 'cn-hangzhou', charge: 'PrePaid' as const, tags: { team: 'bought' } },
          expiresAt: '2026-11-27T20:00:00+08:00',
        },
      ],
      workstations: [{ id: 'w-1', name: 'artist', region: 'cn-hangzhou', charge: 'PostPaid' as const, status: 'RUNNING' }],
    },
  ],
};

const runners = (): Readonly<Record<string, Runner>> => ({
  'scale-on-schedule': automationRunner(scaleOnSchedule),
  'tag-new-resources': automationRunner(tagNewResources),
  'enforce-policy': automationRunner(enforcePolicy),
  'power-workstations': automationRunner(powerWorkstations),
  'approve-ota-windows': automationRunner(approveOtaWindows),
  'log-off-sessions': automationRunner(logOffSessions),
  'renew-before-expiry': renewalRunner(renewBeforeExpiry),
  digest: digestRunner(digest),
});

/** The functions that runs are compared of. */
export const functionNames: readonly string[] = Object.keys(runners());

/** What a play came to. */
export interface Play {
  /** By function: what each decided and did with each resource in the evening, and what failed. Never a run that threw. */
  readonly did: ReadonlyMap<string, readonly string[]>;
  /** What failed as a whole, by function. */
  readonly failed: ReadonlyMap<string, string>;
  /** Everything that people were told from the evening on. */
  readonly told: string;
  readonly store: MemoryStore;
}

/**
 * A morning in which each function runs, then whatever `damage` does to the journal, an evening in which there is something to do for each of
 * them, and the digest of the next day.
 */
export async function play(damage: (store: MemoryStore, nowMs: number) => Promise<void> = async () => {}): Promise<Play> {
  const simulator = await startSimulator({ world: buildWorld(seed), gatewayClock: 'virtual' });
  try {
    const clock = passingClock(simulator);
    const store = memoryStore();
    const shared: Store = Object.assign(store, { shared: true });
    const policy = compiled(clock.now());
    const { accessKeyId, accessKeySecret } = publishedKey(account);
    const client = createClient({ endpoint: simulator.url, credentials: explicitCredentials({ accessKeyId, accessKeySecret }), clock });
    const messages: Message[] = [];
    const channel = {
      kind: 'test',
      send: async (message: Message) => {
        messages.push(message);
        return { delivered: true as const };
      },
    };
    const notifier = notifierOf(new Map([['ops', channel]]), channel);
    const memory = new HourlyMemory();
    const run = async (name: string, did: Map<string, readonly string[]>, failed: Map<string, string>): Promise<void> => {
      try {
        // As a deployed function does: the policy of the store, what is broken in it, the run, what was damaged.
        const lines: string[] = [];
        const log = (_level: string, _event: string, fields?: object) => void lines.push(JSON.stringify(fields));
        const inUse = await policySource()({ bundled: { policy }, store: shared, address: undefined, log });
        const teller = { functionName: name, notifier, memory, nowMs: clock.now(), log };
        await tellBroken(inUse, teller);
        const target = inUse.policy.targets['home'];
        if (!target) throw new Error('no target');
        const report = await (runners()[name] as Runner).run({
          ...{
            client,
            target,
            policy: inUse.policy,
            store: shared,
            clock,
            mode: 'apply',
            world: 'a test',
            notifier,
            allowLocalStore: true,
          },
        });
        await tellDamaged(report, { ...teller, policy: inUse.policy, store: shared });
        const outcomes = new Map(report.outcomes.map(({ resource, outcome }) => [resource.id, outcome]));
        did.set(
          name,
          report.decisions
            .map(
              ({ resource: { id }, verdict, because }) =>
                `${id} ${outcomes.get(id) ?? verdict} ${verdict === 'hold' ? because[0]?.code : ''}`,
            )
            .sort(),
        );
        if (report.failed) failed.set(name, report.errors.map(({ code, message }) => `${code}: ${message}`).join('; '));
      } catch (error) {
        failed.set(name, `threw ${error instanceof Error ? error.stack : String(error)}`);
      }
    };
    await runStoring(
      store,
      publishPolicy(emptyStream, { owner: 'li', atMs: clock.now() }, policyBody({ by: 'li.wei' }, source, encodePolicy(policy))),
    );
    const { end } = await runStoring(store, newestPolicy());
    if (end)
      await runStoring(
        store,
        publishPolicy(end, { owner: 'tan', atMs: clock.now() }, policyBody({ by: 'tan' }, source, encodePolicy(policy))),
      );
    const untilMs = at('2026-11-25 08:00');
    const said = { owner: 'li', atMs: clock.now() };
    const times = { from: new Date(clock.now()).toISOString(), until: new Date(untilMs).toISOString() };
    await runStoring(
      store,
      addException(exceptionId('launch', untilMs), said, {
        because: 'Launch',
        by: 'li.wei',
        groups: { ids: ['other'] },
        never: ['cut-sessions'],
        ...times,
      }),
    );
    await runStoring(store, sayHalt('7.1.0', said, { kind: 'halt', by: 'li.wei', because: 'black' }));
    const morning = new Map<string, string>();
    for (const name of functionNames) await run(name, new Map(), morning);
    // Twice, so that the journal has more than one record of each kind, and a head that covers it.
    simulator.advanceTo(at('2026-11-24 10:00'));
    for (const name of functionNames) await run(name, new Map(), morning);
    if (morning.size > 0) throw new Error(`the morning failed: ${JSON.stringify([...morning])}`);

    await damage(store, clock.now());
    const groups = simulator.world.accounts.get(account)?.groups;
    groups?.get('aig-later')?.tags.delete('owner');
    const update = groups?.get('aig-update');
    if (update) update.sessionTimeoutMinutes = 20;
    simulator.advanceTo(at('2026-11-24 22:10'));
    messages.length = 0;
    const did = new Map<string, readonly string[]>();
    const failed = new Map<string, string>();
    for (const name of functionNames) await run(name, did, failed);
    simulator.advanceTo(at('2026-11-25 09:10'));
    await run('digest', new Map(), failed);
    const told = messages.map(({ title, text }) => `${title}\n${text}`).join('\n');
    return { did, failed, told, store };
  } finally {
    await simulator.close();
  }
}

function compiled(fromMs: number) {
  const { document, problems } = loadPolicy(source, 'policy.yaml', ruleModules);
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (!document || errors.length > 0) throw new Error(errors.map(({ line, text }) => `${line}: ${text}`).join('\n'));
  return compile(document, fromMs, 400, ruleModules);
}
