import { publishedKey } from '../../simulator/front/keys.ts';
import { BodyFault, type Handler, ServiceFault } from '../../simulator/handler.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../simulator/simulator.ts';
import { World, type WorldOptions } from '../../simulator/world/world.ts';

/** The account of the small service and its published key. */
export const accountId = '1000000000000001';
export const key = publishedKey(accountId);

/** The world's first instant: 2026-11-25 in the morning of UTC+8. */
export const startMs = Date.UTC(2026, 10, 25, 0, 40);

/** What the small service remembers of its calls. */
export interface SmallState {
  renewals: number;
  readonly inputs: unknown[];
}

/**
 * A simulator whose front is real and whose few operations are small enough to be foreseen: one group that counts its renewals, and
 * a list of ten groups.
 */
export async function startSmall(
  options: Omit<SimulatorOptions, 'world'> & { readonly assumptions?: WorldOptions['assumptions'] } = {},
): Promise<{ simulator: Simulator; state: SmallState }> {
  const { assumptions, ...rest } = options;
  const world = new World({ startMs, seed: 7, ...(assumptions ? { assumptions } : {}) });
  world.account(accountId);
  world.account('1000000000000002');
  const state: SmallState = { renewals: 0, inputs: [] };
  const simulator = await startSimulator({ world, handlers: smallHandlers(state), ...rest });
  return { simulator, state };
}

function smallHandlers(state: SmallState): Record<string, Handler> {
  const remember = (input: unknown) => void state.inputs.push(input);
  return {
    GetAppInstanceGroup: (input) => {
      remember(input);
      return { AppInstanceGroupModels: { AppInstanceGroupId: input.AppInstanceGroupId, Renewals: state.renewals } };
    },
    ListAppInstanceGroup: (input) => {
      remember(input);
      const { PageNumber = 1, PageSize = 20 } = input;
      const all = Array.from({ length: 10 }, (_, index) => ({ AppInstanceGroupId: `aig-${index}` }));
      return {
        TotalCount: 10,
        PageNumber,
        PageSize,
        AppInstanceGroupModels: all.slice((PageNumber - 1) * PageSize, PageNumber * PageSize),
      };
    },
    RenewAppInstanceGroup: (input) => {
      remember(input);
      state.renewals += 1;
      return { OrderId: String(state.renewals) };
    },
    ModifyNodePoolAttribute: (input) => {
      remember(input);
      return {};
    },
    AuthorizeInstanceGroup: (input) => {
      remember(input);
      return {};
    },
    CreateWuyingServer: (input) => {
      remember(input);
      return { Data: { OrderId: '1', WuyingServerIdList: ['ws-1'] } };
    },
    DeleteAppInstanceGroup: () => {
      throw new ServiceFault('InvalidAppInstanceGroup.NotFound', 'The delivery group does not exist.');
    },
    ApproveOtaTask: () => {
      throw new BodyFault('OtaTask.Running', 'The task runs already.');
    },
    DeleteImage: () => {
      throw new TypeError('a defect of the handler');
    },
  };
}

/** The parameters of a renewal. */
export const renewal = { AppInstanceGroupId: 'aig-1', Period: '1', PeriodUnit: 'Month', ProductType: 'CloudApp', AutoPay: 'true' };

/** The parameters of reading a group. */
export const oneGroup = { AppInstanceGroupId: 'aig-1', ProductType: 'CloudApp' };
