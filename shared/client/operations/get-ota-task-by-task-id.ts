// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { text } from '../../schema/schema.ts';
import { checkedAnswer, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The release note and the planned start of an update. Free.
 * Reading it takes the permission to modify delivery groups.
 */
export const getOtaTaskByTaskId = operation({
  action: 'GetOtaTaskByTaskId',
  group: 'OTA',
  effect: 'none',
  ram: { action: 'appstreaming:ModifyAppInstanceGroupAttribute', level: 'get' },
  params: {
    TaskId: body(text),
  },
  output: checkedAnswer({ OtaVersion: readText, ReleaseNote: readText, TaskStartTime: readText }),
});
