import { type Manifest, recordsOfRuns } from '../../shared/planning/manifest.ts';
import type { FunctionName } from '../../shared/policy/known-functions.ts';

/** What there is to say of renew-before-expiry: it renews subscriptions, and is the only function that orders. */
export const manifest = {
  name: 'renew-before-expiry',
  begins: ['timer'],
  spread: 'together',
  withoutRules: true,
  role: 'buyer',
  calls: [
    'GetAppInstanceGroup',
    'GetResourceRenewPrice',
    'ListAppInstanceGroup',
    'ListWuyingServer',
    'RenewAppInstanceGroup',
    'RenewWuyingServer',
  ],
  billingCalls: ['GetOrderDetail', 'QueryAccountBalance', 'QueryAvailableInstances', 'QueryOrders'],
  writes: [
    ...recordsOfRuns('renew-before-expiry'),
    ...['renewals/', 'order-checks/', 'budget/', 'expiries/', 'sentinel/', 'outbox/renew-before-expiry/'],
  ],
  settings: ['expiry'],
  harms: ['spend'],
  never: ['renew'],
  protect: [],
  page: 'renewals.md',
} as const satisfies Manifest<FunctionName>;
