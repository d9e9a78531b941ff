// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, list, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readObject, readText } from '../answer.ts';
import { body, insist, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { tagFilter } from '../shapes/tag.ts';

/**
 * Makes an image from a cloud desktop or a workstation. Image storage may be charged.
 * Asynchronous: no operation reads the task, so poll ListImage. A repeat makes a second image.
 */
export const createImageByInstance = operation({
  action: 'CreateImageByInstance',
  group: 'Images',
  effect: 'write',
  ram: { level: 'create' },
  params: {
    AutoCleanUserdata: body(optional(flag)),
    /** The service keeps it for its own callers. */
    BizType: body(optional(int())),
    CopyProfile: body(optional(flag)),
    Description: body(optional(text)),
    /** Default of the service: ALL. */
    DiskType: body(optional(oneOf('SYSTEM', 'ALL'))),
    ImageName: body(optional(text)),
    /** Demanded here: an image is made of something. */
    InstanceId: insist(body(text)),
    /** Demanded here: says what kind of id InstanceId is. */
    InstanceType: insist(body(oneOf('CloudDesktop', 'WuyingServer'))),
    /** The service keeps it for its own callers. */
    ProductType: body(optional(text)),
    SubInstanceId: body(optional(text)),
    TagList: query.flat(optional(list(tagFilter))),
  },
  output: checkedAnswer({ Data: readObject({ ImageId: readText, TaskId: readText, VersionId: readText }), Success: readFlag }),
  verdict: { codes: ['200'], flags: ['Success'] },
});
