import type { HandlerContext } from '../handler.ts';
import { instantText } from '../world/local-time.ts';
import { hash32 } from '../world/random.ts';
import type { WorkstationEntity } from '../world/workstation.ts';

/** A private address that belongs to a workstation. */
export function privateAddress(id: string): string {
  const hash = hash32(id);
  return `10.31.${(hash >>> 8) % 250}.${(hash % 250) + 2}`;
}

/** Status in the spelling that the assumption asks for. */
function statusText(status: string, { world }: HandlerContext): string {
  if (world.assumptions.workstationStatusCase === 'upper') return status;
  return status.charAt(0) + status.slice(1).toLowerCase();
}

/** Sizes are part of the type's name: processors, GB of memory, GB and number of GPUs. */
function typeInfo(type: string): Record<string, unknown> {
  const [, cpus = '0', memory = '0', gpuMemory = '0', gpus = '0'] = /\.(\d+)c(\d+)g(?:\.(\d+)g(\d+)x)?/.exec(type) ?? [];
  return {
    ServerInstanceType: type,
    Cpu: cpus,
    Memory: Number(memory) * 1024,
    Gpu: gpus,
    GpuMemory: Number(gpuMemory) * 1024,
  };
}

/** A workstation in the words of ListWuyingServer. */
export function workstationModel(workstation: WorkstationEntity, context: HandlerContext): Record<string, unknown> {
  const { account } = context;
  const { id, sessions, expiresMs } = workstation;
  return {
    AliUid: Number(account.id),
    WuyingServerId: id,
    WuyingServerName: workstation.name,
    BizRegionId: workstation.region,
    ZoneId: `${workstation.region}-h`,
    OfficeSiteId: workstation.officeSiteId,
    ChargeType: workstation.charge,
    Status: statusText(workstation.status, context),
    ImageId: workstation.imageId,
    ...(account.imageName(workstation.imageId) ? { ImageName: account.imageName(workstation.imageId) } : {}),
    OsType: 'Windows',
    ServerInstanceTypeInfo: typeInfo(workstation.instanceType),
    CreateTime: instantText(workstation.createdMs),
    ...(expiresMs === undefined ? {} : { ExpiredTime: instantText(expiresMs) }),
    NetworkInterfaceIp: privateAddress(id),
    PrivateIpSets: [{ Primary: true, PrivateIpAddress: privateAddress(id) }],
    SystemDiskCategory: 'cloud_auto',
    SystemDiskSize: 100,
    DataDisk: workstation.dataDisks.map((size, index) => ({
      DataDiskCategory: 'cloud_auto',
      DataDiskId: `d-${hash32(`${id} disk ${index}`).toString(36)}`,
      DataDiskNo: String(index + 1),
      DataDiskPerformanceLevel: 'PL1',
      DataDiskSize: size,
    })),
    Users: workstation.users,
    ...(workstation.subPayType === undefined ? {} : { SubPayType: workstation.subPayType }),
    ...(workstation.timer === undefined ? {} : { TimerGroupId: workstation.timer.id }),
    ...(sessions.length > 0 ? { ResourceSessionStatus: 'Connected' } : {}),
    Sessions: sessions.map(({ user, startedMs }) => ({
      UserId: user,
      ResourceSessionStartTime: instantText(startedMs).replace('.000+00:00', 'Z'),
    })),
  };
}
