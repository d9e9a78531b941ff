/** The resource that a decision is about, as far as reports name it. */
export interface ResourceRef {
  readonly id: string;
  readonly name?: string;
  readonly region?: string;
}

/** A resource as the engine needs to see it; each kind adds its own fields. */
export interface Resource extends ResourceRef {
  readonly kind: string;
}
