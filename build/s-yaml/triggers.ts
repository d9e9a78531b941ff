import * as z from 'zod';

/** True for a time zone that this machine knows. */
function isZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The ranges of the six fields, second first. */
const ranges = [
  [0, 59],
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;

/** True for `*`, numbers, ranges, steps and lists of them. Names of days and `?`, `L`, `#` are not documented, so they do not pass. */
function isField(text: string, [lowest, highest]: readonly [number, number]): boolean {
  return text.split(',').every((part) => {
    const [, from, to, step] = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part) ?? [];
    if (!/^(\*|\d+(-\d+)?)(\/\d+)?$/.test(part) || Number(step ?? 1) < 1) return false;
    const numbers = [from, to].filter((number) => number !== undefined).map(Number);
    return numbers.every((number) => number >= lowest && number <= highest) && (numbers[0] ?? 0) <= (numbers[1] ?? highest);
  });
}

/** Six cron fields behind an optional zone, or an interval of whole minutes (Function Compute facts, timer). */
function isTime(text: string): boolean {
  if (/^@every [1-9]\d*m$/.test(text)) return true;
  const [, zone, fields = text] = /^CRON_TZ=(\S+) (.*)$/.exec(text) ?? [];
  const parts = fields.split(' ');
  return (zone === undefined || isZone(zone)) && parts.length === 6 && ranges.every((range, index) => isField(parts[index] ?? '', range));
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

const jsonObject = z.string().refine(isJsonObject, 'needs a JSON object in a text');

const always = {
  triggerName: z.string().regex(/^[A-Za-z_][\w-]{0,127}$/, 'needs letters, digits, _ and -'),
  qualifier: z.literal('LATEST'),
  description: z.string().optional(),
};

const timer = z.strictObject({
  ...always,
  triggerType: z.literal('timer'),
  triggerConfig: z.strictObject({
    cronExpression: z
      .string()
      .refine(isTime, 'needs six cron fields in digits (second first), an optional CRON_TZ=<zone> before them, or @every <minutes>m'),
    enable: z.boolean(),
    payload: jsonObject,
  }),
});

const http = z.strictObject({
  ...always,
  triggerType: z.literal('http'),
  triggerConfig: z.strictObject({
    authType: z.enum(['anonymous', 'function']),
    methods: z.array(z.enum(['GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'PATCH', 'OPTIONS'])).min(1),
    disableURLInternet: z.boolean(),
  }),
});

const eventbridge = z.strictObject({
  ...always,
  triggerType: z.literal('eventbridge'),
  triggerConfig: z.strictObject({
    triggerEnable: z.boolean(),
    asyncInvocationType: z.boolean(),
    eventRuleFilterPattern: jsonObject,
    eventSourceConfig: z.strictObject({ eventSourceType: z.literal('Default'), eventSourceParameters: z.strictObject({}) }),
    // The full envelope is the default, and its id is what tells a repeat.
    eventSinkConfig: z.strictObject({ deliveryOption: z.strictObject({}) }),
    runOptions: z.strictObject({ mode: z.literal('event-driven') }),
  }),
});

/** A trigger of one of the three kinds that are used, each with its own fields only. */
export const trigger = z.discriminatedUnion('triggerType', [timer, http, eventbridge]);
