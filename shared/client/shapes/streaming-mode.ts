import { faultIf } from '../fields.ts';
import type { Combination } from '../operation.ts';

/** Legal pairs of transport and picture mode: WebRTC, video stream, mixed stream; or neither field at all. */
export interface Streaming {
  readonly VideoPolicy?:
    | { readonly Webrtc: true; readonly StreamingMode: 'video' }
    | { readonly Webrtc: false; readonly StreamingMode: 'video' | 'mix' }
    | { readonly Webrtc?: undefined; readonly StreamingMode?: undefined }
    | undefined;
}

const values = [
  [true, 'video'],
  [false, 'video'],
  [false, 'mix'],
] as const;

interface Pair {
  readonly VideoPolicy?: { readonly Webrtc?: unknown; readonly StreamingMode?: unknown } | undefined;
}

/** The closed set of pairs; one field alone is refused, since what it would mean is documented nowhere. */
export const streamingPair: Combination<Streaming> = {
  fields: ['VideoPolicy.Webrtc', 'VideoPolicy.StreamingMode'],
  values,
  check: ({ VideoPolicy: policy }: Pair) =>
    faultIf(
      (policy?.Webrtc !== undefined || policy?.StreamingMode !== undefined) &&
        !values.some(([webrtc, mode]) => webrtc === policy.Webrtc && mode === policy.StreamingMode),
      'VideoPolicy.StreamingMode',
      'send both: Webrtc true with video, or false with video or mix',
    ),
};
