/** Regions in which resources can lie (API definition), those behind the endpoint in Singapore last. */
export const businessRegions: readonly string[] = [
  'cn-shanghai',
  'cn-hangzhou',
  'cn-beijing',
  'cn-shenzhen',
  'cn-zhangjiakou',
  'ap-southeast-1',
];

const displayNames: Readonly<Record<string, string>> = {
  'cn-shanghai': 'China (Shanghai)',
  'cn-hangzhou': 'China (Hangzhou)',
  'cn-beijing': 'China (Beijing)',
  'cn-shenzhen': 'China (Shenzhen)',
  'cn-zhangjiakou': 'China (Zhangjiakou)',
  'ap-southeast-1': 'Singapore',
};

/** How bills call a region. */
export function regionName(region: string): string {
  return displayNames[region] ?? region;
}
