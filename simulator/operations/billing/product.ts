import { type HandlerContext, ServiceFault } from '../../handler.ts';

/** A product of the vendor, as billing names it. */
interface Product {
  readonly code: string;
  readonly name: string;
}

/** App Streaming, under the code that the switch gives it. */
export function ownProduct({ world }: HandlerContext): Product {
  return { code: world.assumptions.billingProductCode, name: '无影云应用' };
}

const others: readonly Product[] = [
  { code: 'ecs', name: '云服务器 ECS' },
  { code: 'oss', name: '对象存储' },
  { code: 'fc', name: '函数计算' },
];

/** All products with a code. */
export function products(context: HandlerContext): readonly Product[] {
  const own = context.world.assumptions.productListed ? [ownProduct(context)] : [];
  return [...others, ...own];
}

/**
 * Whether a query by product finds what is billed here; one without a product finds everything.
 * @throws ServiceFault NotApplicable for a code that no product has, where the switch says so
 */
export function meansOwnProduct(context: HandlerContext, code: string | undefined): boolean {
  const own = ownProduct(context);
  if (code === undefined || code === own.code) return true;
  if (context.world.assumptions.unknownProductCode === 'refuse' && !others.some((product) => product.code === code)) {
    throw new ServiceFault('NotApplicable', 'The API operation is not applicable for the caller or the product.');
  }
  return false;
}
