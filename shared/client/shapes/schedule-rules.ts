// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.

/**
 * Limits of a weekly schedule: periods of a day, minutes of and between periods, days from its enable to its disable
 * date.
 */
export const scheduleRules = { timerPeriodsMax: 3, gapMinutesMin: 5, periodMinutesMin: 15, spanDaysMin: 7, spanDaysMax: 365 } as const;
