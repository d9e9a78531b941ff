import { type Loose, objectOf, textOf } from '../../fleet/answer-fields.ts';

/** Longest name of a caller that is passed on, in characters: what a tag can carry (service notes, Tags). */
const longest = 128;

/** True for a call that one of the roles made that this program assumes. Not by the user agent: whoever calls writes that. */
export function isOwnCall(data: Loose, ownRoles: ReadonlySet<string>): boolean {
  const identity = objectOf(data.userIdentity);
  const [role, session] = textOf(identity?.userName)?.split(':') ?? [];
  return identity?.type === 'assumed-role' && session !== undefined && role !== undefined && ownRoles.has(role);
}

/** Who called, for people to read: a user's name, a role and its session, or `root`. Undefined for the service itself and where nobody is named. */
export function callerOf(data: Loose): string | undefined {
  const identity = objectOf(data.userIdentity);
  if (identity === undefined || identity.type === 'system') return undefined;
  const name = textOf(identity.userName) ?? (identity.type === 'root-account' ? 'root' : undefined);
  const clean = name?.replace(/[^\p{L}\p{N} @:._+-]/gu, '').trim();
  return clean ? clean.slice(0, longest) : undefined;
}

/** What the call came through: `console`, `terraform`, `cli`, `sdk`, `service`, or `api` where nothing tells. Never text of the caller's own. */
export function sourceOf(data: Loose): string {
  const agent = textOf(data.userAgent) ?? '';
  if (data.eventType === 'ConsoleOperation' || /console/i.test(agent)) return 'console';
  if (data.eventType === 'AliyunServiceEvent' || objectOf(data.userIdentity)?.type === 'system') return 'service';
  if (/terraform/i.test(agent)) return 'terraform';
  if (/aliyun[- ]?cli/i.test(agent)) return 'cli';
  if (/^AlibabaCloud\b|\bsdk\b/i.test(agent)) return 'sdk';
  return 'api';
}
