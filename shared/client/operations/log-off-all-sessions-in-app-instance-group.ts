import { text } from '../../schema/schema.ts';
import { judgedAnswer } from '../answer.ts';
import { body, cloudApp } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Ends all sessions of a pay-as-you-go group under a schedule, outside the periods of that schedule only. Unsaved work
 * is lost. Elsewhere use Unbind, one session at a time.
 */
export const logOffAllSessionsInAppInstanceGroup = operation({
  action: 'LogOffAllSessionsInAppInstanceGroup',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'disruptive',
  ram: { action: 'appstreaming:LogOffAllSessionsInAppInstanceGroup', level: 'update' },
  params: {
    AppInstanceGroupId: body(text),
    ProductType: body(cloudApp),
  },
  output: judgedAnswer({}),
});
