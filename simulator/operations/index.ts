import type { Handler } from '../handler.ts';
import { handlers as authorization } from './authorization.ts';
import { handlers as bindings } from './bindings.ts';
import { handlers as browser } from './browser.ts';
import { handlers as debugging } from './debugging.ts';
import { handlers as deliveryGroups } from './delivery-groups.ts';
import { handlers as groupAttributes } from './group-attributes.ts';
import { handlers as groupCreation } from './group-creation.ts';
import { handlers as groupImages } from './group-images.ts';
import { handlers as images } from './images.ts';
import { handlers as instances } from './instances.ts';
import { handlers as nodePools } from './node-pools.ts';
import { handlers as ota } from './ota.ts';
import { handlers as prices } from './prices.ts';
import { handlers as regions } from './regions.ts';
import { handlers as renewals } from './renewals.ts';
import { handlers as sessions } from './sessions.ts';
import { handlers as tags } from './tags.ts';
import { handlers as tenant } from './tenant.ts';
import { handlers as workstationOrders } from './workstation-orders.ts';
import { handlers as workstationPower } from './workstation-power.ts';
import { handlers as workstations } from './workstations.ts';

/** The handlers of all operations, by name. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...authorization,
  ...bindings,
  ...browser,
  ...debugging,
  ...deliveryGroups,
  ...groupAttributes,
  ...groupCreation,
  ...groupImages,
  ...images,
  ...instances,
  ...nodePools,
  ...ota,
  ...prices,
  ...regions,
  ...renewals,
  ...sessions,
  ...tags,
  ...tenant,
  ...workstationOrders,
  ...workstationPower,
  ...workstations,
};
