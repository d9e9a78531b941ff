import type * as z from 'zod/mini';
import type { DocumentException, PolicyDocument } from './document.ts';
import type { Listed, PolicyDraft, RuleList } from './draft.ts';
import { functionNames } from './known-functions.ts';
import type { Findings } from './problem.ts';
import type { Reader } from './reader.ts';
import type { AnyRuleModule } from './rule-module.ts';
import { approversEntry, channelEntry, tellKinds } from './schema/people.ts';
import { calendarEntry, targetEntry } from './schema/place.ts';
import { sections } from './schema/policy.ts';
import { tellChannels } from './schema/rule.ts';
import { exceptionEntry, freezeEntry, limitsSection, protectSection } from './schema/safety.ts';
import { scheduleEntry } from './schema/schedule.ts';

/** Zone of native schedules unless the policy says otherwise (service notes, Times: UTC+8 is assumed). */
const defaultServiceTimeZone = 'Asia/Shanghai';

/** Reads each section and each entry by itself and reports everything that is wrong within them. */
export function readDraft(
  raw: Readonly<Record<string, unknown>>,
  modules: readonly AnyRuleModule[],
  reader: Reader,
  findings: Findings,
): PolicyDraft {
  reader.onlyKeys(raw, [...Object.keys(sections), 'rules'], []);
  const one = <T>(key: keyof typeof sections, schema: z.core.$ZodType<T>): T | undefined =>
    raw[key] === undefined ? undefined : reader.value(schema, raw[key], [key]);
  required(raw, findings);
  one('version', sections.version);
  const timezone = one('timezone', sections.timezone);
  const mode = one('mode', sections.mode);
  const targets = reader.entries(targetEntry, raw.targets, ['targets']);
  if (raw.targets !== undefined && isEmptyMap(raw.targets))
    findings.error(['targets'], 'there is no target; add one, such as cn-office: {account: "1234567890123456", endpoint: cn-shanghai}');
  const limitsMap = raw.limits === undefined ? {} : reader.map(raw.limits, ['limits']);
  const { freezes, ...limits } = limitsMap ?? {};
  return {
    raw,
    timezone,
    serviceTimeZone: one('serviceTimeZone', sections.serviceTimeZone) ?? defaultServiceTimeZone,
    store: one('store', sections.store),
    mode: { default: mode?.default ?? 'observe', act: mode?.act ?? [] },
    targets: new Map([...targets].map(([name, target]) => [name, { shardByRegion: false, timezone: timezone ?? 'UTC', ...target }])),
    calendars: new Map(
      [...reader.entries(calendarEntry, raw.calendars, ['calendars'])].map(([name, calendar]) => [
        name,
        { holidays: [], workdays: [], unpublishedYear: 'warn', ...calendar },
      ]),
    ),
    schedules: reader.entries(scheduleEntry, raw.schedules, ['schedules']),
    exceptions: reader.items(exceptionEntry, raw.exceptions, ['exceptions']).map(toException),
    protect: raw.protect === undefined ? { users: [] } : toProtect(one('protect', protectSection)),
    limits: limitsMap === undefined ? undefined : reader.value(limitsSection, limits, ['limits']),
    freezes: reader
      .items(freezeEntry, freezes, ['limits', 'freezes'])
      .map(({ index, value }) => ({ index, value: { ...value, except: value.except ?? [] } })),
    channels: reader.entries(channelEntry, raw.channels, ['channels']),
    tell: readTell(raw.tell, reader),
    approvers: reader.entries(approversEntry, raw.approvers, ['approvers']),
    approversAccount: one('approversAccount', sections.approversAccount),
    ruleLists: readRules(raw.rules, modules, reader, findings),
  };
}

/** Reports required sections that are absent, unless a mistyped key means them: that one is reported already. */
function required(raw: Readonly<Record<string, unknown>>, findings: Findings): void {
  const samples = {
    version: 'version: 1',
    timezone: 'timezone: Asia/Shanghai',
    targets: 'targets: with an account, see policy.example.yaml',
  };
  const meant = findings.all.map(({ suggestion }) => suggestion);
  for (const [key, sample] of Object.entries(samples)) {
    if (raw[key] === undefined && !meant.includes(key)) findings.error([], `the key ${key} is missing; add ${sample}`);
  }
}

/** Each kind by itself: a wrong one must not hide the channels of the others. */
function readTell(raw: unknown, reader: Reader): PolicyDraft['tell'] {
  const kinds = reader.map(raw, ['tell']) ?? {};
  reader.onlyKeys(kinds, tellKinds, ['tell']);
  return Object.fromEntries(
    tellKinds.flatMap((kind) => {
      const channels = kinds[kind] === undefined ? undefined : reader.value(tellChannels, kinds[kind], ['tell', kind]);
      return channels === undefined ? [] : [[kind, channels]];
    }),
  );
}

function isEmptyMap(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function toException({ index, value }: Listed<z.output<typeof exceptionEntry>>): Listed<DocumentException> {
  const { keepAtLeast, never, ...rest } = value;
  return { index, value: { ...rest, never: never ?? [], ...(keepAtLeast === undefined ? {} : { keepAtLeastPercent: keepAtLeast }) } };
}

function toProtect(section: z.output<typeof protectSection> | undefined): PolicyDraft['protect'] {
  if (section === undefined) return undefined;
  const { users = [], groups, ownerTag } = section;
  return { users, ...(groups ? { groups } : {}), ...(ownerTag ? { ownerTag: { key: ownerTag.key, atMostMs: ownerTag.atMost } } : {}) };
}

function readRules(raw: unknown, modules: readonly AnyRuleModule[], reader: Reader, findings: Findings): RuleList[] {
  const lists = reader.map(raw, ['rules']) ?? {};
  reader.onlyKeys(lists, functionNames, ['rules']);
  return functionNames.flatMap((name) => {
    const list = lists[name];
    if (list === undefined) return [];
    const module = modules.find((candidate) => candidate.name === name);
    if (module !== undefined) return [{ module, rules: reader.items(module.schema, list, ['rules', name]) }];
    findings.warning(['rules', name], 'not available yet; these rules never run', { at: 'key' });
    return [];
  });
}

/** The document of a draft without errors. */
export function toDocument(draft: PolicyDraft, source: string): PolicyDocument {
  return {
    version: 1,
    source,
    timezone: draft.timezone ?? 'UTC',
    serviceTimeZone: draft.serviceTimeZone,
    ...(draft.store === undefined ? {} : { store: draft.store }),
    mode: draft.mode,
    targets: Object.fromEntries(draft.targets),
    calendars: Object.fromEntries(draft.calendars),
    schedules: Object.fromEntries(draft.schedules),
    exceptions: draft.exceptions.map(({ value }) => value),
    protect: draft.protect ?? { users: [] },
    limits: draft.limits ?? {},
    freezes: draft.freezes.map(({ value }) => value),
    channels: Object.fromEntries(draft.channels),
    tell: draft.tell,
    approvers: Object.fromEntries(draft.approvers),
    ...(draft.approversAccount === undefined ? {} : { approversAccount: draft.approversAccount }),
    rules: Object.fromEntries(draft.ruleLists.map(({ module, rules }) => [module.name, rules.map(({ value }) => value)])),
  };
}
