import { isGiven, type Loose, listOf, namesOf, objectOf, textOf } from './answer-fields.ts';
import { parseInstant } from './instant.ts';
import { mapCharge, mapTime } from './map-fields.ts';
import type { Unreadable } from './map-strategy.ts';
import type { Workstation, WorkstationSession } from './workstation.ts';

/**
 * A workstation from a row of ListWuyingServer; undefined when not even its id can be read. Never throws: what is missing or wrong is
 * undefined, and what was there but could not be read is named in `unreadable`.
 */
export function mapWorkstation(answer: unknown): Workstation | undefined {
  const row = objectOf(answer);
  const id = textOf(row?.['WuyingServerId']);
  if (row === undefined || id === undefined) return undefined;
  const unread: string[] = [];
  const unreadable: Unreadable = (field) => unread.push(field);
  const region = textOf(row['BizRegionId']);
  const type = objectOf(row['ServerInstanceTypeInfo']);
  return {
    kind: 'workstation',
    id,
    ...namesOf(row['WuyingServerName']),
    ...(region === undefined ? {} : { region }),
    status: textOf(row['Status'])?.toUpperCase(),
    charge: mapCharge(row['ChargeType'], unreadable),
    spot: textOf(row['SubPayType'])?.toLowerCase() === 'spot',
    createdAtMs: mapTime(row, 'CreateTime', unreadable),
    expiresAtMs: mapTime(row, 'ExpiredTime', unreadable),
    instanceType: textOf(type?.['ServerInstanceType']),
    memory: mapNumber(type, 'Memory', unreadable),
    officeSiteId: textOf(row['OfficeSiteId']),
    imageId: textOf(row['ImageId']),
    users: mapUsers(row['Users'], unreadable),
    sessions: mapSessions(row),
    timerGroupId: textOf(row['TimerGroupId']),
    unreadable: unread,
  };
}

/** A whole number with or without separators of thousands: the published examples have them (service notes, Workstations). */
function mapNumber(from: Loose | undefined, field: string, unreadable: Unreadable): number | undefined {
  const value = from?.[field];
  if (!isGiven(value)) return undefined;
  const text = typeof value === 'number' ? String(value) : textOf(value);
  if (text !== undefined && /^(\d{1,12}|\d{1,3}(,\d{3})+)$/.test(text)) return Number(text.replaceAll(',', ''));
  unreadable(field);
  return undefined;
}

function mapUsers(value: unknown, unreadable: Unreadable): readonly string[] | undefined {
  if (!isGiven(value)) return undefined;
  const users = listOf(value)?.map(textOf);
  if (users !== undefined && !users.includes(undefined)) return users as string[];
  unreadable('Users');
  return undefined;
}

/**
 * Whether an answer leaves out a list because it is empty: gateways are known to. One that shows any other empty list would show this one too, so
 * then it lacks what it should tell.
 */
function leavesOut(row: Loose, list: string): boolean {
  return !isGiven(row[list]) && !Object.values(row).some((value) => Array.isArray(value) && value.length === 0);
}

/**
 * The list of sessions is believed together with the state beside it. `Connected` without anybody in the list is somebody whom we cannot
 * tell; any other state beside an empty list is unknown, since no list of those states is published (service notes, Workstations).
 */
function mapSessions(row: Loose): readonly WorkstationSession[] | undefined {
  const sessions = listOf(row['Sessions'])?.map((entry): WorkstationSession => {
    const session = objectOf(entry);
    const started = textOf(session?.['ResourceSessionStartTime']);
    return { user: textOf(session?.['UserId']), startedAtMs: started === undefined ? undefined : parseInstant(started) };
  });
  if (sessions !== undefined && sessions.length > 0) return sessions;
  const state = row['ResourceSessionStatus'];
  if (textOf(state)?.toLowerCase() === 'connected') return [{ user: undefined, startedAtMs: undefined }];
  if (isGiven(state)) return undefined;
  return sessions ?? (leavesOut(row, 'Sessions') ? [] : undefined);
}
