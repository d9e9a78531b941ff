import { deliveryGroups } from './delivery-groups.ts';
import type { Overlay } from './entry.ts';
import { images } from './images.ts';
import { resources } from './resources.ts';
import { sessions } from './sessions.ts';
import { combined, shapes } from './shapes.ts';
import { workstations } from './workstations.ts';

/** What the definition of App Streaming cannot say about its operations (service notes). */
export const appStreaming: Overlay = {
  table: {
    definition: 'api/appstream-center-2021-09-01.json',
    overlay: 'api/overlay/',
    operations: 'shared/client/operations',
    shapes: 'shared/client/shapes',
    exportedAs: 'operations',
  },
  entries: { ...deliveryGroups, ...images, ...resources, ...sessions, ...workstations },
  shapes,
  combined,
  ramPrefix: 'appstreaming',
  advice: { 'HH:mm': 'write a time of the day such as 08:30', 'yyyy-MM-dd': 'write a date such as 2026-11-25' },
};
