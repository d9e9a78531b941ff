/** Regions in which resources can lie (API definition), those behind the endpoint in Singapore last. */
export const businessRegions: readonly string[] = [
  'cn-shanghai',
  'cn-hangzhou',
  'cn-beijing',
  'cn-shenzhen',
  'cn-zhangjiakou',
  'ap-southeast-1',
];
