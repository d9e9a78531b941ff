const sections: Readonly<Record<string, string>> = {
  version: 'version: 1',
  timezone: 'timezone: Asia/Shanghai',
  targets: 'targets:\n  cn: {account: "1234567890123456", endpoint: cn-shanghai, regions: [cn-hangzhou], calendar: china}',
  calendars: 'calendars:\n  china: {source: china-state-council}',
  schedules: 'schedules:\n  office: {workday: {08:00-18:00: 100%}}',
  limits:
    'limits: {actionsPerRun: 10, actionsPer24h: 40, shareOfRulePerRun: 30%, shareOfRulePer24h: 50%, sessionsCutPerRun: 5, changedByPush: 10%}',
  rules:
    'rules:\n  scale-on-schedule:\n    - {name: office, groups: {charge: pay-as-you-go}, schedule: office, peak: {tag: peak-nodes, otherwise: 2, atMost: 100}}',
};

/** A good policy without warnings; each section given replaces that of the same key (an empty text leaves it out) or is added. */
export function policyText(replaced: Readonly<Record<string, string>> = {}): string {
  const all = { ...sections, ...replaced };
  return `${Object.values(all)
    .filter((text) => text !== '')
    .join('\n')}\n`;
}

/** Marks a place at which a problem is expected. */
const marker = '▶';

/** The text without its markers, and the places where they stood: `line:column`, both from 1. */
export function unmarked(text: string): { readonly text: string; readonly places: readonly string[] } {
  const places: string[] = [];
  const lines = text.split('\n').map((line, index) => {
    const parts = line.split(marker);
    let column = 1;
    for (const part of parts.slice(0, -1)) {
      column += part.length;
      places.push(`${index + 1}:${column}`);
    }
    return parts.join('');
  });
  return { text: lines.join('\n'), places };
}
