// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { anyText, flag, int, jsonList, object, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, query } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Changes a cloud browser group. Nothing reads one back. An entry without an id is added, so a repeat adds it again.
 * It takes the permission to buy delivery groups.
 */
export const modifyBrowserInstanceGroup = operation({
  action: 'ModifyBrowserInstanceGroup',
  group: 'Other',
  effect: 'disruptive',
  ram: { action: 'appstreaming:CreateAppInstanceGroup', level: 'update' },
  params: {
    BrowserConfig: query.json(
      optional(
        object({
          Bookmarks: optional(
            jsonList(
              object({ BookmarkFolder: optional(anyText), BookmarkId: optional(anyText), BookmarkName: anyText, BookmarkURL: anyText }),
            ),
          ),
          BookmarksFilePath: optional(anyText),
          BrowserParam: optional(anyText),
          CookiesSync: optional(flag),
          Homepage: optional(anyText),
          RemoveBookmarks: optional(jsonList(anyText)),
        }),
      ),
    ),
    BrowserInstanceGroupId: query(text),
    CloudBrowserName: body(optional(text)),
    MaxAmount: body(optional(int())),
    Network: body.json(
      optional(
        object({
          AccessRestriction: optional(oneOf('ALLOW_LIST')),
          RemoveRestrictedURLIds: optional(jsonList(anyText)),
          RestrictedURLs: optional(jsonList(object({ RestrictedURLId: optional(anyText), URL: optional(anyText) }))),
          RestrictedURLsFilePath: optional(anyText),
        }),
      ),
    ),
    Policy: query.json(
      optional(
        object({
          AppContentProtection: optional(anyText),
          AuthorizeAccessPolicyRules: optional(jsonList(object({ CidrIp: optional(anyText), Description: optional(anyText) }))),
          ClientTypes: optional(jsonList(object({ ClientType: optional(anyText), Status: optional(anyText) }))),
          ClipboardPolicy: optional(
            object({
              Clipboard: optional(oneOf('read', 'readwrite', 'write', 'off')),
              ClipboardReadLimit: optional(int()),
              ClipboardScope: optional(oneOf('grained', 'global')),
              ClipboardSizeUnit: optional(anyText),
              ClipboardWriteLimit: optional(int()),
              FileClipboard: optional(oneOf('read', 'readwrite', 'write', 'off')),
              RichTextClipboard: optional(oneOf('read', 'readwrite', 'write', 'off')),
              RichTextClipboardLimit: optional(int()),
              RichTextClipboardReadLimit: optional(int()),
              RichTextClipboardReadSizeUnit: optional(anyText),
              RichTextClipboardSizeUnit: optional(anyText),
              RichTextClipboardWriteLimit: optional(int()),
              RichTextClipboardWriteSizeUnit: optional(anyText),
              TextClipboard: optional(oneOf('read', 'readwrite', 'write', 'off')),
              TextClipboardReadLimit: optional(int()),
              TextClipboardReadSizeUnit: optional(anyText),
              TextClipboardWriteLimit: optional(int()),
              TextClipboardWriteSizeUnit: optional(anyText),
            }),
          ),
          DisconnectKeepSession: optional(oneOf('customTime', 'persistent')),
          DisconnectKeepSessionTime: optional(int()),
          FileManager: optional(anyText),
          Html5FileTransfer: optional(anyText),
          NoOperationDisconnect: optional(anyText),
          /** In seconds. */
          NoOperationDisconnectTime: optional(int()),
          PolicyId: optional(anyText),
          PolicyVersion: optional(open('Center')),
          RevokeAccessPolicyRules: optional(jsonList(object({ CidrIp: optional(anyText), Description: optional(anyText) }))),
          VideoPolicy: optional(object({ FrameRate: optional(int()) })),
          WatermarkPolicy: optional(object({ WatermarkSwitch: optional(oneOf('off', 'on')), WatermarkTypes: optional(jsonList(anyText)) })),
        }),
      ),
    ),
    StoragePolicy: body.json(optional(object({ UserProfile: optional(object({ UserProfileSwitch: optional(flag) })) }))),
    Timers: query.json(optional(jsonList(object({ Interval: optional(int()), TimerType: optional(oneOf('SESSION_TIMEOUT')) })))),
  },
  output: answer({}),
});
