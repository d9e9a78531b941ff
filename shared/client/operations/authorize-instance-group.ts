// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { list, object, oneOf, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { namesSomebody } from '../checks.ts';
import { body } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';

/**
 * Gives users and user groups access to a delivery group, or takes it away. Users get mail, so send changes only.
 * Whether taking access away ends a session is documented nowhere.
 */
export const authorizeInstanceGroup = operation({
  action: 'AuthorizeInstanceGroup',
  group: 'Delivery Groups',
  effect: 'disruptive',
  params: {
    AppInstanceGroupId: body(text),
    AppInstancePersistentId: body(optional(text)),
    AuthorizeUserGroupIds: body.flat(optional(list(text, 20))),
    AuthorizeUserIds: body.flat(optional(list(text, 100))),
    /** The service keeps it for its own callers. Default of the service: default. */
    AvatarId: body(optional(text)),
    ProductType: body(cloudApp),
    UnAuthorizeUserGroupIds: body.flat(optional(list(text, 20))),
    UnAuthorizeUserIds: body.flat(optional(list(text, 100))),
    UserMeta: body.json(optional(object({ AdDomain: optional(text), Type: optional(oneOf('ad', 'simple')) }))),
  },
  check: namesSomebody,
  output: answer({}),
});
