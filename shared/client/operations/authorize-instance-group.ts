import { list, object, oneOf, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { body, cloudApp, faultIf } from '../fields.ts';
import { operation } from '../operation.ts';

/**
 * Gives users and user groups access to a delivery group, or takes it away. Users get mail, so send changes only.
 * Whether taking access away ends a session is documented nowhere.
 */
export const authorizeInstanceGroup = operation({
  action: 'AuthorizeInstanceGroup',
  group: 'Delivery Groups',
  access: 'write',
  effect: 'disruptive',
  params: {
    AppInstanceGroupId: body(text),
    AppInstancePersistentId: body(optional(text)),
    AuthorizeUserGroupIds: body.flat(optional(list(text, 20))),
    AuthorizeUserIds: body.flat(optional(list(text, 100))),
    /** The service keeps it for its own callers. */
    AvatarId: body(optional(text)),
    ProductType: body(cloudApp),
    UnAuthorizeUserGroupIds: body.flat(optional(list(text, 20))),
    UnAuthorizeUserIds: body.flat(optional(list(text, 100))),
    UserMeta: body.json(optional(object({ AdDomain: optional(text), Type: optional(oneOf('ad', 'simple')) }))),
  },
  check: (input) =>
    faultIf(
      !input.AuthorizeUserIds && !input.UnAuthorizeUserIds && !input.AuthorizeUserGroupIds && !input.UnAuthorizeUserGroupIds,
      'AuthorizeUserIds',
      'name at least one user or user group to add or remove',
    ),
  output: answer({}),
});
