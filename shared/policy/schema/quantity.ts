import * as z from 'zod/mini';
import { parseMoney } from '../money.ts';
import { parseDuration } from '../values/duration.ts';
import { parseLocalDate, parseLocalDateTime } from '../values/local-date-time.ts';
import { type Parsed, parsed, refused } from '../values/parsed.ts';
import { parsedText } from './text.ts';

function parsePercent(text: string): Parsed<number> {
  const match = /^(\d{1,9}) ?%$/.exec(text);
  if (match === null) {
    if (/^\d+$/.test(text)) return refused(`"${text}" has no unit; write ${text}%`);
    return refused(`"${text}" is not a percentage; write a whole percentage such as 30%`);
  }
  const value = Number(match[1]);
  return value <= 100 ? parsed(value) : refused(`"${text}" is more than everything; write 0% to 100%`);
}

/** A whole percentage from `0%` to `100%`, as a number. */
export const percentText = parsedText(parsePercent, {
  title: 'a percentage',
  examples: ['30%'],
  pattern: '^(100|[1-9]?\\d) ?%$',
});

/** A length of time with one unit, in milliseconds. */
export const durationText = parsedText(parseDuration, {
  title: 'a length of time',
  examples: ['30m', '72h', '7d'],
  pattern: '^(0|[1-9]\\d{0,5})[mhd]$',
});

/** A local date that exists. */
export const dateText = parsedText(parseLocalDate, { title: 'a date', examples: ['2026-12-31'], pattern: '^\\d{4}-\\d{2}-\\d{2}$' });

/** A local date with or without a time; without one it is 00:00. */
export const dateTimeText = parsedText(parseLocalDateTime, {
  title: 'a local date and time',
  examples: ['2026-12-11 18:00', '2026-12-11'],
  pattern: '^\\d{4}-\\d{2}-\\d{2}((\\s+|T)\\d{2}:\\d{2})?$',
});

/** An amount with its currency. */
export const moneyText = parsedText(parseMoney, {
  title: 'an amount of money',
  examples: ['6000 CNY'],
  pattern: '^[\\d,]+(\\.\\d+)?\\s+[A-Z]{3}$',
});

/** A count of zero or more. */
export const countNumber = z.int().check(z.minimum(0), z.meta({ title: 'a whole number', examples: [50] }));
