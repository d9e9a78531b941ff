import { spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The project's root folder. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a file in a fresh Node process, with variables besides this one's, and gives the JSON on its last line. @throws Error with the child's error text */
export function measureInChild<T>(
  file: string,
  args: readonly string[] = [],
  nodeFlags: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<T> {
  const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeFlags, ...loader, file, ...args], {
      ...{ cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      err += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      const last = out.trimEnd().split('\n').at(-1) ?? '';
      if (code !== 0) reject(new Error(`${file} ended with ${code}: ${err || out}`));
      else resolve(JSON.parse(last) as T);
    });
  });
}

/**
 * Bundles a child as a function would be bundled, so that no loader of the sources is measured with it, and gives the file. It lies in the
 * project, from where the official engine is found.
 */
export async function bundleChild(name: string): Promise<string> {
  const outfile = path.join(root, 'dist', 'bench', `${name}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: [`bench/children/${name}.ts`],
    ...{ outfile, bundle: true, platform: 'node', target: 'node20', format: 'esm', minify: true, logLevel: 'error' },
  });
  return outfile;
}

/** A server in a process of its own, so that its work is not counted as the client's. */
export async function startChildServer(file: string, args: readonly string[] = []): Promise<{ readonly url: string; stop(): void }> {
  const child = spawn(process.execPath, ['--import', 'tsx', file, ...args], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    let out = '';
    child.stdout.on('data', (chunk) => {
      out += chunk;
      if (out.includes('\n')) resolve(out.trim());
    });
    child.on('exit', (code) => reject(new Error(`${file} ended with ${code} before it listened`)));
  });
  return { url, stop: () => void child.kill() };
}
