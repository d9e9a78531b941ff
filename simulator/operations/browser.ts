import type { InputOf } from '../../shared/client/operation.ts';
import type { modifyBrowserInstanceGroup } from '../../shared/client/operations/modify-browser-instance-group.ts';
import { type Handler, type HandlerContext, ServiceFault } from '../handler.ts';
import type { BrowserEntry } from '../world/browser-group.ts';

type Values = Readonly<Record<string, unknown>>;

/** Edits a list by id: an entry with an id replaces the one that has it, one without is added, and the ids to remove go last. */
function edited(
  entries: readonly BrowserEntry[],
  changes: readonly Values[] | undefined,
  idField: string,
  nameField: string,
  removed: readonly string[] | undefined,
  context: HandlerContext,
): BrowserEntry[] {
  const replaces = context.world.assumptions.repeatedBookmark === 'replaces';
  const next = new Map(entries.map((entry) => [entry.id, entry]));
  for (const { [idField]: given, ...values } of changes ?? []) {
    const twin = replaces ? [...next.values()].find((entry) => entry.values[nameField] === values[nameField]) : undefined;
    const id = typeof given === 'string' ? given : (twin?.id ?? context.world.newId('be'));
    if (given !== undefined && !next.has(id)) throw new ServiceFault(`InvalidParameter.${idField}`, `There is no entry ${id}.`);
    next.set(id, { id, values });
  }
  for (const id of removed ?? []) next.delete(id);
  return [...next.values()];
}

/** Changes a cloud browser group; nothing reads it back. */
function modify(input: InputOf<typeof modifyBrowserInstanceGroup>, context: HandlerContext): Record<string, unknown> {
  const group = context.account.browserGroups.get(input.BrowserInstanceGroupId);
  if (!group) {
    throw new ServiceFault(
      'InvalidBrowserInstanceGroup.NotFound',
      `The specified browser group ${input.BrowserInstanceGroupId} does not exist.`,
    );
  }
  const { BrowserConfig: config, Network: network, BrowserInstanceGroupId: _, ...others } = input;
  const bookmarks = edited(group.bookmarks, config?.Bookmarks, 'BookmarkId', 'BookmarkName', config?.RemoveBookmarks, context);
  const urls = edited(group.restrictedUrls, network?.RestrictedURLs, 'RestrictedURLId', 'URL', network?.RemoveRestrictedURLIds, context);
  group.bookmarks = bookmarks;
  group.restrictedUrls = urls;
  group.settings = { ...group.settings, ...others };
  return {};
}

/** Cloud browser groups. */
export const handlers: Readonly<Record<string, Handler>> = { ModifyBrowserInstanceGroup: modify };
