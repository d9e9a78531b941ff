import type { Overlay } from '../../api/overlay/entry.ts';
import type { Definition } from './definition.ts';

/**
 * Why a published definition cannot take the place of the one in `api/`; undefined where it can. Asked before anything is written: a file with only the
 * new operations would delete all others.
 */
export function unfitDefinition(published: Partial<Definition>, overlays: readonly Overlay[]): string | undefined {
  const { product, operations } = published;
  if (product === undefined || !Array.isArray(operations)) {
    const kept = overlays.map(({ table }) => table.definition).join(' and ');
    return `has another form than ${kept}: write product, version and operations as they do.`;
  }
  const overlay = overlays.find(({ table }) => table.definition.includes(`/${product.toLowerCase()}-`));
  if (!overlay) return `is the definition of ${product}, of which there is no overlay.`;
  const names = new Set((operations as Definition['operations']).map(({ name }) => name));
  const lost = Object.keys(overlay.entries).filter((name) => !names.has(name));
  if (lost.length === 0) return undefined;
  return `takes the place of the whole definition, and lacks ${lost.slice(0, 5).join(', ')}${lost.length > 5 ? ' and others' : ''}; what the service has dropped is first taken out of ${overlay.table.overlay}.`;
}
