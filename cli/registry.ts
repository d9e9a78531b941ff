import { type CatalogEntry, catalog } from '../functions/catalog.ts';
import type { AnyRuleModule } from '../shared/policy/rule-module.ts';

/** The rule modules of the functions of a catalog that have rules, in its order. */
export async function ruleModulesOf(entries: readonly CatalogEntry[]): Promise<readonly AnyRuleModule[]> {
  const loaded = await Promise.all(entries.map(async ({ manifest, rules }) => ({ manifest, found: await rules?.() })));
  return loaded.flatMap(({ manifest, found }) =>
    found === undefined ? [] : [{ ...found.ruleModule, bindings: manifest, onlyTells: manifest.settings.length === 0 }],
  );
}

/** The rule modules of all functions that are built; rules of any other function are only a warning. */
export const ruleModules: readonly AnyRuleModule[] = await ruleModulesOf(catalog);
