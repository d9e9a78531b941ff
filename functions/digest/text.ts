import { printable } from '../../shared/client/printable.ts';
import type { DigestPage, Mark, Row, Section } from './digest-page.ts';

/** Rows of a section that a message names: a channel is no place for lists. */
const inMessage = 8;

const signs: Readonly<Record<Mark, string>> = { good: '✓', bad: '✗', warn: '!', plain: '·' };

/** A digest as plain text. `rows`: how many of each section are named. Default: as a message has room for. */
export function digestText(page: DigestPage, rows: number = inMessage): string {
  const figures = page.figures.map(({ label, value }) => `${value} ${label}`).join(', ');
  const blocks = [
    [page.subtitle, figures],
    ...(page.notices.length === 0 ? [] : [page.notices.map((notice) => `${signs.bad} ${oneLine(notice)}`)]),
    ...page.sections.map((section) => sectionLines(section, rows)),
    [page.footer],
  ];
  return blocks.map((lines) => lines.join('\n')).join('\n\n');
}

function sectionLines({ title, count, lead, rows, more }: Section, limit: number): string[] {
  const named = rows.slice(0, limit);
  const left = rows.length - named.length + more;
  return [
    `${title}${count === undefined ? '' : ` (${count})`}: ${oneLine(lead)}`,
    ...named.map(rowLine),
    ...(left > 0 ? [`  … and ${left} more`] : []),
  ];
}

function rowLine({ mark, name, text, aside }: Row): string {
  return `  ${signs[mark]} ${oneLine(name)}: ${oneLine(text)}${aside === undefined ? '' : `, ${oneLine(aside)}`}`;
}

/** Names and messages come from elsewhere: none may begin a line of its own, or steer a terminal. */
function oneLine(text: string): string {
  return printable(text).trim();
}
