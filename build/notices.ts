import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** The file beside a bundle that carries the licenses of what is bundled. */
export const noticesFile = 'THIRD-PARTY-NOTICES.txt';

interface BundledPackage {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly text: string;
}

/** The packages that files of a bundle come from: the innermost `node_modules` folder counts. */
function packageFolders(inputs: Iterable<string>): readonly string[] {
  const folders = [...inputs].flatMap((file) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? []);
  return [...new Set(folders)].sort();
}

/** @throws Error for a package without the text of its license, which may not be shipped then */
function packageIn(root: string, folder: string): BundledPackage {
  const place = path.join(root, folder);
  const { name, version, license } = JSON.parse(readFileSync(path.join(place, 'package.json'), 'utf8')) as BundledPackage;
  const files = readdirSync(place).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0)
    throw new Error(`${name} ${version} has no text of its license (${license}): find it, or bundle another package.`);
  const text = files.sort().map((file) => readFileSync(path.join(place, file), 'utf8').trim());
  return { name, version, license, text: text.join('\n\n') };
}

/**
 * Writes the licenses of all packages that went into a bundle beside it, as they ask for; no file where the bundle has code of this project alone.
 * @param inputs files that the bundle was made of, relative to `root`
 */
export function writeNotices(root: string, inputs: Iterable<string>, outfile: string): void {
  const packages = packageFolders(inputs).map((folder) => packageIn(root, folder));
  const file = path.join(path.dirname(outfile), noticesFile);
  rmSync(file, { force: true });
  if (packages.length === 0) return;
  const sections = packages.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`);
  const head = `Streamwarden is under the Apache License 2.0. This bundle also contains:\n`;
  writeFileSync(file, [head, ...sections].join(`\n${'-'.repeat(80)}\n\n`));
}
