import { oneOf, optional, text } from '../../schema/schema.ts';
import { answer, readObject, readText } from '../answer.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';

/** The public address of a workstation. Free. */
export const describeWuyingServerEipInfo = operation({
  action: 'DescribeWuyingServerEipInfo',
  group: 'Workstations',
  access: 'read',
  effect: 'none',
  params: {
    Isp: body(optional(oneOf('ChinaMobile', 'ChinaTelecom', 'ChinaUnicom'))),
    WuyingServerId: body(text),
  },
  output: answer({
    EipInfoModel: readObject({ EipId: readText, IpAddress: readText, NetworkInterfaceId: readText, ServerPortRange: readText }),
  }),
});
