import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Mutant, mutated, root } from './mutant.ts';

/** A test that failed. */
export interface FailedTest {
  /** From the folder of the project. */
  readonly file: string;
  readonly name: string;
}

/** What came of running tests: none failed; which failed first; or they did not end in time. */
export type TestResult =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly test: FailedTest }
  | { readonly outcome: 'hung' };

/** What the JSON reporter of vitest writes, as far as it is read. */
interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** A copy of the project in which sources may be broken. */
export class Workspace {
  readonly #folder: string;
  /** Whether a test file passes without any mutant. */
  readonly #sound = new Map<string, boolean>();

  /** Sources are compiled once for all runs, but for the broken one: what is kept goes by what stands in a file. */
  get #cached(): readonly string[] {
    return ['--experimental.fsModuleCache', `--experimental.fsModuleCachePath=${path.join(this.#folder, '.compiled')}`];
  }

  /** Copies what git knows or would know, and links the installed packages. */
  constructor() {
    this.#folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-mutants-'));
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
    for (const file of listed.split('\0').filter((each) => each !== '')) {
      mkdirSync(path.dirname(path.join(this.#folder, file)), { recursive: true });
      cpSync(path.join(root, file), path.join(this.#folder, file), { errorOnExist: false, verbatimSymlinks: true });
    }
    symlinkSync(path.join(root, 'node_modules'), path.join(this.#folder, 'node_modules'));
  }

  /** Breaks a source, does something, and mends it. */
  async with<T>(mutant: Mutant, act: () => Promise<T>): Promise<T> {
    const file = path.join(this.#folder, mutant.file);
    const original = readFileSync(file, 'utf8');
    writeFileSync(file, mutated(original, mutant));
    try {
      return await act();
    } finally {
      writeFileSync(file, original);
    }
  }

  /** Runs test files until the first failure. */
  async runTests(which: { readonly files: readonly string[] } | { readonly relatedTo: string }, limitMs: number): Promise<TestResult> {
    const report = path.join(this.#folder, 'vitest-report.json');
    rmSync(report, { force: true });
    const chosen = 'files' in which ? ['run', ...which.files] : ['related', which.relatedTo, '--run'];
    const options = ['--bail=1', '--reporter=json', `--outputFile=${report}`, '--passWithNoTests', ...this.#cached];
    const ended = await this.#run([path.join('node_modules', 'vitest', 'vitest.mjs'), ...chosen, ...options], limitMs);
    if (ended.hung) return { outcome: 'hung' };
    if (ended.code === 0) return { outcome: 'passed' };
    return { outcome: 'failed', test: this.#firstFailure(report, ended.output) };
  }

  /** True where a test file passes without any mutant; otherwise its failures say nothing. Asked of each file once. */
  async isSound(file: string, limitMs: number): Promise<boolean> {
    const known = this.#sound.get(file);
    if (known !== undefined) return known;
    const { outcome } = await this.runTests({ files: [file] }, limitMs);
    this.#sound.set(file, outcome === 'passed');
    return outcome === 'passed';
  }

  /** Explores the purchase protocol for a while. True where no invariant breaks. */
  async explore(minutes: number): Promise<boolean> {
    const args = ['--max-old-space-size=8000', '--import', 'tsx', 'tests/model/main.ts', '--singles', '--minutes', String(minutes)];
    const { output } = await this.#run(args, (minutes + 2) * 60_000);
    return !output.includes('BREAKS') && /^0 violations/m.test(output);
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #firstFailure(report: string, output: string): FailedTest {
    try {
      const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
      const result = testResults.find(({ status }) => status === 'failed');
      const test = result?.assertionResults.find(({ status }) => status === 'failed');
      if (result) return { file: path.relative(this.#folder, result.name), name: test?.fullName ?? '(the file does not load)' };
    } catch {
      // Without a report the run broke before any test.
    }
    return { file: '', name: output.trim().split('\n').slice(-3).join(' ') };
  }

  #run(
    args: readonly string[],
    limitMs: number,
  ): Promise<{ readonly code: number | null; readonly hung: boolean; readonly output: string }> {
    return new Promise((resolve) => {
      const child = spawn(process.execPath, args, { cwd: this.#folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      const said: Buffer[] = [];
      child.stdout.on('data', (chunk: Buffer) => said.push(chunk));
      child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
      let hung = false;
      // The whole group: workers of a loop without end do not hear their parent.
      const timer = setTimeout(() => {
        hung = true;
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      }, limitMs);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve({ code, hung, output: Buffer.concat(said).toString('utf8') });
      });
    });
  }
}
