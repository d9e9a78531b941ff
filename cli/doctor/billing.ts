import { queryAccountBalance } from '../../shared/client/billing/query-account-balance.ts';
import { queryAvailableInstances } from '../../shared/client/billing/query-available-instances.ts';
import { queryOrders } from '../../shared/client/billing/query-orders.ts';
import { queryProductList } from '../../shared/client/billing/query-product-list.ts';
import { type BillingRow, billingPages } from '../../shared/client/billing-pages.ts';
import { atSite } from '../../shared/client/billing-sites.ts';
import type { Client } from '../../shared/client/client.ts';
import { ApiError, CredentialsError } from '../../shared/client/errors.ts';
import type { AnyOperation } from '../../shared/client/operation.ts';
import type { CompiledTarget, TargetBilling } from '../../shared/policy/compiled.ts';
import { type Finding, findingsOf, messageOf } from './finding.ts';

const { ok, warn, fail, unknown } = findingsOf('billing');

type Product = BillingRow<typeof queryProductList>;

/** Names under which App Streaming may be sold. */
const ownName = /无影云应用|云应用|app ?streaming|appstream/i;

/**
 * Whether billing knows a target's product by the code of the policy, and whether it lets us read what renewals read there. A target that does not say
 * how it is billed costs no call and has no finding.
 */
export async function checkBilling(target: CompiledTarget, client: Client): Promise<readonly Finding[]> {
  const { billing } = target;
  if (billing === undefined) return [];
  return [await checkProduct(target.name, billing, client), ...(await checkReads(target.name, billing, client))];
}

async function checkProduct(name: string, billing: TargetBilling, client: Client): Promise<Finding> {
  const products: Product[] = [];
  try {
    const list = billingPages(client, atSite(billing.site, queryProductList), { QueryTotalCount: true, PageSize: 100 });
    for await (const { rows } of list) products.push(...rows);
  } catch (error) {
    return refused(name, queryProductList, error);
  }
  const { productCode, productType } = billing;
  const found = products.filter(({ ProductCode }) => ProductCode === productCode);
  const own = products.filter(({ ProductName }) => ownName.test(ProductName ?? ''));
  const typed = found.find(({ ProductType }) => productType === undefined || ProductType === productType);
  if (typed) {
    const text = `${name}: billing lists the product ${productCode} as ${typed.ProductName ?? 'a product without a name'}`;
    const isOther = own.length > 0 && !own.some(({ ProductCode }) => ProductCode === productCode);
    return isOther ? warn(text, `App Streaming may be ${codesOf(own)}: compare, and correct billing.productCode.`) : ok(text);
  }
  if (found.length > 0) {
    const types = [...new Set(found.map(({ ProductType }) => `'${ProductType ?? ''}'`))].join(', ');
    return fail(`${name}: billing lists ${productCode}, but not with the type ${productType}`, `Its types are ${types}.`);
  }
  const text = `${name}: billing lists no product ${productCode}, so no order is ever found there`;
  if (own.length > 0) return fail(text, `App Streaming may be ${codesOf(own)}: set billing.productCode.`);
  return fail(
    text,
    `None of the ${products.length} products has a name like App Streaming; ask the vendor for its code, and check billing.site.`,
  );
}

function codesOf(products: readonly Product[]): string {
  return [...new Set(products.map(({ ProductCode, ProductName }) => `${ProductCode} (${ProductName})`))].join(' or ');
}

async function checkReads(name: string, { site, productCode }: TargetBilling, client: Client): Promise<readonly Finding[]> {
  const about = { ProductCode: productCode, PageNum: 1, PageSize: 1 };
  const reads: readonly (readonly [AnyOperation, () => Promise<unknown>])[] = [
    [queryOrders, () => client.call(atSite(site, queryOrders), about)],
    [queryAvailableInstances, () => client.call(atSite(site, queryAvailableInstances), about)],
    [queryAccountBalance, () => client.call(atSite(site, queryAccountBalance), {})],
  ];
  const findings: Finding[] = [];
  const allowed: string[] = [];
  for (const [operation, read] of reads) {
    try {
      await read();
      allowed.push(operation.action);
    } catch (error) {
      findings.push(refused(name, operation, error));
    }
  }
  if (allowed.length > 0) findings.unshift(ok(`${name}: reads of billing that are allowed: ${allowed.join(', ')}`));
  return findings;
}

/** What it means that billing refuses a read. Renewals go on without it, as without the key. */
function refused(name: string, { action, ram }: AnyOperation, error: unknown): Finding {
  if (!(error instanceof ApiError || error instanceof CredentialsError)) throw error;
  if (error instanceof ApiError && error.code === 'NotApplicable') {
    const text = `${name}: billing does not offer ${action} for this product`;
    return unknown(text, 'Renewals do without it: look at automatic renewal in the console, and close unclear orders by hand.');
  }
  if (
    error instanceof ApiError &&
    (error.httpStatus === 403 || /^(NoPermission|NotAuthorized|Forbidden|.*AccessDenied)/i.test(error.code))
  ) {
    return fail(`${name}: ${action} is not allowed`, `Grant ${ram.action} on * ('streamwarden ram-policy').`);
  }
  return fail(`${name}: ${action} failed: ${messageOf(error)}`, 'Try again; if it stays, check billing.site of the target.');
}
