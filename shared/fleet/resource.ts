/** The resource that a decision is about, as far as reports name it. */
export interface ResourceRef {
  readonly id: string;
  /** As people may be shown it, in one line. */
  readonly name?: string;
  readonly region?: string;
}

/** A resource as reports name it, and nothing else of it. */
export function refOf({ id, name, region }: ResourceRef): ResourceRef {
  return { id, ...(name === undefined ? {} : { name }), ...(region === undefined ? {} : { region }) };
}

/** A resource as the engine needs to see it; each kind adds its own fields. */
export interface Resource extends ResourceRef {
  readonly kind: string;
  /** The name as the service has it, where it cannot be shown as it is: what selectors and patterns compare. Default: `name`. */
  readonly rawName?: string;
  /**
   * The resource of the fleet that this is a part of, such as the group of a session: selectors of exceptions and of protection go by it. The
   * id of a part is `<id of the whole>/<name of the part>`. Default: it is itself one of the fleet.
   */
  readonly partOf?: Resource;
}

/** The resource of the fleet: that which a part belongs to, or the resource itself. */
export function wholeOf(resource: Resource): Resource {
  return resource.partOf ?? resource;
}
