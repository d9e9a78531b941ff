import { createClient } from '../../shared/client/call.ts';
import type { Client } from '../../shared/client/client.ts';
import { explicitCredentials } from '../../shared/client/credentials.ts';
import { authorizeInstanceGroup } from '../../shared/client/operations/authorize-instance-group.ts';
import { createAppInstanceGroup } from '../../shared/client/operations/create-app-instance-group.ts';
import { modifyNodePoolAttribute } from '../../shared/client/operations/modify-node-pool-attribute.ts';
import { untagCloudResources } from '../../shared/client/operations/untag-cloud-resources.ts';
import type { Simulator } from '../../simulator/simulator.ts';
import { worldClock } from '../fixtures/clocks.ts';
import { shanghai } from '../fixtures/shanghai.ts';
import type { HandMove } from './automations-week.ts';
import { groupNamed } from './week-story.ts';

const account = '1234567890123456';
const cloudApp = { ProductType: 'CloudApp' } as const;

/** Who calls the service by hand in these plays: by keys of their own, so that their calls can be told from ours. */
export const callerKey = { accessKeyId: 'colleague', accessKeySecret: 'colleague-secret', accountId: account, user: 'zhou.jie' };

function clientOf(simulator: Simulator): Client {
  simulator.keys.add(callerKey);
  const clock = worldClock(simulator);
  return createClient({ endpoint: simulator.url, credentials: explicitCredentials(callerKey), clock });
}

/** A call of a colleague; that a fault meets it is their trouble. */
const call = (text: string, work: (client: Client, simulator: Simulator) => Promise<unknown>): HandMove => ({
  atMs: shanghai(text),
  move: async (simulator) => {
    await work(clientOf(simulator), simulator).catch(() => undefined);
  },
});

const made = (name: string) => (client: Client) =>
  client.call(createAppInstanceGroup, {
    ...{ ...cloudApp, AppInstanceGroupName: name, BizRegionId: 'cn-shanghai', ChargeType: 'PostPaid', ChargeResourceMode: 'Node' },
    ...{ AppCenterImageId: 'img-office2026q3', Period: 1, PeriodUnit: 'Month', SessionTimeout: 15 },
    NodePool: { NodeInstanceType: 'appstreaming.general.4c8g', NodeCapacity: 2, NodeAmount: 1, StrategyType: 'NODE_FIXED' },
  } as never);

/** What people do through the service itself, so that the audit trail tells of it. */
export const callers: readonly HandMove[] = [
  call('2026-11-25 14:02', made('fin-quarter')),
  call('2026-11-25 16:32', made('pilot')),
  call('2026-11-26 09:33', (client, simulator) =>
    client.call(authorizeInstanceGroup, {
      ...{ ...cloudApp, AppInstanceGroupId: groupNamed(simulator, 'hr-portal').id, AuthorizeUserIds: ['new-hire'] },
    }),
  ),
  call('2026-11-26 15:02', (client, simulator) =>
    client.call(untagCloudResources, {
      ...{ ResourceType: 'AppInstanceGroupId', ResourceIds: [groupNamed(simulator, 'fin-reports').id], TagKeys: ['owner'] },
    } as never),
  ),
  // A colleague sets a count in the console, in the middle of an afternoon.
  call('2026-11-26 14:12', (client, simulator) => {
    const [pool] = groupNamed(simulator, 'service-overflow').pools;
    return client.call(modifyNodePoolAttribute, {
      ...{ ...cloudApp, PoolId: pool?.id ?? '', BizRegionId: 'cn-shanghai' },
      NodePoolStrategy: { StrategyType: 'NODE_FIXED', NodeAmount: 5 },
    } as never);
  }),
];
