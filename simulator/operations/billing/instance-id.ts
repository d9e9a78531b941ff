import { idText } from '../../world/random.ts';

/** How billing names a resource: by the id that App Streaming gives it, or by one of its own that leads nowhere. */
export function instanceIdOf(resourceId: string, ids: 'resource' | 'other'): string {
  return ids === 'resource' ? resourceId : `bss-${idText(`billed ${resourceId}`)}`;
}
