import type { EpochMs } from '../../client/clock.ts';
import { type RamPerson, type RamUser, userText } from '../../policy/approvers.ts';
import { type Money, moneyToJson } from '../../policy/money.ts';
import { expirySegment } from '../log/alerts.ts';
import { linkOf } from '../log/record.ts';
import { emptyStream, readable, type StreamEnd } from '../log/stream.ts';
import { fromSegment, isKey, keyOf, streamKey } from '../store/key.ts';
import { JournalError } from '../store/store.ts';
import { type Storing, storeReadAll } from '../store/store-effect.ts';
import { type AnswerWritten, appendAnswer, mostAnswers } from './append-answer.ts';
import { type AnswerBody, readAnswerBody } from './approval-record.ts';

/** Where an answer was given: at the command line, or by a link, which counts only where the rule says so. */
type ApprovalSource = 'approvals' | 'approvals-link';

/** What an answer is about: one expiry of one resource, asked of one circle of approvers. */
export interface ApprovalSubject {
  readonly circle: string;
  readonly account: string;
  readonly resource: string;
  readonly expiresAtMs: EpochMs;
}

/** Where a record stands: its stream, its number there, and the link to the record before it. */
export interface AnswerPlace {
  readonly stream: string;
  readonly sequence: number;
  readonly prev: string | null;
  readonly atMs: EpochMs;
}

/** The answer that a link's record is proved to hold, no wider than its question; or why it counts for nothing. */
type ProvedAnswer =
  | {
      readonly ok: true;
      readonly target: string;
      readonly period: AnswerBody['period'];
      readonly highest: Money;
      readonly untilMs: EpochMs;
    }
  | { readonly ok: false; readonly why: string };

/** Checks that the answer in a link's record was made by somebody who had the link of a question of this installation about this subject. */
export type LinkProver = (subject: ApprovalSubject, place: AnswerPlace, body: AnswerBody) => ProvedAnswer;

/** Whose answers count. */
export interface Electorate {
  /** The users who may answer for the circle that is asked. */
  readonly voters: readonly RamUser[];
  /** Every circle of the policy: what a voter said when another circle was asked counts too. */
  readonly circles: readonly string[];
  /** True where answers by link count. */
  readonly links: boolean;
  /** Default: nothing is known by which answers by link could be checked. Their approvals do not count then, and their refusals do. */
  readonly proveLink?: LinkProver | undefined;
}

/** An answer that may count. */
export interface Approval extends Pick<AnswerBody, 'verdict' | 'target' | 'period' | 'highest' | 'because' | 'seen'> {
  /** See `AnswerBody`. Default: empty. */
  readonly electorate?: AnswerBody['electorate'];
  /** True for an answer that does not count any more, but for approvals that were given while it did: see `readApprovals`. */
  readonly former?: true;
  /** Who answered, as people read it. */
  readonly by: string;
  /** Undefined for an answer by link. */
  readonly person: RamPerson | undefined;
  readonly source: ApprovalSource;
  /** By the clock of its writer: for people to read, never to order by. */
  readonly atMs: EpochMs;
  /** From this instant on an approval does not count any more. */
  readonly untilMs: EpochMs;
  /** No link about this expiry approves anything any more. */
  readonly withdrawsLinks: boolean;
  /** What the key of its stream begins with; together with `sequence` its name. */
  readonly voice: string;
  readonly sequence: number;
  /** Key of its record. */
  readonly key: string;
}

/** A record that counts for nothing. */
interface UnusableAnswer {
  readonly key: string;
  readonly voice: string;
  readonly sequence: number;
  /**
   * `unreadable`: nobody can tell what it says. `forged`: it is not by whom it says, or not proved. `altered`: it does not continue the record before
   * it. `unverified`: an answer by link that cannot be checked here. `too-many`: the stream has more records than are read.
   */
  readonly code: 'unreadable' | 'forged' | 'altered' | 'unverified' | 'too-many';
  readonly text: string;
  /** True where approvals of the same stream up to here do not count: what cannot be read may have taken them back. */
  readonly suspends: boolean;
}

/** All that was answered about a subject, as far as it can be read. */
export interface Answers {
  readonly given: readonly Approval[];
  readonly unusable: readonly UnusableAnswer[];
  /** Where each stream ends, by what its key begins with: what an answer that is given next has seen. */
  readonly ends: Readonly<Record<string, StreamEnd>>;
}

/** Nobody has answered, and nothing was read. */
export const noAnswers: Answers = { given: [], unusable: [], ends: {} };

/** A new answer at the command line. */
export interface NewApproval extends Pick<AnswerBody, 'verdict' | 'target' | 'period' | 'highest'> {
  readonly by: RamPerson;
  readonly because?: string | undefined;
  readonly atMs: EpochMs;
  readonly untilMs: EpochMs;
  readonly withdrawsLinks?: boolean | undefined;
}

/** Records read at once of a stream that has any. */
const readAhead = 4;

/**
 * What the keys of a person's answers for a circle begin with: `approvals/<approvers>/<account>.<user>`. Approvers and person come first, so that
 * RAM can let each person write only their own.
 */
export function personVoice(circle: string, { account, user }: RamUser): string {
  return keyOf('approvals', circle, `${account}.${user}`);
}

/** What the keys of answers by link of a circle begin with: `approvals-link/<approvers>`. */
export function linkVoice(circle: string): string {
  return keyOf('approvals-link', circle);
}

/** The stream of answers about a subject by one voice: `<voice>/<account>/<resource>/<expiry>`. */
export function approvalStream(voice: string, { account, resource, expiresAtMs }: Omit<ApprovalSubject, 'circle'>): string {
  return `${voice}/${keyOf(account, resource, expirySegment(expiresAtMs))}`;
}

/**
 * Reads what was answered about a subject, by exact reads from the first record of each stream on: no list, which may lag behind. A record that
 * cannot be read or trusted is named in `unusable` and silences nobody else. One round of reads where nobody has answered.
 *
 * An approval that was given while others could answer too holds against their answers, also where the policy does not ask them any more: these are
 * read as `former`. So whoever takes somebody out of the approvers does not set an older approval free that this person had refused.
 * @throws StoreError
 */
export function* readApprovals(subject: ApprovalSubject, electorate: Electorate): Storing<Answers> {
  const readers = voicesOf(subject, electorate).map((voice) => new StreamReader(voice, subject, electorate));
  yield* readToEnd(readers);
  const formers = formersOf(readers).map((voice) => new StreamReader(voice, { ...subject, circle: voice.circle }, electorate, true));
  yield* readToEnd(formers);
  const all = new Map([...readers, ...formers].map((reader) => [reader.voice, reader]));
  // Who answered while these were read had read what was written meanwhile.
  for (let pass = 0; pass < latePasses; pass++) {
    const late = [...all.values()].flatMap(({ given }) => given).flatMap(({ seen }) => Object.entries(seen));
    const behind = [...new Set(late.flatMap(([voice, last]) => (all.get(voice)?.isBehind(last) ? [voice] : [])))];
    if (behind.length === 0) break;
    yield* readToEnd(behind.map((voice) => all.get(voice) as StreamReader));
  }
  // What nobody can have read yet was not read: such an approval would count before any refusal that is still to come, and such a refusal could never
  // be overruled.
  const isFalse = ({ seen }: Approval): boolean =>
    Object.entries(seen).some(([voice, last]) => last >= (all.get(voice)?.end.next ?? last + 1));
  const given: Approval[] = [];
  const unusable = [...all.values()].flatMap((reader) => reader.unusable);
  for (const each of [...all.values()].flatMap((reader) => reader.given)) {
    if (!isFalse(each)) given.push(each);
    else if (each.verdict === 'refuse') given.push({ ...each, seen: {} });
    else unusable.push(claimsTooMuch(each));
  }
  return { given, unusable, ends: Object.fromEntries(readers.map(({ voice, end }) => [voice, end])) };
}

/** How often streams are read on, where others show that they have gone on meanwhile. */
const latePasses = 2;

function* readToEnd(readers: readonly StreamReader[]): Storing<void> {
  for (let unfinished = readers; unfinished.length > 0; unfinished = unfinished.filter(({ done }) => !done)) {
    const wanted = unfinished.map((reader) => reader.wanted());
    const found = yield* storeReadAll(wanted.flat());
    let from = 0;
    for (const [index, reader] of unfinished.entries()) {
      const count = wanted[index]?.length ?? 0;
      reader.take(found.slice(from, from + count));
      from += count;
    }
  }
}

/** A voice, and whose it is; undefined for links. */
interface Voice {
  readonly name: string;
  readonly circle: string;
  readonly person: RamUser | undefined;
}

function voicesOf({ circle }: ApprovalSubject, { voters, circles, links }: Electorate): readonly Voice[] {
  const asked = [...new Set([circle, ...circles])];
  const persons = asked.flatMap((each) => voters.map((person) => ({ name: personVoice(each, person), circle: each, person })));
  return links ? [...persons, { name: linkVoice(circle), circle, person: undefined }] : persons;
}

/** Who could answer when the approvals were given, and is not asked any more. */
function formersOf(readers: readonly StreamReader[]): readonly Voice[] {
  const asked = new Set(readers.map(({ voice }) => voice));
  const named = readers.flatMap(({ given }) => given).flatMap(({ verdict, electorate = [] }) => (verdict === 'approve' ? electorate : []));
  return [...new Set(named)].flatMap((name) => (asked.has(name) ? [] : (voiceNamed(name) ?? [])));
}

/** The voice of a name; undefined for what no program of ours writes. */
function voiceNamed(name: string): Voice | undefined {
  if (!isKey(name)) return undefined;
  try {
    const [, circle = '', who] = name.split('/').map(fromSegment);
    if (who === undefined) return name === linkVoice(circle) ? { name, circle, person: undefined } : undefined;
    const [, account = '', user = ''] = /^(\d+)\.(.+)$/s.exec(who) ?? [];
    const person = { account, user };
    return name === personVoice(circle, person) ? { name, circle, person } : undefined;
  } catch (error) {
    if (error instanceof JournalError) return undefined;
    throw error;
  }
}

function claimsTooMuch({ key, voice, sequence }: Approval): UnusableAnswer {
  const text = `The answer ${key} does not count: it says that its writer had read records that do not exist`;
  return { key, voice, sequence, code: 'forged', text, suspends: false };
}

/** Reads one stream to its end. */
class StreamReader {
  readonly voice: string;
  readonly given: Approval[] = [];
  readonly unusable: UnusableAnswer[] = [];
  end: StreamEnd = emptyStream;
  done = false;
  readonly #stream: string;
  readonly #subject: ApprovalSubject;
  readonly #electorate: Electorate;
  readonly #person: RamUser | undefined;
  readonly #former: boolean;

  constructor({ name, person }: Voice, subject: ApprovalSubject, electorate: Electorate, former = false) {
    this.voice = name;
    this.#stream = approvalStream(name, subject);
    this.#subject = subject;
    this.#electorate = electorate;
    this.#person = person;
    this.#former = former;
  }

  /** True where a record that somebody has read was not there yet; then reading goes on. */
  isBehind(last: number): boolean {
    if (last < this.end.next || this.end.next >= mostAnswers) return false;
    this.done = false;
    return true;
  }

  wanted(): readonly string[] {
    const count = this.end.next === 0 ? 1 : readAhead;
    return Array.from({ length: count }, (_, index) => streamKey(this.#stream, this.end.next + index));
  }

  take(found: readonly (Uint8Array | undefined)[]): void {
    for (const bytes of found) {
      if (this.done) return;
      if (bytes === undefined) this.done = true;
      else if (this.end.next >= mostAnswers) {
        this.done = true;
        this.#refuse('too-many', `only the first ${mostAnswers} of its stream are read`, false);
      } else {
        this.#one(bytes);
        this.end = { next: this.end.next + 1, prev: linkOf(bytes) };
      }
    }
  }

  #one(bytes: Uint8Array): void {
    const key = streamKey(this.#stream, this.end.next);
    // Of a link's stream only what is proved is anybody's word, so what cannot be read there takes nothing back, unless a later version wrote it.
    const isPersons = this.#person !== undefined;
    const record = readable(key, bytes);
    if (record instanceof JournalError) {
      this.#refuse('unreadable', record.message, isPersons || record.code === 'NewerRecord');
      return;
    }
    const body = record.kind === 'approval' ? readAnswerBody(record.body) : { wrong: 'kind' };
    if ('wrong' in body) {
      this.#refuse('unreadable', `its field ${body.wrong} is wrong or missing`, isPersons);
      return;
    }
    if (record.prev !== this.end.prev) this.#refuse('altered', 'one of the two was changed or replaced', true);
    const place = { stream: this.#stream, sequence: this.end.next, prev: record.prev, atMs: record.atMs };
    if (this.#person === undefined) this.#fromLink(place, body);
    else this.#fromPerson(place, body, this.#person);
  }

  #fromPerson(place: AnswerPlace, body: AnswerBody, voter: RamUser): void {
    const { by } = body;
    if (by?.account !== voter.account || by.user !== voter.user) {
      this.#refuse('forged', `it stands among the answers of ${voter.user} and is not by ${voter.user}`, false);
      return;
    }
    this.#give(place, body, { by: userText(by, this.#subject.account), source: 'approvals' });
  }

  #fromLink(place: AnswerPlace, body: AnswerBody): void {
    const by = `${this.#subject.circle} (link)`;
    const { proveLink } = this.#electorate;
    if (proveLink === undefined) {
      this.#refuse('unverified', 'the public key of the links is not known here: set STREAMWARDEN_LINK_PUBLIC_KEY', false);
      // Who cannot check an answer does not spend against it.
      if (body.link !== undefined && body.verdict === 'refuse')
        this.#give(place, body, { by: `${by}, not verified`, source: 'approvals-link' });
      return;
    }
    const proved =
      body.link === undefined ? { ok: false as const, why: 'it has no proof of its link' } : proveLink(this.#subject, place, body);
    if (proved.ok) this.#give(place, { ...body, ...proved }, { by, source: 'approvals-link' });
    else this.#refuse('forged', proved.why, false);
  }

  #give({ sequence, atMs }: AnswerPlace, body: AnswerBody, { by, source }: Pick<Approval, 'by' | 'source'>): void {
    const { verdict, by: person, target, period, highest, untilMs, because, seen, electorate, withdrawsLinks } = body;
    const key = streamKey(this.#stream, sequence);
    const former = this.#former ? { by: `${by} (not among the approvers any more)`, former: true as const } : { by };
    this.given.push({
      ...{ verdict, person, target, period, highest, atMs, untilMs, because, seen, electorate, source, key, sequence, ...former },
      ...{ voice: this.voice, withdrawsLinks: withdrawsLinks && person !== undefined },
    });
  }

  #refuse(code: UnusableAnswer['code'], why: string, suspends: boolean): void {
    const key = streamKey(this.#stream, this.end.next);
    const text = `The answer ${key} does not count: ${why}`;
    this.unusable.push({ key, voice: this.voice, sequence: this.end.next, code, text, suspends });
  }
}

/** What an answer that is given now has seen: the last record of each other stream. */
export function seenIn({ ends }: Pick<Answers, 'ends'>, voice: string): AnswerBody['seen'] {
  const others = Object.entries(ends).filter(([other, { next }]) => other !== voice && next > 0);
  return Object.fromEntries(others.map(([other, { next }]) => [other, next - 1]));
}

/** What an approval says of whose answers count beside it; nothing for a refusal. */
export function electorateIn({ ends }: Pick<Answers, 'ends'>, verdict: AnswerBody['verdict']): AnswerBody['electorate'] {
  return verdict === 'approve' ? Object.keys(ends) : [];
}

/**
 * Writes what a person answers at the command line. An approval is not written behind an answer of the same person that was not read. Whether the
 * person may answer is checked by the caller and again by each run; RAM decides who can write here.
 * @param read what had been answered before, as the person was shown it
 * @returns the key of the record, or `overtaken` where the person has answered elsewhere meanwhile
 * @throws StoreError @throws JournalError `StreamFull`
 */
export function* recordApproval(
  subject: ApprovalSubject,
  owner: string,
  answer: NewApproval,
  read: Pick<Answers, 'ends'>,
): Storing<AnswerWritten> {
  const { verdict, by, target, period, highest, atMs, untilMs, because, withdrawsLinks } = answer;
  const voice = personVoice(subject.circle, by);
  const body = {
    ...{ verdict, by: { account: by.account, user: by.user, userId: by.userId }, target, period: { ...period } },
    ...{ highest: moneyToJson(highest), until: new Date(untilMs).toISOString(), seen: seenIn(read, voice) },
    ...(verdict === 'approve' ? { electorate: electorateIn(read, verdict) } : {}),
    ...(because === undefined ? {} : { because }),
    ...(withdrawsLinks === true ? { withdrawsLinks } : {}),
  };
  return yield* appendAnswer(approvalStream(voice, subject), read.ends[voice] ?? emptyStream, { atMs, owner, verdict, bodyAt: () => body });
}
