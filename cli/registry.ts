import { type CatalogEntry, catalog } from '../functions/catalog.ts';
import type { AnyRuleModule } from '../shared/policy/rule-module.ts';

/** The rule modules of the functions of a catalog that have rules, in its order. */
export async function ruleModulesOf(entries: readonly CatalogEntry[]): Promise<readonly AnyRuleModule[]> {
  const loaded = await Promise.all(entries.map(({ rules }) => rules?.()));
  return loaded.flatMap((found) => (found === undefined ? [] : [found.ruleModule]));
}

/** The rule modules of all functions that are built; rules of any other function are only a warning. */
export const ruleModules: readonly AnyRuleModule[] = await ruleModulesOf(catalog);
