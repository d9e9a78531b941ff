// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, text } from '../../schema/schema.ts';
import { answer, readFlag, readList, readObject, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Deletes app instances that are INIT or IDLE. Open to some customers only.
 * `Success` of a row means that the deletion began: poll ListAppInstances with IncludeDeleted.
 */
export const deleteAppInstances = operation({
  action: 'DeleteAppInstances',
  group: 'App Instances',
  effect: 'destructive',
  ram: { level: 'delete' },
  params: {
    AppInstanceGroupId: body(text),
    AppInstanceIds: body.flat(list(text, 100)),
    ProductType: body(cloudApp),
  },
  output: answer({
    DeleteAppInstanceModels: readList(readObject({ AppInstanceId: readText, Code: readText, Message: readText, Success: readFlag })),
  }),
  batch: { param: 'AppInstanceIds', max: 100 },
  partial: { list: 'DeleteAppInstanceModels', id: 'AppInstanceId', success: 'Success' },
});
