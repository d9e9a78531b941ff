// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, oneOf, optional } from '../../schema/schema.ts';
import { answer, readList, readObject, readOneOf, readText } from '../answer.ts';
import { idsUnlessAccount } from '../checks.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { readTags, taggedIds, tagText } from '../shapes/tag.ts';

/**
 * Removes tags by key. Images are not among its kinds.
 * A failure for some resources comes with HTTP 200 in FailedResources.
 */
export const untagCloudResources = operation({
  action: 'UntagCloudResources',
  group: 'Resource Tags',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    ResourceIds: body.flat(optional(taggedIds)),
    ResourceType: body(oneOf('AppId', 'WyId', 'AppInstanceGroupId', 'AliUid')),
    TagKeys: body.flat(list(tagText, 10)),
  },
  check: idsUnlessAccount,
  output: answer({
    FailedResources: readList(
      readObject({
        Code: readText,
        Message: readText,
        ResourceId: readText,
        ResourceType: readOneOf<'AppId' | 'WyId' | 'AppInstanceGroupId' | 'AliUid'>(),
        Tags: readTags,
      }),
    ),
  }),
  batch: { param: 'ResourceIds', max: 50 },
  partial: { list: 'FailedResources', id: 'ResourceId' },
});
