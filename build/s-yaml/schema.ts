/**
 * A strict schema of the parts of a rendered s.yaml that we use. The component's own schema lets nearly any misspelt key pass, and a trigger
 * of any shape (Function Compute facts, traps of the component): here an unknown key is an error.
 */
import * as z from 'zod';
import { trigger } from './triggers.ts';

/** A path such as `./dist/digest`. */
const folder = z.string().regex(/^\.\/[\w./-]+$/, 'needs a folder such as ./dist/<function>');

const step = z.strictObject({ run: z.string().min(1), path: z.string() });

/** The hooks that the files use; `pre-deploy` misspelt would deploy what was built last week. */
const actions = z.strictObject({ 'pre-deploy': z.array(step).min(1) });

const destination = z.strictObject({
  destination: z
    .string()
    .regex(
      /^acs:(fc:[a-z0-9-]+:\d*:functions\/[\w-]+|mns:[a-z0-9-]+:\d*:\/topics\/[\w-]+\/messages|eventbridge:[a-z0-9-]+:\d*:eventbus\/[\w-]+)$/,
      'needs the ARN of a function, an MNS topic or an event bus',
    ),
});

const asyncInvokeConfig = z.strictObject({
  maxAsyncRetryAttempts: z.int().min(0).max(8),
  maxAsyncEventAgeInSeconds: z.int().min(1).max(2_592_000),
  asyncTask: z.boolean().optional(),
  destinationConfig: z.strictObject({ onFailure: destination.optional(), onSuccess: destination.optional() }).optional(),
});

/** Of the two hooks that Function Compute 3.0 knows. Without a timeout the platform allows three seconds. */
const hook = z.strictObject({ handler: z.string().regex(/^\w+\.\w+$/, 'needs <file>.<export>'), timeout: z.int().min(1).max(600) });

const variableName = z
  .string()
  .regex(/^(?!FC_)[A-Za-z]\w*$/, 'needs a name of letters, digits and underscores that does not begin with FC_, which is reserved');

const logConfig = z.strictObject({
  project: z.string().min(1),
  // `auto` would create resources in the cloud that nobody asked for.
  logstore: z.string().min(1),
  enableRequestMetrics: z.boolean(),
  enableInstanceMetrics: z.boolean(),
  logBeginRule: z.enum(['DefaultRegex', 'None']),
});

const props = z.strictObject({
  region: z.string().regex(/^[a-z]{2}-[a-z0-9-]+$/, 'needs a region such as cn-shanghai'),
  functionName: z.string().regex(/^[A-Za-z_][\w-]{0,63}$/, 'needs 1 to 64 letters, digits, _ and -, no digit or - first'),
  description: z.string().optional(),
  runtime: z.literal('nodejs20'),
  handler: z.string().regex(/^\w+\.\w+$/, 'needs <file>.<export>'),
  code: folder,
  memorySize: z.int().min(128).max(32_768).multipleOf(64),
  cpu: z.number().min(0.05).max(16),
  diskSize: z.union([z.literal(512), z.literal(10_240)]),
  timeout: z.int().min(1).max(86_400),
  // RAM takes any case, the component writes lower case: a capital would differ at each deployment.
  role: z.string().regex(/^acs:ram::\d+:role\/[a-z0-9][a-z0-9.-]*$/, 'needs acs:ram::<account>:role/<name in lower case>'),
  environmentVariables: z.record(variableName, z.string('needs a text: write numbers and booleans in quotes')),
  concurrencyConfig: z.strictObject({ reservedConcurrency: z.int().min(1).max(100) }).optional(),
  asyncInvokeConfig: asyncInvokeConfig.optional(),
  instanceLifecycleConfig: z.strictObject({ initializer: hook.optional(), preStop: hook.optional() }).optional(),
  logConfig,
  triggers: z.array(trigger).max(10).optional(),
});

const resource = z.strictObject({
  component: z.string().min(1),
  extend: z.strictObject({ name: z.string(), ignore: z.array(z.string()).optional() }).optional(),
  actions: actions.optional(),
  props,
});

/** What `s preview` prints for one of our files. */
export const deployment = z.strictObject({
  edition: z.literal('3.0.0'),
  name: z.string().min(1),
  access: z.string().min(1),
  vars: z.record(z.string(), z.string()).optional(),
  template: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
  actions: actions.optional(),
  resources: z.record(z.string(), resource),
});

/** A rendered s.yaml whose parts all have their shape. */
export type Deployment = z.infer<typeof deployment>;

/** The properties of one function. */
export type FunctionProps = Deployment['resources'][string]['props'];
