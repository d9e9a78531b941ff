import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDispatcher } from '../../../functions/dispatch/dispatcher.ts';
import { planDispatch } from '../../../functions/dispatch/plan.ts';
import { scaleOnSchedule } from '../../../functions/scale-on-schedule/automation.ts';
import { tagNewResources } from '../../../functions/tag-new-resources/automation.ts';
import { automationRunner } from '../../../shared/engine/runner.ts';
import { createHandler, type InvocationSummary } from '../../../shared/fc/handle.ts';
import { directoryStore } from '../../../shared/journal/store/directory.ts';
import type { Store } from '../../../shared/journal/store/store.ts';
import { encodePolicy } from '../../../shared/policy/codec.ts';
import { publishedKey } from '../../../simulator/front/keys.ts';
import { Delivery, type DeliveryOptions } from '../../../simulator/invocations/delivery.ts';
import type { CallResult, DeployedFunction } from '../../../simulator/invocations/deployed.ts';
import { type InvocationFront, startInvocationFront } from '../../../simulator/invocations/front.ts';
import { type Simulator, startSimulator } from '../../../simulator/simulator.ts';
import { buildWorld } from '../../../simulator/world/build-world.ts';
import { deployer } from '../../dispatch/invocation-place.ts';
import { policyFrom } from '../../e2e/live-account.ts';
import { passingClock } from '../../fixtures/clocks.ts';

export const regions = ['cn-hangzhou', 'cn-shanghai', 'ap-southeast-1'] as const;
export const accountOf = (index: number): string => String(1000000000000001 + index);

/** Groups of each account in each region. */
const groupsEach = 1;

/** What a deployed function answered, or how it failed. */
type Answered = { readonly target?: string; readonly region?: string } & (
  | { readonly summary: InvocationSummary }
  | { readonly error: Error }
);

export interface FleetPlace {
  readonly simulator: Simulator;
  readonly front: InvocationFront;
  readonly delivery: Delivery;
  readonly answers: Answered[];
  /** Keys in the context of the next invocations. Default: none, and those of the environment count. */
  readonly context: { credentials?: { readonly accessKeyId: string; readonly accessKeySecret: string } };
  /** The journal that all functions share. */
  readonly store: Store;
  /** Begins dispatch as its timer does; gives its summary or its failure. */
  dispatch(event: string): Promise<unknown>;
  /** Nodes that each group of an account is set to. */
  nodesOf(index: number): readonly (number | undefined)[];
  close(): Promise<void>;
}

export const timerEvent = (triggerTime: string, payload: object = {}): string =>
  JSON.stringify({ triggerTime, triggerName: 'every-quarter', payload: JSON.stringify(payload) });

/** Accounts with groups in three regions, a function that scales them, and dispatch, which reaches all by roles. */
export async function fleetPlace(
  accounts: number,
  more: { readonly arrivals?: DeliveryOptions['arrivals']; readonly environment?: Readonly<Record<string, string>> } = {},
): Promise<FleetPlace> {
  const seed = {
    start: '2026-11-24T16:30:00+08:00',
    accounts: Array.from({ length: accounts }, (_, index) => ({
      id: accountOf(index),
      groups: regions.flatMap((region) =>
        Array.from({ length: groupsEach }, (_each, group) => ({
          id: `aig-${index}-${region}-${group}`,
          name: `group-${group}`,
          region,
          pool: { strategy: { fixed: 1 } },
        })),
      ),
    })),
  };
  const targets = seed.accounts.map(
    ({ id }, index) =>
      `  t${index}: {account: "${id}", role: streamwarden, endpoint: cn-shanghai, shardByRegion: true, regions: [${regions.join(', ')}]}`,
  );
  const text = `version: 1
timezone: Asia/Shanghai
mode: {default: act}
targets:
${targets.join('\n')}
schedules: {steady: {everyday: {00:00-24:00: 100%}}}
rules:
  scale-on-schedule:
    - {name: all, groups: all, schedule: steady, method: fixed, peak: {tag: peak-nodes, otherwise: 3, atMost: 100}}
`;
  const key = { ...publishedKey(deployer), accountId: deployer };
  const simulator = await startSimulator({ world: buildWorld(seed), gatewayClock: 'virtual', accessKeys: [key] });
  const { world } = simulator;
  const clock = passingClock(simulator);
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-fleet-'));
  writeFileSync(path.join(folder, 'policy.json'), encodePolicy(policyFrom(text, clock.now())));
  const variables = {
    FC_FUNC_CODE_PATH: folder,
    STREAMWARDEN_STORE: `dir:${path.join(folder, 'journal')}`,
    STREAMWARDEN_SIMULATOR: simulator.url,
    ALIBABA_CLOUD_ACCESS_KEY_ID: key.accessKeyId,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: key.accessKeySecret,
  };
  const answers: Answered[] = [];
  const context: FleetPlace['context'] = {};
  const deployed = (name: string, handler: ReturnType<typeof createHandler>): DeployedFunction => ({
    name: `streamwarden-${name}`,
    call: async ({ payload, requestId }): Promise<CallResult> => {
      const inner = JSON.parse((JSON.parse(Buffer.from(payload).toString()) as { payload: string }).payload) as {
        target?: string;
        region?: string;
      };
      try {
        const summary = await handler(payload, { ...context, requestId, function: { name, timeout: 600 } });
        answers.push({ ...inner, summary });
        return { ok: true, result: summary };
      } catch (error) {
        answers.push({ ...inner, error: error as Error });
        return { ok: false, error: { errorMessage: (error as Error).message } };
      }
    },
    maxAsyncRetryAttempts: 0,
  });
  const write = (): void => {};
  const parts = { environment: variables, clock, write };
  const delivery = new Delivery({
    time: {
      get nowMs() {
        return world.clock.nowMs;
      },
      advanceTo: (toMs) => simulator.advanceTo(Math.max(toMs, world.clock.nowMs)),
    },
    functions: [
      deployed('scale-on-schedule', createHandler(automationRunner(scaleOnSchedule), parts)),
      deployed('tag-new-resources', createHandler(automationRunner(tagNewResources), parts)),
    ],
    arrivals: more.arrivals,
  });
  const front = await startInvocationFront({ keys: simulator.keys, delivery, nowMs: () => world.clock.nowMs });
  const dispatcher = createDispatcher(planDispatch, {
    environment: { ...variables, STREAMWARDEN_FC_ENDPOINT: front.url, ...more.environment },
    clock,
    write,
  });
  return {
    simulator,
    front,
    delivery,
    answers,
    context,
    store: directoryStore(path.join(folder, 'journal')),
    dispatch: (event) => dispatcher(Buffer.from(event), { requestId: 'dispatch', function: { timeout: 300 } }),
    nodesOf: (index) =>
      [...(world.accounts.get(accountOf(index))?.groups.values() ?? [])].map(({ pools }) => pools[0]?.settings.NodeAmount),
    async close() {
      await front.close();
      await simulator.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
