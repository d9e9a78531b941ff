import type { Raw } from './coerce.ts';
import type { Pair } from './wire.ts';

interface Node {
  text: string | undefined;
  readonly children: Map<string, Node>;
}

/**
 * Rebuilds one flat parameter from its parts: `Tag.1.Key=a&Tag.1.Value=b` becomes `[{Key: 'a', Value: 'b'}]`. Gaps in the numbering
 * close up. Undefined where no part of the parameter was sent.
 */
export function unflatten(name: string, pairs: readonly Pair[]): Raw | undefined {
  const root: Node = { text: undefined, children: new Map() };
  const prefix = `${name}.`;
  let found = false;
  for (const [key, value] of pairs) {
    if (!key.startsWith(prefix)) continue;
    found = true;
    let node = root;
    for (const part of key.slice(prefix.length).split('.')) {
      let child = node.children.get(part);
      if (!child) {
        child = { text: undefined, children: new Map() };
        node.children.set(part, child);
      }
      node = child;
    }
    node.text = value;
  }
  return found ? build(root) : undefined;
}

function build(node: Node): Raw {
  if (node.children.size === 0) return node.text ?? '';
  const keys = [...node.children.keys()];
  if (keys.every((key) => /^[1-9]\d*$/.test(key))) {
    return keys.sort((left, right) => Number(left) - Number(right)).map((key) => build(node.children.get(key) as Node));
  }
  return Object.fromEntries(keys.map((key) => [key, build(node.children.get(key) as Node)]));
}
