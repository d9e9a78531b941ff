// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { oneOf, text } from '../../schema/schema.ts';
import { checkedAnswer } from '../answer.ts';
import { body, instant } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Lets an update run at the chosen time. Nothing cancels an approval.
 * Each approval changes the TaskId: read it from OtaInfo right before. Only `success` in `Code` is success.
 */
export const approveOtaTask = operation({
  action: 'ApproveOtaTask',
  group: 'OTA',
  effect: 'disruptive',
  ram: { action: 'appstreaming:ModifyAppInstanceGroupAttribute', level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    BizRegionId: body(text),
    OtaType: body(oneOf('Fota', 'ImageUpdate', 'AppUpdate')),
    StartTime: body(instant),
    TaskId: body(text),
  },
  output: checkedAnswer({}),
  verdict: { codes: ['success'], codeRequired: true },
});
