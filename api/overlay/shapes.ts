import type { Combined, Shape } from './entry.ts';

/** What several operations have in common. A shape can use those before it. */
export const shapes: readonly Shape[] = [
  { file: 'product', name: 'cloudApp', note: 'The only product type of delivery groups.', of: { request: 'Unbind.ProductType' } },
  {
    file: 'region',
    name: 'businessRegion',
    note: 'Region of a resource; ListRegions names those that exist today.',
    of: { request: 'UpdateAppInstanceGroupImage.BizRegionId' },
  },
  { file: 'tag', name: 'taggedIds', note: 'Ids of resources of one kind.', of: { request: 'ListTagCloudResources.ResourceIds' } },
  {
    file: 'tag',
    name: 'tagText',
    note: 'A key or a value of a tag, upper and lower case told apart.',
    of: { request: 'UntagCloudResources.TagKeys[]' },
  },
  {
    file: 'tag',
    name: 'tagFilter',
    note: 'A tag to filter by; without a value any value matches.',
    of: { request: 'ListAppInstanceGroup.Tag[]' },
  },
  {
    file: 'tag',
    name: 'readTags',
    note: 'Tags as the service reports them; `System` ones steer the service itself.',
    of: { answer: 'ListAppInstanceGroup.AppInstanceGroupModels[].Tags' },
  },
  {
    file: 'period',
    name: 'period',
    note: 'Length of a subscription period in units of `PeriodUnit`; not every number goes with every unit.',
    of: { request: 'RenewAppInstanceGroup.Period' },
  },
  {
    file: 'period',
    name: 'periodUnit',
    note: 'Unit of a subscription period; the service tells upper from lower case.',
    of: { request: 'RenewAppInstanceGroup.PeriodUnit' },
  },
  {
    file: 'price',
    name: 'promotion',
    note: 'A discount that can be named in an order through its `PromotionId`.',
    of: { answer: 'GetResourceRenewPrice.Data.Price.Promotions[]' },
  },
  {
    file: 'price',
    name: 'price',
    note: 'A price. Amounts are decimal text: `TradePrice` is due, and is `OriginalPrice` less `DiscountPrice` (service notes).',
    of: { answer: 'GetResourceRenewPrice.Data.Price' },
  },
  {
    file: 'price',
    name: 'priceRules',
    note: 'Rules by which a price came about.',
    of: { answer: 'GetResourceRenewPrice.Data.Rules' },
  },
  {
    file: 'scaling-strategy',
    name: 'clockTime',
    note: 'A time of the day. The zone is stated nowhere in the API (service notes, unverified).',
    of: { request: 'ModifyNodePoolAttribute.NodePoolStrategy.RecurrenceSchedules[].TimerPeriods[].StartTime' },
  },
  {
    file: 'scaling-strategy',
    name: 'calendarDate',
    note: 'A date.',
    of: { request: 'ModifyNodePoolAttribute.NodePoolStrategy.StrategyEnableDate' },
  },
  {
    file: 'scaling-strategy',
    name: 'recurrence',
    note: 'Periods for the weekdays named in `RecurrenceValues`, 1 for Monday to 7 for Sunday.',
    of: { request: 'ModifyNodePoolAttribute.NodePoolStrategy.RecurrenceSchedules[]' },
  },
  {
    file: 'scaling-strategy',
    name: 'scalingFields',
    note: 'How a node pool scales, as requests say it; `scaling-rules.ts` knows which fields a strategy needs. Send the whole strategy: what becomes of fields that are left out is documented nowhere.',
    of: { request: 'ModifyNodePoolAttribute.NodePoolStrategy' },
    fields: { and: 'CreateAppInstanceGroup.NodePool' },
    notes: {
      MaxIdleAppInstanceAmount: 'Scale out only while fewer sessions than this are idle.',
      MaxScalingAmount: 'Most elastic nodes.',
      NodeAmount: 'Nodes at rest; a subscription group cannot change it here.',
      ScalingDownAfterIdleMinutes: 'How long a node stays idle before it goes.',
      ScalingStep: 'Nodes added at a time.',
      ScalingUsageThreshold: 'Sessions in use, as text.',
    },
  },
  {
    file: 'delivery-group',
    name: 'deliveryGroup',
    note: 'What both reads of a delivery group tell. In its node pools `NodeAmount` counts subscription or fixed nodes and `ScalingNodeAmount` elastic ones; `RecurrenceType` may be spelled `Weekly` where the request wants `weekly`.',
    of: { answer: 'GetAppInstanceGroup.AppInstanceGroupModels' },
    fields: { and: 'ListAppInstanceGroup.AppInstanceGroupModels[]' },
  },
];

/** Values that are legal only together. */
export const combined: readonly Combined[] = [
  {
    file: 'period',
    name: 'periodPair',
    note: 'The closed set of pairs. The service accepts others and fails later, when it orders (service notes).',
    operation: 'RenewAppInstanceGroup',
    at: 'Period',
    values: { file: 'legal-periods', name: 'legalPeriods', note: 'The pairs of period and unit that can be ordered, shortest first.' },
    type: { name: 'Period', note: 'The pairs of period and unit that can be ordered.', exported: true },
  },
  {
    file: 'streaming-mode',
    name: 'streamingPair',
    note: 'The closed set of pairs; one field alone is refused, since what it would mean is documented nowhere.',
    operation: 'ModifyAppPolicy',
    at: 'VideoPolicy.StreamingMode',
    type: {
      name: 'Streaming',
      note: 'Legal pairs of transport and picture mode: WebRTC, video stream, mixed stream; or neither field at all.',
    },
  },
];
