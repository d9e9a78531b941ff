import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { objectionOf, root, serverlessDevs } from './preview.ts';

/** The component's schema in a folder of facts, if somebody keeps one next to the project; it is the vendor's, and not part of this project. */
const schemaName = path.join('facts', 'fc3-schema.json');

/** What `s verify` serves as a component: all that it asks for is the schema. */
const stub = (schema: string): string => `
const { readFileSync } = require('node:fs');
class Component {
  async getSchema() { return readFileSync(${JSON.stringify(schema)}, 'utf8'); }
}
module.exports = Component;
module.exports.default = Component;
`;

/** The schema file of the fc3 component: `FC3_SCHEMA`, else `facts/fc3-schema.json` in a folder next to the project; undefined where there is none. */
export function schemaFile(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const named = environment['FC3_SCHEMA'];
  if (named) return path.resolve(named);
  const beside = path.dirname(path.resolve(root));
  return readdirSync(beside)
    .sort()
    .map((folder) => path.join(beside, folder, schemaName))
    .find((file) => existsSync(file));
}

/**
 * Runs the real `s verify` on a file against the schema of the real component, served by a stand-in for it, since the component itself comes
 * from a registry. Gives what `s` objects to; undefined: nothing.
 */
export async function verify(
  file: string,
  schema: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<string | undefined> {
  const folder = mkdtempSync(path.join(tmpdir(), 'fc3-stub-'));
  try {
    writeFileSync(path.join(folder, 'package.json'), '{"name":"fc3","version":"0.0.0","main":"index.js"}\n');
    writeFileSync(path.join(folder, 'index.js'), stub(schema));
    const ended = await serverlessDevs(['verify', '-t', file], { ...environment, FC3_COMPONENT: folder });
    return ended.status === 0 ? undefined : objectionOf(ended);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
