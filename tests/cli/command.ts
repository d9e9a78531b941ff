import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The command as users start it. */
const bin = fileURLToPath(new URL('../../bin/streamwarden.js', import.meta.url));
/** The same from the bundle that the suite made. */
const bundled = process.env.STREAMWARDEN_TEST_COMMAND ?? bin;

/** What a command printed and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

/** How a command is started. */
interface StartOptions {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
  /** From the sources, by the file that users start, rather than from the bundle. Default: false. */
  readonly asInstalled?: boolean;
}

/** Starts the command line as a user would, without color and without this machine's credentials. */
export function start(args: readonly string[], options: StartOptions = {}): Running {
  const {
    ALIBABA_CLOUD_ACCESS_KEY_ID: _id,
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: _secret,
    STREAMWARDEN_STORE: _store,
    STREAMWARDEN_TEST_COMMAND: _bundle,
    FORCE_COLOR: _color,
    ...env
  } = process.env;
  const child = spawn(process.execPath, [options.asInstalled ? bin : bundled, ...args], {
    cwd: options.cwd,
    env: { ...env, NO_COLOR: '1', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, ended };
}

/** Runs the command line to its end. */
export function streamwarden(args: readonly string[], options?: Parameters<typeof start>[1]): Promise<Ended> {
  return start(args, options).ended;
}
