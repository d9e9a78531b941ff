import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A fault that somebody could make in the sources, and that a test has to find. */
export interface Mutant {
  /** Unique, in kebab case. */
  readonly name: string;
  /** The source file that is changed, from the folder of the project. */
  readonly file: string;
  /** Exact text that stands there once. */
  readonly from: string;
  readonly to: string;
  /** The rule of safety that is off then, in one sentence. */
  readonly rule: string;
  /** Tests that look at this place and end within seconds: they are run first. Default: those of single parts of the money path. */
  readonly tests?: readonly string[];
  /** Why nothing can tell the change from the original; such a mutant is expected to survive. */
  readonly equivalent?: string;
}

/** A source with the fault in it. @throws Error where the old text does not stand there exactly once, so that the list stays current */
export function mutated(source: string, { name, file, from, to }: Mutant): string {
  const found = source.split(from).length - 1;
  if (found !== 1) {
    throw new Error(
      `Mutant ${name}: its old text stands ${found} times in ${file}, not once. Adapt it in tests/mutants to what the file says now.`,
    );
  }
  // A replacement text may have dollar signs.
  return source.replace(from, () => to);
}

/** What is wrong with a list of mutants: names given twice, texts that no source has. Empty when all is well. */
export function problemsOf(mutants: readonly Mutant[]): readonly string[] {
  const problems: string[] = [];
  for (const [index, mutant] of mutants.entries()) {
    if (mutants.findIndex(({ name }) => name === mutant.name) !== index) problems.push(`Mutant ${mutant.name} is listed twice.`);
    try {
      mutated(readFileSync(path.join(root, mutant.file), 'utf8'), mutant);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  return problems;
}
