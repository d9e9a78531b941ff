import { flag, int, object, oneOf, open, optional, text } from '../../schema/schema.ts';
import { answer } from '../answer.ts';
import { cloudApp, query } from '../fields.ts';
import { operation } from '../operation.ts';
import { streamingPair } from '../shapes/streaming-mode.ts';

/** Sets the picture policy of delivery groups. Nothing reads a policy back, so the only way to enforce one is to send it again. */
export const modifyAppPolicy = operation({
  action: 'ModifyAppPolicy',
  group: 'Delivery Groups',
  access: 'write',
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
