import type { EpochMs } from '../client/clock.ts';
import { checkDraft } from './check/check.ts';
import type { PolicyDocument } from './document.ts';
import { compareProblems, Findings, formatPath, type Problem } from './problem.ts';
import { readDraft, toDocument } from './read-policy.ts';
import { Reader } from './reader.ts';
import type { AnyRuleModule } from './rule-module.ts';
import { mismatchText } from './type-mismatch.ts';
import { readYaml, type YamlSource } from './yaml-source.ts';

/** Options of loading. */
export interface LoadOptions {
  /** Makes loading warn of exceptions, freezes and dates that are over. Default: time plays no part. */
  readonly nowMs?: EpochMs;
}

/** What loading gives: the document unless there are errors, and all problems in the order of the file. */
export interface LoadedPolicy {
  readonly document?: PolicyDocument;
  readonly problems: readonly Problem[];
}

/**
 * Reads and checks the text of a policy. Never throws: everything that is wrong is a problem with file, line and column, all at
 * once. For the command line and builds only, since it carries the YAML parser; functions read compiled policies.
 */
export function loadPolicy(text: string, fileName: string, ruleModules: readonly AnyRuleModule[], options: LoadOptions = {}): LoadedPolicy {
  const source = readYaml(text);
  const findings = new Findings();
  const document = source.data === undefined ? undefined : read(source, source.data.value, text, ruleModules, findings, options);
  const problems: Problem[] = [
    ...source.findings.map((finding) => ({ severity: 'error' as const, file: fileName, path: '', ...finding })),
    ...findings.all.map(({ severity, path, at, text: message, suggestion }) => ({
      severity,
      file: fileName,
      ...source.locate(path, at),
      path: formatPath(path),
      text: message,
      ...(suggestion === undefined ? {} : { suggestion }),
    })),
  ].sort(compareProblems);
  const broken = document === undefined || problems.some(({ severity }) => severity === 'error');
  return broken ? { problems } : { document, problems };
}

function read(
  source: YamlSource,
  raw: unknown,
  text: string,
  modules: readonly AnyRuleModule[],
  findings: Findings,
  options: LoadOptions,
): PolicyDocument | undefined {
  if (raw === null || raw === undefined) {
    findings.error([], 'the file is empty; begin with version: 1, see policy.example.yaml');
    return undefined;
  }
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    findings.error([], mismatchText('record', raw, undefined, { title: 'a policy', examples: ['version: 1'] }));
    return undefined;
  }
  const reader = new Reader(findings, (path) => source.writtenAs(path));
  const draft = readDraft(raw as Record<string, unknown>, modules, reader, findings);
  checkDraft(draft, modules, findings, options.nowMs);
  return toDocument(draft, text);
}
