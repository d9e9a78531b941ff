// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.

/** The pairs of period and unit that can be ordered, shortest first. */
export const legalPeriods = [
  [1, 'Week'],
  [1, 'Month'],
  [2, 'Month'],
  [3, 'Month'],
  [6, 'Month'],
  [1, 'Year'],
  [2, 'Year'],
  [3, 'Year'],
] as const;
