import * as z from 'zod/mini';
import { faultSchema } from './faults.ts';
import type {
  AccountSeed,
  BrowserGroupSeed,
  GroupSeed,
  ImageSeed,
  PoolSeed,
  SessionSeed,
  StrategySeed,
  UsersSeed,
  WorkstationSeed,
  WorldSeed,
} from './world/seed.ts';

/** A schema for every key of a seed: a key that the world learns and the schema does not is a compile error. */
type Shape<T> = { readonly [K in keyof Required<T>]: z.core.$ZodType };

/** All keys of a union's members. */
type KeysOfUnion<T> = T extends unknown ? keyof T : never;

const text = z.string().check(z.minLength(1));
const whole = z.int();
const positive = z.int().check(z.minimum(1));
const natural = z.int().check(z.minimum(0));
const flag = z.boolean();
const { optional } = z;

const advised = (pattern: RegExp, error: string) => z.string().check(z.regex(pattern, { error }));
const instant = advised(
  /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/,
  'write an instant with its offset, such as 2026-11-25T08:40:00+08:00',
);
const date = advised(/^\d{4}-\d{2}-\d{2}$/, 'write a date such as 2026-11-25');
const tags = z.record(text, z.string());
const charge = z.literal(['PrePaid', 'PostPaid']);

const weekdays = advised(/^[1-7]([,-][1-7])*$/, 'write weekdays such as 1-5 or 6,7; 1 is Monday');
const timeOfDay = advised(/^([01]\d|2[0-3]):[0-5]\d$/, 'write a time such as 08:00');
const stretch = advised(/^\d{2}:\d{2}-\d{2}:\d{2}$/, 'write a period such as 08:00-18:30');

const fixed = { fixed: natural };
const usage = {
  usage: z.strictObject({ nodes: natural, maxScaling: natural, step: optional(positive), threshold: optional(z.string()) }),
  downAfterIdleMinutes: optional(positive),
  maxIdle: optional(natural),
};
const schedule = {
  schedule: z.record(weekdays, z.record(stretch, natural)),
  warmUp: optional(flag),
  enable: date,
  disable: date,
};

// Every key of every strategy has to be here, or this does not compile.
({ ...fixed, ...usage, ...schedule }) satisfies Record<KeysOfUnion<StrategySeed>, z.core.$ZodType>;

const strategy = z.union([z.strictObject(fixed), z.strictObject(usage), z.strictObject(schedule)]);

const pool = z.strictObject({
  id: optional(text),
  instanceType: optional(text),
  capacity: optional(positive),
  strategy: optional(strategy),
} satisfies Shape<PoolSeed>);

const users = z.strictObject({
  ids: optional(z.array(text)),
  prefix: optional(text),
  count: optional(natural),
  profile: optional(z.literal(['office', 'studio', 'service', 'idle'])),
} satisfies Shape<UsersSeed>);

const session = z.strictObject({
  user: text,
  connected: optional(flag),
  sinceMinutes: optional(natural),
} satisfies Shape<SessionSeed>);

const groupShape = {
  id: optional(text),
  name: text,
  region: text,
  charge: optional(charge),
  status: optional(
    z.literal(['PUBLISHED', 'DEPLOYING', 'FAILED', 'MAINTAINING', 'MAINTAIN_FAILED', 'CEASED', 'EXPIRED', 'EXPIRED_RECYCLING']),
  ),
  createdAt: optional(instant),
  expiresAt: optional(instant),
  tags: optional(tags),
  image: optional(text),
  officeSite: optional(text),
  policy: optional(text),
  sessionTimeout: optional(whole),
  debug: optional(flag),
  pool: optional(pool),
  morePools: optional(z.array(pool)),
  userGroups: optional(z.array(z.strictObject({ id: text, name: text, members: optional(z.array(users)) }))),
  resetAfterUnbind: optional(flag),
  users: optional(z.array(users)),
  sessions: optional(z.array(session)),
  persistent: optional(z.array(z.strictObject({ id: optional(text), name: text, users: optional(z.array(text)) }))),
  ota: optional(
    z.strictObject({
      ...{ current: text, offered: optional(text), note: optional(text) },
      outcome: optional(z.literal(['FINISHED', 'FAILED', 'PART_FINISHED'])),
    }),
  ),
} satisfies Shape<GroupSeed>;

const group = z.strictObject({
  ...groupShape,
  /** Makes so many groups of this one; `{n}` in its name, tags and prefixes of users counts from 1. Without `id`. */
  repeat: optional(positive),
});

const image = z.strictObject({
  id: text,
  name: text,
  createdAt: optional(instant),
  type: optional(z.literal(['User', 'Shared', 'System', 'Community'])),
  productType: optional(z.literal(['CloudApp', 'CloudDesktop', 'WuyingServer'])),
  status: optional(text),
  regions: optional(z.array(text)),
  parent: optional(text),
  tags: optional(tags),
} satisfies Shape<ImageSeed>);

const workstation = z.strictObject({
  id: optional(text),
  name: text,
  region: text,
  charge: optional(charge),
  status: optional(text),
  instanceType: optional(text),
  officeSite: optional(text),
  image: optional(text),
  createdAt: optional(instant),
  expiresAt: optional(instant),
  users: optional(z.array(text)),
  sessions: optional(z.array(text)),
  subPayType: optional(text),
  timer: optional(z.strictObject({ id: text, start: timeOfDay, stop: timeOfDay })),
  dataDisks: optional(z.array(positive)),
} satisfies Shape<WorkstationSeed>);

const browserGroup = z.strictObject({
  id: optional(text),
  name: text,
  region: text,
  persistent: optional(z.array(z.strictObject({ id: optional(text), name: text, users: optional(z.array(text)) }))),
  bound: optional(z.array(text)),
} satisfies Shape<BrowserGroupSeed>);

const account = z.strictObject({
  id: advised(/^\d{16}$/, 'write the account number as text of 16 digits, such as "1234567890123456"'),
  groups: optional(z.array(group)),
  images: optional(z.array(image)),
  workstations: optional(z.array(workstation)),
  restdays: optional(z.array(date)),
  workdays: optional(z.array(date)),
  browserGroups: optional(z.array(browserGroup)),
} satisfies Shape<AccountSeed>);

const worldShape = {
  id: optional(advised(/^[a-z0-9][a-z0-9-]{0,62}$/, 'write a name of small letters, digits and hyphens')),
  seed: optional(natural),
  start: instant,
  assumptions: optional(z.record(text, z.union([z.string(), z.number(), z.boolean()]))),
  accounts: z.array(account).check(z.minLength(1)),
  restdays: optional(z.array(date)),
  workdays: optional(z.array(date)),
} satisfies Shape<WorldSeed>;

const accessKey = z.strictObject({
  accessKeyId: text,
  accessKeySecret: text,
  accountId: text,
  user: optional(text),
  inactive: optional(flag),
});

/** A scenario file: the world's seed beside faults and keys. */
export const scenarioSchema = z.strictObject({
  ...worldShape,
  /** One line that names the scenario. */
  title: optional(text),
  /** What it is for. */
  description: optional(text),
  /** Faults in force from the start. */
  faults: optional(z.array(faultSchema)),
  /** Keys besides the published one of each account. */
  accessKeys: optional(z.array(accessKey)),
});

/** A group as a scenario file spells it, `repeat` included. */
export type ScenarioGroup = z.infer<typeof group>;
