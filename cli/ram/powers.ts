import { type CatalogEntry, catalog } from '../../functions/catalog.ts';
import type { FunctionRole, Manifest } from '../../shared/planning/manifest.ts';

/** What a function does that a permission is needed for: what its manifest says of it, and what it starts. */
interface Power extends Pick<Manifest, 'role' | 'calls' | 'billingCalls' | 'writes' | 'reads' | 'withoutRules'> {
  /** It starts the functions of these roles. Where there is one target only it runs them itself, and needs what they need. */
  readonly starts?: readonly FunctionRole[];
}

/** The powers of functions, by name. */
export type Powers = Readonly<Record<string, Power>>;

/** The powers of the functions of a catalog. */
export function powersOf(entries: readonly CatalogEntry[]): Powers {
  const manifests = entries.map(({ manifest }) => manifest);
  const spread = manifests.filter((manifest) => manifest.spread !== undefined && manifest.spread !== 'together');
  const starts = [...new Set(spread.map(({ role }) => role))];
  return Object.fromEntries(manifests.map((manifest) => [manifest.name, { ...manifest, ...(manifest.startsOthers ? { starts } : {}) }]));
}

/** The powers of each function. */
export const powers: Powers = powersOf(catalog);

/** The function that Function Compute calls when an invocation of another fails. */
export const failureDestination = 'report-failure';

/** Names of the functions that run in a role. */
export function functionsOf(role: FunctionRole, among: Powers): readonly string[] {
  return Object.keys(among).filter((name) => among[name]?.role === role);
}
