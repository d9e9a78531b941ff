// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, object, oneOf, optional } from '../../schema/schema.ts';
import { answer, readList, readObject, readOneOf, readText } from '../answer.ts';
import { idsUnlessAccount } from '../checks.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { readTags, taggedIds, tagText } from '../shapes/tag.ts';

/**
 * Adds tags to resources, and overwrites the value of a key that exists.
 * A failure for some resources comes with HTTP 200 in FailedResources. The tags `System/Scheduler/…` steer the service.
 */
export const tagCloudResources = operation({
  action: 'TagCloudResources',
  group: 'Resource Tags',
  effect: 'write',
  ram: { level: 'update' },
  params: {
    ResourceIds: body.flat(optional(taggedIds)),
    ResourceType: body(oneOf('CenterImageId', 'AppId', 'WyId', 'AppInstanceGroupId', 'AliUid')),
    Tags: body.flat(list(object({ Key: tagText, Value: tagText }), 20)),
  },
  check: idsUnlessAccount,
  output: answer({
    FailedResources: readList(
      readObject({
        Code: readText,
        Message: readText,
        ResourceId: readText,
        ResourceType: readOneOf<'CenterImageId' | 'AppId' | 'WyId' | 'AppInstanceGroupId' | 'AliUid'>(),
        Tags: readTags,
      }),
    ),
  }),
  batch: { param: 'ResourceIds', max: 50 },
  partial: { list: 'FailedResources', id: 'ResourceId' },
});
