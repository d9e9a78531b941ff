import type { Totals } from './report.ts';

/** A page of what is observed, with how many the service has announced so far; see `Automation.observe`. */
interface Page<R> {
  readonly resources: readonly R[];
  readonly total: number | undefined;
}

/** Passes over a list at most. */
const mostPasses = { once: 2, agreeing: 3 } as const;

/**
 * Reads lists to their end and hands over each resource once. A list that moves while it is read can skip rows, so what was read is compared with what
 * was announced, and where it differs all is read once more; `complete` says whether the last pass came out even. That a row went and another came
 * in one pass no total shows: with `agreeing` two passes in turn must have read the same ids, save where one answer carried everything.
 * @throws what reading and visiting throw; what was handed over before stands
 */
export async function observeWhole<R extends { readonly id: string }>(
  observe: () => AsyncIterable<Page<R>>,
  visit: (fresh: readonly R[], announced: number | undefined) => void | Promise<void>,
  { agreeing = false }: { readonly agreeing?: boolean | undefined } = {},
): Promise<Totals> {
  const met = new Set<string>();
  let before: ReadonlySet<string> | undefined;
  for (let pass = 1; ; pass += 1) {
    // Ids of a large fleet weigh megabytes: one set serves as long as nothing is compared.
    const ids = pass === 1 && !agreeing ? met : new Set<string>();
    let announced: number | undefined;
    let pages = 0;
    for await (const { resources, total } of observe()) {
      pages += 1;
      announced = total ?? announced;
      const fresh = resources.filter(({ id }) => !met.has(id) && met.add(id));
      for (const { id } of resources) ids.add(id);
      await visit(fresh, announced);
    }
    const even = ids.size === announced;
    const complete = even && (!agreeing || pages === 1 || (before !== undefined && sameIds(before, ids)));
    const isLast = pass >= (agreeing ? mostPasses.agreeing : mostPasses.once);
    if (complete || announced === undefined || isLast) return { observed: ids.size, announced, complete };
    before = even ? ids : undefined;
  }
}

function sameIds(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...one].every((id) => other.has(id));
}

/** What is wrong where lists did not come out even, and what to do. */
export function incompleteText({ observed, announced }: Pick<Totals, 'observed' | 'announced'>): string {
  return (
    `The service announced ${announced ?? 'an unknown number of'} resources, and ${observed} were read, also when read again: what is missing was not ` +
    'decided. Look whether it is still so in the next run; if so, compare with the console.'
  );
}
