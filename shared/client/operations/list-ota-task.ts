// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { int, oneOf, text } from '../../schema/schema.ts';
import { answer, readInt, readList, readObject, readOneOf, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * The updates of a delivery group with their state and start. Free.
 * It needs the permission of another operation, ListAppInstanceGroup.
 */
export const listOtaTask = operation({
  action: 'ListOtaTask',
  group: 'OTA',
  effect: 'none',
  ram: { action: 'appstreaming:ListAppInstanceGroup', level: 'get' },
  params: {
    AppInstanceGroupId: body(text),
    OtaType: body(oneOf('Fota', 'ImageUpdate', 'AppUpdate')),
    PageNumber: body(int(1)),
    PageSize: body(int(1, 100)),
  },
  output: answer({
    PageNumber: readInt,
    PageSize: readInt,
    TaskList: readList(
      readObject({
        OtaVersion: readText,
        TaskDisplayStatus: readOneOf<'STANDBY' | 'RUNNING' | 'FAILED' | 'TERMINATED' | 'FINISHED' | 'PART_FINISHED'>(),
        TaskId: readText,
        TaskStartTime: readText,
      }),
    ),
    TotalCount: readInt,
  }),
  paging: {
    style: 'page',
    pageParam: 'PageNumber',
    sizeParam: 'PageSize',
    items: 'TaskList',
    total: 'TotalCount',
    maxSize: 100,
    id: ['TaskId'],
  },
});
