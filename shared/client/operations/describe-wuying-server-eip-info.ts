// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readObject, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/** The public address of a workstation. Free. */
export const describeWuyingServerEipInfo = operation({
  action: 'DescribeWuyingServerEipInfo',
  group: 'Workstations',
  effect: 'none',
  params: {
    Isp: body(optional(oneOf('ChinaMobile', 'ChinaTelecom', 'ChinaUnicom'))),
    WuyingServerId: body(text),
  },
  output: answer({
    EipInfoModel: readObject({ EipId: readText, IpAddress: readText, NetworkInterfaceId: readText, ServerPortRange: readText }),
  }),
});
