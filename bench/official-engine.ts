import { createRequire } from 'node:module';

/** The engine of the official SDKs and what it builds on, as CommonJS gives them; typed by those who use them. */
export function officialEngine(): unknown {
  const load = createRequire(import.meta.url);
  const engine = load('@alicloud/openapi-core');
  // The engine's own dependency, found from where the engine is.
  const base = createRequire(load.resolve('@alicloud/openapi-core'))('@darabonba/typescript');
  return { engine, base };
}
