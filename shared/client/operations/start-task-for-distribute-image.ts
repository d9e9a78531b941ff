import { list, oneOf, optional, text } from '../../schema/schema.ts';
import { judgedAnswer, readFlag, readText } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Copies an image to further regions. Storage there may be charged.
 * Asynchronous: follow `ImageRegionDistributeList` of ListImage, and send only regions that lack the image.
 */
export const startTaskForDistributeImage = operation({
  action: 'StartTaskForDistributeImage',
  group: 'Images',
  access: 'write',
  effect: 'write',
  ram: { action: 'appstreaming:StartTaskForDistributeImage', level: 'create' },
  params: {
    DestinationRegionList: insist(body.flat(list(text))),
    ImageId: body(text),
    ProductType: body(optional(oneOf('CloudDesktop', 'CloudApp', 'WuyingServer'))),
    /** The service keeps it for its own callers. */
    RetryType: body(optional(text)),
    SourceRegion: body(optional(text)),
    VersionId: body(optional(text)),
  },
  output: judgedAnswer({ Data: readText, Success: readFlag }),
  verdict: { codes: ['200'], flags: ['Success'] },
});
