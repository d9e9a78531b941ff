// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { flag, int, object, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { query } from '../fields.ts';
import { operation } from '../operation.ts';
import { cloudApp } from '../shapes/product.ts';
import { streamingPair } from '../shapes/streaming-mode.ts';

/**
 * Sets the picture policy of delivery groups. Nothing reads a policy back, so the only way to enforce one is to send it
 * again.
 */
export const modifyAppPolicy = operation({
  action: 'ModifyAppPolicy',
  group: 'Delivery Groups',
  effect: 'write',
  params: {
    AppPolicyId: query(text),
    ProductType: query(cloudApp),
    VideoPolicy: query.json(
      optional(
        object({
          FrameRate: optional(oneOf(30, 60)),
          SessionResolutionHeight: optional(int()),
          SessionResolutionWidth: optional(int()),
          StreamingMode: optional(open('video', 'mix')),
          TerminalResolutionAdaptive: optional(flag),
          VisualQualityStrategy: optional(oneOf('adaptive', 'smooth', 'quality')),
          Webrtc: optional(flag),
        }),
      ),
    ),
  },
  combination: streamingPair,
  output: answer({}),
});
