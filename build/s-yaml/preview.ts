import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** How a command of Serverless Devs ended. */
interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the real Serverless Devs command line in the folder of the project. It writes to HOME, so it gets one of its own; no variable of this
 * process reaches it but those that are passed, so that a file renders the same everywhere.
 */
export async function serverlessDevs(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<Ended> {
  const home = mkdtempSync(path.join(tmpdir(), 's-home-'));
  try {
    const { PATH = '' } = process.env;
    const command = path.join(root, 'node_modules', '.bin', 's');
    const env = { PATH, HOME: home, ...environment };
    return await ended(spawn(command, [...args, '--silent'], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] }));
  } finally {
    removeHome(home);
  }
}

/**
 * Removes the home of a command. What the tool left behind to report its use may still be writing there, and a retry of Node's own empties no folder
 * again; so the whole removal is tried again, and what stays after that is left to the system's folder of temporary files: it says nothing of the command.
 */
function removeHome(home: string): void {
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      rmSync(home, { recursive: true, force: true, maxRetries: 1, retryDelay: 100 });
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
    }
  }
}

/** How a process ends, and what it printed. @throws Error when it cannot be started */
function ended(child: ReturnType<typeof spawn>): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

/** What a failed command objects to, without the banner around it. */
export function objectionOf({ status, stdout, stderr }: Ended): string {
  const said = /Error Message:\s*([\s\S]*?)\s*(?:A complete log|$)/.exec(stdout)?.[1] ?? `${stdout}${stderr}`;
  return said.replace(/\s+/g, ' ').trim() || `it ended with ${status}`;
}

/**
 * What `s preview` renders of a file: variables, templates and all. Needs no cloud. What cannot be resolved may stay in the text.
 * @throws Error when the command fails or prints no JSON
 */
export async function preview(file: string, environment?: Readonly<Record<string, string>>): Promise<unknown> {
  const result = await serverlessDevs(['preview', '-t', file, '-o', 'json'], environment);
  // Warnings, such as that about root, come before the document.
  const start = result.stdout.indexOf('{');
  if (result.status !== 0 || start < 0) throw new Error(`s preview refuses ${file}: ${objectionOf(result)}`);
  return JSON.parse(result.stdout.slice(start));
}
