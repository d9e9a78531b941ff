import type { ChannelKind } from '../policy/channel-kinds.ts';

/** What one channel of a kind takes. Absent: no limit that is known. */
export interface ChannelLimits {
  /** Messages within any minute. */
  readonly perMinute?: number;
  /** Messages within any second. */
  readonly perSecond?: number;
  /** Largest text of a message, in bytes of UTF-8. */
  readonly textBytes?: number;
}

/** Largest text for robots that take bodies of 20 KB, in bytes: even if each character had to be escaped it fits. */
export const robotTextBytes = 9_000;

/**
 * The limits of the kinds of channels, as their vendors publish them. DingTalk mutes a robot for ten minutes that was told more within a minute;
 * the others refuse what is too much. A log line of a function is cut at 2,000 characters.
 */
const limits: Readonly<Record<ChannelKind, ChannelLimits>> = {
  dingtalk: { perMinute: 20, textBytes: robotTextBytes },
  feishu: { perMinute: 100, perSecond: 5, textBytes: robotTextBytes },
  lark: { perMinute: 100, perSecond: 5, textBytes: robotTextBytes },
  wecom: { perMinute: 20, textBytes: 2_048 },
  slack: { perSecond: 1, textBytes: robotTextBytes },
  webhook: {},
  file: {},
  console: { textBytes: 1_800 },
};

/** The limits of a kind of channel. */
export function limitsOfKind(kind: string): ChannelLimits {
  return Object.hasOwn(limits, kind) ? limits[kind as ChannelKind] : {};
}
