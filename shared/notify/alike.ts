import { sha256 } from '../client/hmac.ts';
import { inOneLine, type Message } from './message.ts';
import { robotBytes } from './robot-text.ts';

/** Up to so many messages are told one by one, however alike they are. */
const fewAlike = 3;

/** Kept free in each message for its title and what stands before and behind it, in bytes. */
const headBytes = 300;

/** Something with a message of its own. */
interface Matter {
  readonly message: Message;
}

/** One message, and what it carries. */
interface Joined<M extends Matter> {
  readonly message: Message;
  readonly carries: readonly M[];
}

/**
 * Matters of one severity and kind in as few messages as `textBytes` allows: each has a line of its own, with its link, below the text that
 * several share. Up to three keep messages of their own. The order is kept, but for those that share a text.
 */
export function joinAlike<M extends Matter>(matters: readonly M[], textBytes: number = Number.MAX_SAFE_INTEGER): readonly Joined<M>[] {
  if (matters.length <= fewAlike) return matters.map((matter) => ({ message: matter.message, carries: [matter] }));
  const byText = new Map<string, M[]>();
  for (const matter of matters) {
    const same = byText.get(matter.message.text);
    if (same) same.push(matter);
    else byText.set(matter.message.text, [matter]);
  }
  const packs: Line<M>[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const [text, same] of byText) {
    const shared = same.length > 1;
    for (const [index, matter] of same.entries()) {
      const { title, link } = matter.message;
      const [line, head] = [lineOf(matter.message, shared), shared ? robotBytes(`\n${text}`) : 0];
      const own = robotBytes(`\n${line}`) + (link === undefined ? 0 : robotBytes(`\nDecide here: ${link}`));
      let more = own + (index === 0 ? head : 0);
      if (bytes + more > textBytes - headBytes) {
        packs.push([]);
        bytes = robotBytes(title);
        more = own + head;
      }
      packs.at(-1)?.push({ matter, line, head: shared ? text : undefined });
      bytes += more;
    }
  }
  return packs.map((pack, index) => ({
    message: joined(pack, { all: matters.length, nth: index + 1, of: packs.length }),
    carries: pack.map(({ matter }) => matter),
  }));
}

/** One of many in a message: its line, and the text above it where several share one. */
interface Line<M extends Matter> {
  readonly matter: M;
  readonly line: string;
  readonly head: string | undefined;
}

function lineOf({ title, text }: Message, shared: boolean): string {
  return shared ? `• ${title}` : `• ${title}: ${inOneLine(text)}`;
}

function joined(
  pack: readonly Line<Matter>[],
  { all, nth, of }: { readonly all: number; readonly nth: number; readonly of: number },
): Message {
  const messages = pack.map(({ matter }) => matter.message);
  const [first, second] = messages as [Message, Message | undefined];
  if (second === undefined) return first;
  const lines = pack.flatMap(({ matter, line, head }, index) => {
    const { link } = matter.message;
    const headed = head === undefined || pack[index - 1]?.head === head ? [] : [{ text: head }];
    return [...headed, { text: line, ...(link === undefined ? {} : { link }) }];
  });
  return {
    id: `alike/${sha256(messages.map(({ id }) => id).join('\n')).slice(0, 32)}`,
    timeMs: first.timeMs,
    severity: first.severity,
    title: `${first.title}, and ${pack.length - 1} more alike`,
    text: of === 1 ? `${all} in all:` : `${all} in all; this is message ${nth} of ${of}, with ${pack.length} of them:`,
    lines,
    data: { alike: messages.map(({ id, data }) => ({ ...data, id })) },
  };
}
