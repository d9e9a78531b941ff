import type { PolicyDraft } from '../draft.ts';
import type { Findings, PolicyPath } from '../problem.ts';
import type { NameKind } from '../rule-module.ts';
import { nearest } from '../suggest.ts';

const sectionOf = { target: 'targets', calendar: 'calendars', schedule: 'schedules', channel: 'channels', approvers: 'approvers' } as const;

/** Resolves names of one policy, and remembers which were used. */
export class Names {
  readonly #draft: PolicyDraft;
  readonly #findings: Findings;
  readonly #used = new Set<string>();

  constructor(draft: PolicyDraft, findings: Findings) {
    this.#draft = draft;
    this.#findings = findings;
  }

  /** All names of a kind, those of broken entries included: a broken entry is reported once, where it stands. */
  defined(kind: NameKind): string[] {
    const section = this.#draft.raw[sectionOf[kind]];
    return typeof section === 'object' && section !== null && !Array.isArray(section) ? Object.keys(section) : [];
  }

  /** Reports an error at `path` unless the name is defined. */
  expect(kind: NameKind, name: string, path: PolicyPath): void {
    this.#used.add(`${kind} ${name}`);
    const known = this.defined(kind);
    if (known.includes(name)) return;
    const section = sectionOf[kind];
    const advice =
      known.length === 0
        ? `there is no section ${section} with names; add ${name} there`
        : `write one of ${known.join(', ')}, or add it under ${section}`;
    this.#findings.error(path, `"${name}" is not under ${section}; ${advice}`, { suggestion: nearest(name, known) });
  }

  /** Marks a name as used without looking it up. */
  use(kind: NameKind, name: string): void {
    this.#used.add(`${kind} ${name}`);
  }

  /** Warns of entries that nothing refers to. */
  warnUnused(kind: NameKind, advice: string): void {
    for (const name of this.defined(kind)) {
      if (!this.#used.has(`${kind} ${name}`))
        this.#findings.warning([sectionOf[kind], name], `nothing uses this ${kind}; ${advice}`, { at: 'key' });
    }
  }
}
