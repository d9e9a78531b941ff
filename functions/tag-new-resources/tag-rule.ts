import type { CompiledSelector } from '../../shared/policy/compiled.ts';

/** Functions whose rules spend money or end sessions, so that a tag which brings a group under one of them has consequences. */
export const consequential = [
  'scale-on-schedule',
  'renew-before-expiry',
  'approve-ota-windows',
  'log-off-sessions',
  'power-workstations',
] as const;

/** Name of a function whose rules spend money or end sessions. */
export type Consequential = (typeof consequential)[number];

/** Most tags that a rule sets, and that one call sends: one source allows no more (API notes, tags). */
export const mostPerCall = 10;

/** Most tags of people's own on a resource (API notes, tags). */
export const mostCustomTags = 20;

/** Longest key and longest value of a tag, in characters (API notes, tags). */
export const longestText = 128;

/** A rule of tag-new-resources as the policy has it. */
export interface TagRule {
  readonly name: string;
  readonly targets?: readonly string[];
  readonly groups: CompiledSelector;
  /** Templates by key. */
  readonly set: Readonly<Record<string, string>>;
  readonly bringsUnder?: readonly Consequential[];
  readonly tell?: readonly string[];
}
