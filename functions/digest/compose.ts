import { weekdayText } from '../../shared/planning/local-time.ts';
import type { Shown } from './compiled-rule.ts';
import type { DigestPage, Plot, Section } from './digest-page.ts';
import type { DigestFacts } from './facts/digest-facts.ts';
import { ordersSection, savedSection, spendByTagSection } from './money-sections.ts';
import {
  doneSection,
  driftSection,
  exceptionsSection,
  expiringSection,
  headsSection,
  heldSection,
  neverRan,
  notCoveredSection,
  silentSection,
} from './sections.ts';
import { counted } from './words.ts';

const sections: Readonly<Record<string, (facts: DigestFacts) => Section>> = {
  done: doneSection,
  held: heldSection,
  orders: ordersSection,
  'expiring-30d': expiringSection,
  'not-covered': notCoveredSection,
  drift: driftSection,
  'exceptions-ending': exceptionsSection,
  silent: silentSection,
  saved: savedSection,
  heads: headsSection,
} satisfies Readonly<Record<Exclude<Shown, `spend-by-tag:${string}`>, (facts: DigestFacts) => Section>>;

/** Words a digest: what the rule shows, in its order, after what wants a look at once. `plots`: its pictures; a message has none. Default: none. */
export function composePage(facts: DigestFacts, plots: readonly Plot[] = []): DigestPage {
  const { rule, zone, span, targets, nowMs } = facts;
  const shown = rule.show.map((part) => sections[part]?.(facts) ?? spendByTagSection(facts, part.slice(part.indexOf(':') + 1)));
  const names = targets.map(({ name }) => name).join(', ');
  return {
    title: `Streamwarden ${rule.name} digest`,
    subtitle: `${weekdayText(span.fromMs, zone)} to ${weekdayText(span.untilMs, zone)} ${rule.timezone} · ${names}`,
    figures: figuresOf(facts),
    notices: noticesOf(facts),
    sections: shown,
    plots,
    footer: `Written ${weekdayText(nowMs, zone)} ${rule.timezone}. Orders are as quoted; costs are measured. Holds, expiries and drift are as of then.${headText(facts)}`,
  };
}

/** What makes a digest incomplete, and what no digest leaves out. */
function noticesOf(facts: DigestFacts): readonly string[] {
  const { targets, unreadable, rule } = facts;
  const silent = rule.show.includes('silent') ? [] : silentSection(facts).rows.filter(({ mark }) => mark === 'bad');
  const failed = rule.show.includes('done') ? [] : doneSection(facts).rows.filter(({ mark }) => mark === 'bad');
  return [
    ...(neverRan(facts).all
      ? [
          'No run is recorded: what was done, is held or is silent cannot be told. Look whether the functions run, and write to this journal.',
        ]
      : []),
    ...targets.flatMap(({ name, fleet }) => (fleet === undefined ? [`Target ${name} was not reached: no run observed it.`] : [])),
    ...targets.flatMap(({ name, fleet }) => (fleet?.failures ?? []).map((what) => `Target ${name} was not reached in full: ${what}`)),
    ...(facts.heads?.problems.length
      ? [`The journal has ${counted(facts.heads.problems.length, 'problem')}: ${problemText(facts.heads.problems)}`]
      : []),
    ...unreadable.map((what) => `Not readable in the journal: ${what}`),
    ...silent.map(({ name, text }) => `${name} ${text}.`),
    ...(failed.length === 0 ? [] : [`${counted(failed.length, 'action or run', 'actions or runs')} failed in this time.`]),
  ];
}

/** The first of them: a record that was changed is to be named wherever the digest goes. */
function problemText([first, ...more]: readonly { readonly key: string; readonly text: string }[]): string {
  return `${first?.key}: ${first?.text}${more.length === 0 ? '' : ` And ${more.length} more; 'streamwarden journal verify' names them.`}`;
}

/** The hash that proves later what was in the journal: each digest carries it, so that it is kept where nobody can change the journal. */
function headText({ heads }: DigestFacts): string {
  if (heads?.head === undefined) return '';
  const { sequence, hash, total } = heads.head;
  return ` Journal head ${sequence} covers ${counted(total, 'record')}; 'streamwarden journal verify --head ${hash}' proves that they are unchanged.`;
}

function figuresOf(facts: DigestFacts): DigestPage['figures'] {
  const done = doneSection(facts);
  const held = heldSection(facts).count ?? 0;
  const expiring = expiringSection(facts);
  const silent = silentSection(facts).count ?? 0;
  const failed = done.rows.filter(({ mark }) => mark === 'bad').length;
  const known = (count: number): string => (neverRan(facts).all && count === 0 ? '?' : String(count));
  return [
    { label: 'done', value: known(done.count ?? 0), mark: 'plain' },
    { label: 'failed', value: known(failed), mark: failed > 0 ? 'bad' : 'plain' },
    { label: 'held', value: known(held), mark: held > 0 ? 'warn' : 'plain' },
    { label: 'expiring', value: String(expiring.count ?? 0), mark: expiring.rows.some(({ mark }) => mark === 'bad') ? 'bad' : 'plain' },
    { label: 'silent', value: known(silent), mark: silent > 0 ? 'bad' : 'plain' },
  ];
}

/** True where somebody should look at a digest soon. */
export function isUrgent({ notices, figures }: DigestPage): boolean {
  return notices.length > 0 || figures.some(({ mark }) => mark === 'bad');
}
