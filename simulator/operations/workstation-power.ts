import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import type { WorkstationEntity, WorkstationStatus } from '../world/workstation.ts';
import { workstationOf } from './workstations.ts';

interface PowerInput {
  readonly WuyingServerIdList?: readonly string[];
  readonly Force?: boolean;
}

/** The workstations of a power call. The answer tells nothing per workstation, so a wrong id has to fail the call or vanish. */
function namedOnes(input: PowerInput, context: HandlerContext): WorkstationEntity[] {
  const { workstationEmptyList, workstationUnknownId } = context.world.assumptions;
  const ids = [...new Set(input.WuyingServerIdList ?? [])];
  if (ids.length === 0) {
    if (workstationEmptyList === 'all') return [...context.account.workstations.values()];
    throw new ServiceFault('MissingWuyingServerIdList', 'WuyingServerIdList is mandatory for this action.');
  }
  const known = workstationUnknownId === 'skip' ? ids.filter((id) => context.account.workstations.has(id)) : ids;
  return known.map((id) => workstationOf(context, id));
}

/** A power call: all workstations must be in a state that it makes sense in, or none is touched. */
function power(from: readonly WorkstationStatus[], act: (workstation: WorkstationEntity, input: PowerInput) => void): Handler {
  return (input: PowerInput, context) => {
    const named = namedOnes(input, context);
    const fit = named.filter(({ status }) => from.includes(status));
    const unfit = named.find((workstation) => !fit.includes(workstation));
    if (unfit && context.world.assumptions.workstationWrongState === 'refuse') {
      throw new ServiceFault('OperationDenied.Status', `The workstation ${unfit.id} is ${unfit.status}.`);
    }
    for (const workstation of fit) act(workstation, input);
    return {};
  };
}

/** Power of workstations. */
export const handlers: Readonly<Record<string, Handler>> = {
  StartWuyingServer: power(['STOPPED'], (workstation) => workstation.start()),
  StopWuyingServer: power(['RUNNING'], (workstation, { Force = false }) => workstation.stop(Force)),
  RestartWuyingServer: power(['RUNNING'], (workstation) => workstation.restart()),
};
