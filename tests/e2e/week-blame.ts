import type { Decision } from '../../shared/planning/decision.ts';
import type { Played } from './automations-week.ts';
import { touchedByPeople } from './week-story.ts';

/** Codes by which a function says that somebody else did something. */
export const blamingCodes: readonly string[] = [
  ...['manual-change', 'manual-change-overwritten', 'moved-by-others', 'removed-again'],
  ...['drain-lifted', 'drain-removed', 'drain-edited', 'expiry-claimed', 'not-reached'],
];

/** Hears each decision of a play, and keeps those that say of somebody that they did something. */
export function blameKeeper(): { readonly blames: string[]; readonly onDecision: (name: string, at: number, decision: Decision) => void } {
  const blames: string[] = [];
  return {
    blames,
    onDecision: (name, atMs, { resource, because }) => {
      if (touchedByPeople.has(resource.name ?? resource.id)) return;
      for (const { code, text } of because) {
        if (blamingCodes.includes(code))
          blames.push(`${new Date(atMs).toISOString()} ${name} ${resource.name ?? resource.id}: ${code}, ${text}`);
      }
    },
  };
}

/** Messages that say that somebody else has renewed: nobody does in these plays. */
export function renewalsByNobody({ messages }: Played): readonly string[] {
  return messages.filter(({ title }) => /somebody else|refund/i.test(title)).map(({ title }) => title);
}

/** What a call asks for, without what tells two calls apart that ask for the same. */
const sameThing = (action: string, input: Readonly<Record<string, unknown>>): string => {
  const { TaskId: _task, StartTime: _start, IdempotenceToken: _token, ...rest } = input;
  return `${action} ${JSON.stringify(rest)}`;
};

/** Acts that must not happen twice, by the hours after which the same may be due again. */
const once: Readonly<Record<string, number>> = {
  ApproveOtaTask: 24 * 14,
  LogOffAllSessionsInAppInstanceGroup: 12,
  Unbind: 12,
  TagCloudResources: 24,
  RenewAppInstanceGroup: 24 * 14,
  RenewWuyingServer: 24 * 14,
};

/** Acts that the service carried out twice, by whomever they were asked for. */
export function doneTwice({ simulator }: Played, except: ReadonlySet<string> = new Set()): readonly string[] {
  const last = new Map<string, number>();
  const twice: string[] = [];
  for (const { action, executed, executedAtMs = 0, input, accountId, code, accessKeyId } of simulator.ledger.records) {
    const hours = once[action];
    if (hours === undefined || !executed || input === undefined || code !== undefined || except.has(accessKeyId ?? '')) continue;
    const thing = `${accountId} ${sameThing(action, input)}`;
    const before = last.get(thing);
    if (before !== undefined && executedAtMs - before < hours * 3_600_000) {
      twice.push(`${new Date(before).toISOString()} and ${new Date(executedAtMs).toISOString()} ${thing}`);
    }
    last.set(thing, executedAtMs);
  }
  return twice;
}
