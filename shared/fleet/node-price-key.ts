/** What a price is asked for: a node of one type in one region. */
export interface PricedNode {
  readonly region: string;
  readonly instanceType: string;
}

/** Key under which the hourly price of a pay-as-you-go node is kept for a run. */
export function nodePriceKey(node: PricedNode): string {
  return `node-price/${node.region}/${node.instanceType}`;
}
