import * as z from 'zod/mini';
import { functionNames } from '../known-functions.ts';
import type { AnyRuleModule } from '../rule-module.ts';
import { approversEntry, channelEntry, tellSection } from './people.ts';
import { accountText, calendarEntry, storeForms, storeText, targetEntry } from './place.ts';
import { exceptionEntry, limitsSection, protectSection } from './safety.ts';
import { scheduleEntry } from './schedule.ts';
import { zoneName } from './zone.ts';

const version = z
  .literal(1)
  .check(z.meta({ title: 'the version of this language', description: 'Version of this language: 1.', examples: [1] }));

const mode = z
  .strictObject({
    default: z.exactOptional(
      z.enum(['observe', 'act']).check(z.meta({ description: 'For functions that act does not name. Default: observe.' })),
    ),
    act: z.exactOptional(z.array(z.enum(functionNames)).check(z.meta({ description: 'Functions that may write.' }))),
  })
  .check(z.meta({ title: 'the mode', description: 'observe = decide and report; act = also do it.' }));

const named = <S extends z.core.$ZodType>(entry: S, description: string) => z.record(z.string(), entry).check(z.meta({ description }));

/** The sections of a policy outside `rules`, each as a whole: what editors know of it, and what the reader takes apart. */
export const sections = {
  version,
  timezone: zoneName.check(z.meta({ description: 'Zone of every local time below; a target may have its own.' })),
  serviceTimeZone: z.exactOptional(
    zoneName.check(z.meta({ description: 'Zone in which native schedules of the service count. Default: Asia/Shanghai.' })),
  ),
  store: z.exactOptional(storeText.check(z.meta({ description: `Where journal, policy and approvals are kept: ${storeForms}.` }))),
  mode: z.exactOptional(mode),
  targets: named(targetEntry, 'Accounts, each seen through one endpoint, by the name that --target takes.'),
  calendars: z.exactOptional(named(calendarEntry, 'Workdays and restdays, by name.')),
  schedules: z.exactOptional(named(scheduleEntry, 'Levels by day and time, by name.')),
  exceptions: z.exactOptional(z.array(exceptionEntry).check(z.meta({ description: 'They beat every rule, end, and say why.' }))),
  protect: z.exactOptional(protectSection),
  limits: z.exactOptional(limitsSection),
  channels: z.exactOptional(named(channelEntry, 'Ways to tell people, by name.')),
  tell: z.exactOptional(tellSection),
  approvers: z.exactOptional(named(approversEntry, 'RAM users who may approve, by the name of their circle.')),
  approversAccount: z.exactOptional(
    accountText.check(
      z.meta({ description: 'Account of approvers that are named without one. Default: the account of the target that is asked about.' }),
    ),
  ),
} as const;

const laterRule = z.looseObject({ name: z.string().check(z.meta({ description: 'Name of the rule.' })) });

/** The whole policy as one strict object. Rules of functions without a module pass as they are. */
export function policySchema(modules: readonly AnyRuleModule[]) {
  const lists = functionNames.map((name) => {
    const module = modules.find((candidate) => candidate.name === name);
    const description = module
      ? `Rules of ${name}; the first that matches a resource decides.`
      : `Rules of ${name}, which is not available yet: they never run.`;
    return [name, z.exactOptional(z.array(module?.schema ?? laterRule).check(z.meta({ description })))] as const;
  });
  const rules = z.strictObject(Object.fromEntries(lists)).check(z.meta({ title: 'rules', description: 'Lists of rules by function.' }));
  return z.strictObject({ ...sections, rules: z.exactOptional(rules) }).check(z.meta({ title: 'Streamwarden policy' }));
}
