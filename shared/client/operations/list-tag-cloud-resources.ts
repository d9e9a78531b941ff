// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { readTags, taggedIds } from '../shapes/tag.ts';

/**
 * The tags of resources of one kind. Free. The only list that is paged by a token.
 * AliUid, the account itself, takes no ids.
 */
export const listTagCloudResources = operation({
  action: 'ListTagCloudResources',
  group: 'Resource Tags',
  effect: 'none',
  ram: { level: 'list' },
  params: {
    /** Default of the service: 50. */
    MaxResults: body(optional(int(1, 1000))),
    NextToken: body(optional(text)),
    ResourceIds: body.flat(optional(taggedIds)),
    ResourceType: body(oneOf('AppId', 'WyId', 'AppInstanceGroupId', 'AliUid')),
    /** Default of the service: All. */
    Scope: body(optional(oneOf('All', 'Custom', 'System'))),
  },
  output: answer({
    NextToken: readText,
    ResourceTags: readList(
      readObject({ ResourceId: readText, ResourceType: readOneOf<'AppId' | 'WyId' | 'AppInstanceGroupId' | 'AliUid'>(), Tags: readTags }),
    ),
    TotalCount: readInt,
  }),
  paging: {
    style: 'token',
    tokenParam: 'NextToken',
    sizeParam: 'MaxResults',
    items: 'ResourceTags',
    nextToken: 'NextToken',
    total: 'TotalCount',
    maxSize: 1000,
    id: ['ResourceType', 'ResourceId'],
  },
});
