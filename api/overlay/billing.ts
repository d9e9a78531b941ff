import type { Field } from '../../build/generate/definition.ts';
import type { Entries, Overlay, Shape } from './entry.ts';

/** Everything but a refusal answers `Success`; the `Code` beside it is spelled in several ways (service notes, Billing). */
const verdict = { codes: ['success', '200', 'ok'], flags: ['Success'], word: 'Success' } as const;

/** Permissions of reading, in the newer spelling and the older one: which of them an account's policies know is not said. */
const permission = (action: string, older: string, level: 'get' | 'list') => ({ action, level, also: [older] }) as const;

/** Lists by page number say their position in `Data`, and carry their rows at a place of their own. */
const numbered = (items: string, maxSize?: number) => ({
  ...{ style: 'page', pageParam: 'PageNum', sizeParam: 'PageSize' },
  ...{ items: `Data.${items}`, total: 'Data.TotalCount' },
  ...(maxSize === undefined ? {} : { maxSize }),
});

/** Lists by token. Their rows have no id: two that say the same are two, and both count. */
const byToken = (items: string) => ({
  ...{ style: 'token', tokenParam: 'NextToken', sizeParam: 'MaxResults', nextToken: 'Data.NextToken' },
  ...{ items: `Data.${items}`, total: 'Data.TotalCount', maxSize: 300 },
});

const bills: Entries = {
  QueryAccountBill: {
    note: ['The bill of the account for a month or its days, as one sum or by product. Free.', 'About 24 hours behind what was used.'],
    verdict,
    notes: { BillingDate: 'Goes with `Granularity` DAILY.', BillOwnerId: 'A member account.' },
    facts: {
      ...{ group: 'Billing', access: 'read', paging: numbered('Items.Item', 300) },
      ram: permission('bss:QueryAccountBill', 'bssapi:QueryAccountBill', 'get'),
    },
    rowId: [],
  },
  QueryBillOverview: {
    note: ['The bill of a month by product and kind of charge, in one answer. Free.'],
    verdict,
    facts: { group: 'Billing', access: 'read' },
  },
  DescribeInstanceBill: {
    note: [
      'The bill by instance, for a month or its days. Free.',
      'Amounts are JSON numbers, which are read as text. About 24 hours behind what was used; tags and specifications 48.',
    ],
    verdict,
    notes: { BillingDate: 'Goes with `Granularity` DAILY.', NextToken: 'That of the last answer; any other is refused.' },
    facts: {
      ...{ group: 'Billing', access: 'read', paging: byToken('Items') },
      ram: { action: 'bssapi:DescribeInstanceBill', level: 'get' },
    },
    rowId: [],
  },
  QuerySettleBill: {
    note: ['The lines of a bill with the number of the order or bill behind each. Free.'],
    verdict,
    notes: { RecordID: 'Number of an order or of a bill.' },
    facts: { group: 'Billing', access: 'read', paging: byToken('Items.Item') },
    rowId: [],
  },
  DescribeInstanceAmortizedCostByConsumePeriod: {
    note: ['What subscriptions cost in a month when their price is spread over their term. Free.'],
    verdict,
    facts: { group: 'Billing', access: 'read', paging: byToken('Items') },
    rowId: [],
  },
};

const orders: Entries = {
  QueryOrders: {
    note: ['Orders by the time at which they were placed. Free.', 'Without a window only those of the last hour. Amounts are text here.'],
    verdict,
    facts: {
      ...{ group: 'Billing', access: 'read', paging: numbered('OrderList.Order') },
      ram: permission('bss:DescribeOrderList', 'bssapi:QueryOrders', 'list'),
    },
    rowId: ['OrderId'],
  },
  GetOrderDetail: {
    note: ['One order with what it is for: `InstanceIDs` is a list as JSON text. Free.'],
    verdict,
    facts: {
      ...{ group: 'Billing', access: 'read' },
      ram: permission('bss:DescribeOrderDetail', 'bssapi:GetOrderDetail', 'get'),
    },
  },
  CancelOrder: {
    note: ['Cancels an order that is not paid. Nothing brings it back, and no automation calls this: a person decides.'],
    effect: 'destructive',
    verdict,
    facts: { group: 'Billing', access: 'write' },
  },
};

const account: Entries = {
  QueryAvailableInstances: {
    note: ['Instances with their end and whether they renew themselves. Free.', '`ProductCode` is needed where `Region` is given.'],
    verdict,
    notes: { InstanceIDs: 'Ids with commas between them, 100 at most.' },
    facts: {
      ...{ group: 'Billing', access: 'read', paging: numbered('InstanceList', 300) },
      ram: permission('bss:DescribeInstances', 'bssapi:QueryAvailableInstances', 'list'),
    },
    rowId: ['InstanceID'],
  },
  QueryAccountBalance: {
    note: ['What the account can spend. Free.', 'Amounts are text; its `Code` of success is `200`.'],
    verdict,
    facts: { group: 'Billing', access: 'read' },
  },
  QueryProductList: {
    note: ['The products that can be billed, with their codes. Free.', 'The total is told only where it is asked for.'],
    verdict,
    facts: { group: 'Billing', access: 'read', paging: numbered('ProductList.Product') },
    rowId: ['ProductCode', 'ProductType', 'SubscriptionType'],
  },
};

/** Fields that are money, by name; whether JSON has them as numbers or as text. */
const money = /Amount(Local)?$|Discount$|DeductedBy(CashCoupons|Coupons|PrepaidCard)$|^Tax$|^ListPrice$|^QuotaLimit$/;

const cycle = { pattern: '^\\d{4}-(0[1-9]|1[0-2])$', format: 'yyyy-MM' };
const day = { pattern: '^\\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])$', format: 'yyyy-MM-dd' };
const instant = { pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$', format: 'yyyy-MM-ddTHH:mm:ssZ' };

/** What is known of parameters beyond their type, by name. */
const known: Readonly<Record<string, Partial<Field>>> = {
  BillingCycle: cycle,
  BillingDate: day,
  ...{ CreateTimeStart: instant, CreateTimeEnd: instant, EndTimeStart: instant, EndTimeEnd: instant },
  Granularity: { enum: ['MONTHLY', 'DAILY'] },
  SubscriptionType: { enum: ['Subscription', 'PayAsYouGo'] },
  PaymentStatus: { enum: ['Unpaid', 'Paid', 'Cancelled'] },
  OrderType: { enum: ['New', 'Renew', 'Upgrade', 'Downgrade', 'Refund', 'Convert'], open: true },
  RenewStatus: { enum: ['AutoRenewal', 'ManualRenewal', 'NotRenewal'] },
  PageNum: { min: 1 },
  PageSize: { min: 1 },
  MaxResults: { min: 1, max: 300 },
};

const types: Readonly<Record<string, string>> = { number: 'integer', map: 'object' };

/** Every number is a `number` in this definition, and lists of the form say nothing of their encoding; the RPC style spreads them. */
function restated(field: Field): Field {
  const { name = '', type } = field;
  if (field.in !== undefined) {
    const encoding = type === 'array' ? 'flat' : 'plain';
    return { ...field, type: types[type] ?? type, encoding, ...known[name] };
  }
  return { ...field, type: money.test(name) ? 'amount' : (types[type] ?? type) };
}

/** What lines of bills, and orders, have in common. A shape can use those before it. */
const shapes: readonly Shape[] = [
  {
    ...{ file: 'instant', name: 'utcInstant', note: 'An instant as parameters of billing write it: UTC, to the second.' },
    of: { request: 'QueryOrders.CreateTimeStart' },
  },
  {
    ...{
      file: 'bill-line',
      name: 'productLine',
      note: 'What a line of a bill by product comes to, and how it was paid. Amounts are text.',
    },
    ...{ of: { answer: 'QueryBillOverview.Data.Items.Item[]' }, fields: { and: 'QuerySettleBill.Data.Items.Item[]' } },
  },
  {
    ...{ file: 'bill-line', name: 'instanceLine', note: 'What a line of a bill says of the instance that it is for.' },
    ...{
      of: { answer: 'DescribeInstanceBill.Data.Items[]' },
      fields: { and: 'DescribeInstanceAmortizedCostByConsumePeriod.Data.Items[]' },
    },
  },
  {
    ...{ file: 'order', name: 'orderLine', note: 'What a list says of an order, and its detail too. Amounts are text.' },
    ...{ of: { answer: 'QueryOrders.Data.OrderList.Order[]' }, fields: { and: 'GetOrderDetail.Data.OrderList.Order[]' } },
  },
];

/** What the definition of billing cannot say about its operations (service notes, Billing). */
export const billing: Overlay = {
  table: {
    definition: 'api/bssopenapi-2017-12-14.json',
    overlay: 'api/overlay/billing.ts',
    operations: 'shared/client/billing',
    shapes: 'shared/client/billing-shapes',
    exportedAs: 'billingOperations',
  },
  entries: { ...bills, ...orders, ...account },
  shapes,
  combined: [],
  ramPrefix: 'bssapi',
  host: 'business.aliyuncs.com',
  restated,
  advice: {
    'yyyy-MM': 'write a month such as 2026-11',
    'yyyy-MM-dd': 'write a date such as 2026-11-25',
    'yyyy-MM-ddTHH:mm:ssZ': 'write an instant in UTC such as 2026-11-25T08:30:00Z',
  },
};
