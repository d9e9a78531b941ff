// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, oneOf, optional, text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag, readText } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Copies an image to further regions. Storage there may be charged.
 * Asynchronous: follow `ImageRegionDistributeList` of ListImage, and send only regions that lack the image.
 */
export const startTaskForDistributeImage = operation({
  action: 'StartTaskForDistributeImage',
  group: 'Images',
  effect: 'write',
  ram: { level: 'create' },
  params: {
    /** Demanded here: left out it could mean every region, and storage is charged. */
    DestinationRegionList: insist(body.flat(list(text))),
    ImageId: body(text),
    ProductType: body(optional(oneOf('CloudDesktop', 'CloudApp', 'WuyingServer'))),
    /** The service keeps it for its own callers. */
    RetryType: body(optional(text)),
    SourceRegion: body(optional(text)),
    VersionId: body(optional(text)),
  },
  output: checkedAnswer({ Data: readText, Success: readFlag }),
  verdict: { codes: ['200'], flags: ['Success'] },
});
