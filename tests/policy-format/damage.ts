/** One way in which a compiled value can be wrong. */
export interface Damage {
  /** What was done, and where: lists and records as `*`, so that equal damage of several rules has one name. */
  readonly what: string;
  readonly value: unknown;
}

/** Every copy of a compiled value in which one key is gone, has another name, or holds a value of another type, at any depth. */
export function damages(value: unknown, path = ''): readonly Damage[] {
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) {
    // Entries are alike, but for their keys.
    const seen = new Set<string>();
    return value.flatMap((item, at) => {
      const rest = (other: unknown) => value.map((each, index) => (index === at ? other : each));
      return [
        ...otherTypes(item).map((other) => ({ what: `${path}.* as ${nameOf(other)}`, value: rest(other) })),
        ...damages(item, `${path}.*`).map((each) => ({ ...each, value: rest(each.value) })),
      ].filter(({ what }) => !seen.has(what) && seen.add(what));
    });
  }
  return Object.entries(value).flatMap(([key, inner]) => {
    const at = `${path}.${key}`;
    const { [key]: _gone, ...others } = value as Record<string, unknown>;
    return [
      { what: `${at} gone`, value: others },
      { what: `${at} renamed`, value: { ...others, [`${key}s`]: inner } },
      ...otherTypes(inner).map((other) => ({ what: `${at} as ${nameOf(other)}`, value: { ...others, [key]: other } })),
      ...damages(inner, at).map((each) => ({ ...each, value: { ...others, [key]: each.value } })),
    ];
  });
}

/** A value of each kind that another one is not. */
function otherTypes(value: unknown): readonly unknown[] {
  return [null, 7.5, 'such', [], {}].filter((other) => kindOf(other) !== kindOf(value));
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value;
}

function nameOf(value: unknown): string {
  return JSON.stringify(value);
}
