import fc from 'fast-check';

/** How a scale rule may write its method: the end of a flow mapping in YAML. */
export const method = fc.constantFrom(
  '',
  ', method: fixed',
  ', method: service-schedule',
  ', method: service-schedule, stepwise: true',
  ', method: usage',
);

const share = fc.option(fc.constantFrom(0, 10, 30, 100), { nil: undefined });
const count = fc.option(fc.constantFrom(0, 1, 3, 50), { nil: undefined });

/** Limits on harm, each set or not; shares in percent. */
export const limits = fc.record({
  ...{ actionsPerRun: count, actionsPer24h: count, shareOfRulePerRun: share, shareOfRulePer24h: share },
  ...{ sessionsCutPerRun: count, sessionsCutPer24h: count },
});

/** Those that are set. */
export const given = (drawn: Readonly<Record<string, number | undefined>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(drawn).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
