import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { schemaFile, verify } from '../../build/s-yaml/verify.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-verify-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A small schema in the place of the component's own. */
function schemaWith(properties: object): string {
  const file = path.join(folder, `${Object.keys(properties).join('-')}.json`);
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', type: 'object', properties, required: Object.keys(properties) };
  writeFileSync(file, JSON.stringify(schema));
  return file;
}

test('the real `s verify` is asked, and its objection is passed on without the banner around it', async () => {
  const [fits, objects] = await Promise.all([
    verify('s.starter.yaml', schemaWith({ handler: { type: 'string' } })),
    verify('s.starter.yaml', schemaWith({ nodes: { type: 'integer' } })),
  ]);
  expect(fits).toBeUndefined();
  expect(objects).toMatch(/must have required property 'nodes'/);
  expect(objects).not.toMatch(/Feedback|Logs:/);
});

test('a schema that is named goes before the one beside the project', () => {
  expect(schemaFile({ FC3_SCHEMA: '/elsewhere/schema.json' })).toBe('/elsewhere/schema.json');
});
