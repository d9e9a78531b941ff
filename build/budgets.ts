/** Largest minified size of a function bundle, in KB (design, budgets). */
const functionKb = 212;

/**
 * The function that orders carries what no other has: claims, answers of approvers, budgets, its own messages and their texts; and 14 KB by which it reads
 * orders, automatic renewal and the balance from billing, so that unclear orders are closed without a person. Loading it is held to the same bound as the
 * others by `npm run bench`.
 */
const orderingKb = 277;

/**
 * The function that scales works out of each change what it harms, what is left of it without that harm, and what it adds beyond the level that
 * there was; it knows what each deviation from an ordinary week stands in for, so that it can take it back without a rule; whose each value is,
 * seen or not; and what each form of a change costs: it follows the real calendar for 30 days, as set and as wanted. Of what it sees it writes the
 * changes only, which takes 6 KB: a whole fleet in each heartbeat would be many times as much to keep. Loading it is held to the same bound as the others.
 */
const scalingKb = 249;

/**
 * The digest reads the fleet by itself, with what it costs and what no sum has, and tells of freezes. It alone folds what all runs saw into records of
 * days, for which it reads samples, decodes and encodes days (12 KB), and it measures what was spent and saved by them (19 KB).
 */
const digestKb = 249;

const ownKb: Readonly<Record<string, number>> = {
  'renew-before-expiry': orderingKb,
  'scale-on-schedule': scalingKb,
  digest: digestKb,
};

/** Largest minified size of the client with five operations, in KB, all that it needs included (design, budgets). */
export const clientBudgetKb = 44;

/** Largest minified size of the bundle of a function, in KB. */
export function bundleBudgetKb(functionName: string): number {
  return ownKb[functionName] ?? functionKb;
}
