import { printable } from '../../shared/client/printable.ts';
import type { Style } from '../render/style.ts';
import type { Offboarded, OffboardLeft } from './offboard.ts';

/** What the look after clients have followed showed, as lines for a person. */
export function recheckedLines(found: Offboarded['rechecked'], left: readonly OffboardLeft[], user: string): string[] {
  switch (found) {
    case undefined:
      return [];
    case 'nothing-left':
      return [
        `Looked again after clients have followed: nothing of ${user} is left${left.some(isToSee) ? ' but what is named above' : ''}.`,
      ];
    case 'still-there':
      return [
        `Looked again, and not all access of ${user} is gone, or it could not be seen: see above what is held, comes back or is unread.`,
      ];
    case 'interrupted':
      return [`Not looked at again: within about two minutes a client of ${user} may connect once more. Run the same again then.`];
  }
}

/** Whether the user may still reach something on a target. Names that are spelled otherwise are other users. */
function isToSee({ userGroups, workstations, workstationsUntold, elsewhere, otherRegions, unread }: OffboardLeft): boolean {
  return workstationsUntold > 0 || [userGroups, workstations, elsewhere, otherRegions, unread].some(({ length }) => length > 0);
}

/** What offboarding leaves on a target, as lines for a person; none where it leaves nothing. */
export function offboardLeftLines(left: OffboardLeft, user: string, style: Style): string[] {
  const { target, userGroups, workstations, workstationsUntold, alike, elsewhere, otherRegions, unread } = left;
  const lines = [
    ...unread.map((text) => `  ${style.bad('✗')} ${text}`),
    ...otherRegions.map(
      ({ group, region }) => `  ${style.bad('✗')} ${group} in ${region}: ${user} has access, and no target of the policy covers the region`,
    ),
    ...elsewhere.map((id) => `  ${style.warn('!')} ${id}: ${user} is bound there, and it is no delivery group; end it in the console`),
    ...workstations.map(
      ({ id, name }) =>
        `  ${style.warn('!')} workstation ${name ?? id} (${id}) lists ${user}: the service has no call for that; use the console`,
    ),
    ...userGroups.map(
      ({ id, name, groups }) =>
        `  ${style.warn('!')} user group ${name ?? id} may use ${groups.join(', ')}: look in your directory whether ${user} is in it`,
    ),
    ...alike.map(
      (spelled) => `  ${style.warn('!')} ${printable(spelled)} differs from ${printable(user)} in case or spaces alone and was not touched`,
    ),
    ...(workstationsUntold > 0 ? [`  ${style.warn('!')} ${workstationsUntold} workstations name no users`] : []),
  ];
  return lines.length === 0 ? [] : [style.strong(`Left to you on ${target}`), ...lines];
}
