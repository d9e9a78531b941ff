// Generated from api/appstream-center-2021-09-01.json and api/overlay/: change those, and run `npm run generate`.
import { legalTogether } from '../fields.ts';

/** Legal pairs of transport and picture mode: WebRTC, video stream, mixed stream; or neither field at all. */
type Streaming = {
  readonly VideoPolicy?:
    | { readonly Webrtc: true | false; readonly StreamingMode: 'video' }
    | { readonly Webrtc: false; readonly StreamingMode: 'mix' }
    | { readonly Webrtc?: undefined; readonly StreamingMode?: undefined }
    | undefined;
};

/** The closed set of pairs; one field alone is refused, since what it would mean is documented nowhere. */
export const streamingPair = legalTogether<Streaming>(
  ['VideoPolicy.Webrtc', 'VideoPolicy.StreamingMode'],
  [
    [true, 'video'],
    [false, 'video'],
    [false, 'mix'],
  ],
  'VideoPolicy.StreamingMode',
  'choose one of StreamingMode video with Webrtc true or false; StreamingMode mix with Webrtc false',
);
