import type { InputOf } from '../../shared/client/operation.ts';
import type { listWuyingServer } from '../../shared/client/operations/list-wuying-server.ts';
import type { modifyWuyingServerAttribute } from '../../shared/client/operations/modify-wuying-server-attribute.ts';
import type { updateWuyingServerImage } from '../../shared/client/operations/update-wuying-server-image.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import { hash32 } from '../world/random.ts';
import type { WorkstationEntity } from '../world/workstation.ts';
import { numberedPage } from './page.ts';
import { privateAddress, workstationModel } from './workstation-answer.ts';

/** The workstation that a call names. @throws ServiceFault when the account has none with that id */
export function workstationOf({ account }: HandlerContext, id: string | undefined): WorkstationEntity {
  const workstation = account.workstations.get(id ?? '');
  if (!workstation) throw new ServiceFault('InvalidWuyingServer.NotFound', `The specified workstation ${id ?? ''} does not exist.`);
  return workstation;
}

/** Whether a time lies in a window whose start is in it and whose end is not; something without a time is in no window. */
function within(ms: number | undefined, start: string | undefined, end: string | undefined): boolean {
  if (start === undefined && end === undefined) return true;
  if (ms === undefined) return false;
  return (start === undefined || ms >= Date.parse(start)) && (end === undefined || ms < Date.parse(end));
}

function wanted(input: InputOf<typeof listWuyingServer>, workstation: WorkstationEntity): boolean {
  const is = (filter: string | undefined, value: string) => filter === undefined || filter === value;
  const nameOrId = input.WuyingServerNameOrId;
  return (
    (input.WuyingServerIdList === undefined || input.WuyingServerIdList.includes(workstation.id)) &&
    (nameOrId === undefined || workstation.id === nameOrId || workstation.name.includes(nameOrId)) &&
    (input.Status === undefined || workstation.status === input.Status.toUpperCase()) &&
    is(input.BizRegionId, workstation.region) &&
    is(input.ChargeType, workstation.charge) &&
    is(input.ImageId, workstation.imageId) &&
    is(input.OfficeSiteId, workstation.officeSiteId) &&
    is(input.ZoneId, `${workstation.region}-h`) &&
    is(input.ServerInstanceType, workstation.instanceType) &&
    is(input.NetworkInterfaceIp, privateAddress(workstation.id)) &&
    (input.Users === undefined || input.Users.some((user) => workstation.users.includes(user))) &&
    within(workstation.createdMs, input.CreateTimeStart, input.CreateTimeEnd) &&
    within(workstation.expiresMs, input.ExpiredTimeStart, input.ExpiredTimeEnd)
  );
}

/** Workstations in the order in which they were made. */
function list(input: InputOf<typeof listWuyingServer>, context: HandlerContext): Record<string, unknown> {
  const largest = context.world.assumptions.workstationPageSizeMax;
  if ((input.PageSize ?? 0) > largest) throw new ServiceFault('InvalidParameter.PageSize', `PageSize can be ${largest} at most.`);
  const rows = [...context.account.workstations.values()].filter((workstation) => wanted(input, workstation));
  return numberedPage(rows, input, 'WuyingServerList', (workstation) => workstationModel(workstation, context));
}

/** Sets name or password. The password is not kept. */
function modify(input: Partial<InputOf<typeof modifyWuyingServerAttribute>>, context: HandlerContext): Record<string, unknown> {
  const workstation = workstationOf(context, input.WuyingServerId);
  workstation.name = input.WuyingServerName ?? workstation.name;
  if (input.Password !== undefined) workstation.passwordChanges += 1;
  return {};
}

/** Puts another image on a workstation. The id that comes back looks like that of an update, and no operation reads it. */
function updateImage(input: Partial<InputOf<typeof updateWuyingServerImage>>, context: HandlerContext): Record<string, unknown> {
  const workstation = workstationOf(context, input.WuyingServerId);
  if (input.ProductType !== 'WuyingServer') throw new ServiceFault('InvalidParameter.ProductType', 'ProductType must be WuyingServer.');
  const image = context.account.images.get(input.ImageId ?? '');
  if (!image?.usableIn(workstation.region)) {
    throw new ServiceFault('InvalidImage.NotFound', `The image ${input.ImageId ?? ''} is not available in ${workstation.region}.`);
  }
  if (workstation.status !== 'RUNNING' && workstation.status !== 'STOPPED') {
    throw new ServiceFault('OperationDenied.Status', `The workstation ${workstation.id} is ${workstation.status}.`);
  }
  workstation.rebuild(image.id);
  return { TaskId: context.world.newId('ota') };
}

/** The public address of a workstation, from the range that is kept for documentation. */
function describeAddress(
  input: { readonly WuyingServerId: string; readonly Isp?: string },
  context: HandlerContext,
): Record<string, unknown> {
  const { id } = workstationOf(context, input.WuyingServerId);
  const hash = hash32(`${id} ${input.Isp ?? ''}`);
  return {
    EipInfoModel: {
      EipId: `eip-${hash.toString(36)}`,
      IpAddress: `203.0.113.${(hash % 250) + 2}`,
      NetworkInterfaceId: `eni-${hash32(id).toString(36)}`,
      ServerPortRange: '31000/31010',
    },
  };
}

/** Workstations: find, read, change. */
export const handlers: Readonly<Record<string, Handler>> = {
  ListWuyingServer: list,
  ModifyWuyingServerAttribute: modify,
  UpdateWuyingServerImage: updateImage,
  DescribeWuyingServerEipInfo: describeAddress,
};
