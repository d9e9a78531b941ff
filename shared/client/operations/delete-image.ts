// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { checkedAnswer, readFlag } from '../answer.ts';
import { body, insist } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Deletes a custom image in every region, with the desktop templates that refer to it. Nothing brings it back.
 * It succeeded only if `Code` is 200 and both `Success` and `Data` are true.
 */
export const deleteImage = operation({
  action: 'DeleteImage',
  group: 'Images',
  effect: 'destructive',
  ram: { level: 'none', contested: true },
  params: {
    /** Demanded here: deletes for good: never without naming what. */
    ImageId: insist(body(text)),
  },
  output: checkedAnswer({ Data: readFlag, Success: readFlag }),
  verdict: { codes: ['200'], codeRequired: true, flags: ['Success', 'Data'] },
});
