import type { LocalClock } from '../render/local-clock.ts';
import { renewalLine } from '../render/renewal-line.ts';
import type { Style } from '../render/style.ts';
import type { ExplanationAt } from './explanation-at.ts';
import { valueText } from './explanation-lines.ts';
import type { SettingAt } from './settings-at.ts';

/** What the journal tells of a resource around an instant, as lines for a person; times by the policy's clock. */
export function explanationAtLines(explanation: ExplanationAt, clock: LocalClock, style: Style): string[] {
  const { settings, decisions, claims, renewals, resource, name, target, atMs } = explanation;
  const section = (title: string, lines: readonly string[]): string[] => (lines.length === 0 ? [] : [`  ${title}`, ...lines]);
  return [
    style.strong(`${name ?? resource} (${resource}) on ${target}, at ${clock.text(atMs)}`),
    ...(settings.length === 0
      ? ['    Streamwarden had written nothing to it, and had seen no change on it. What else changed it, ask ActionTrail.']
      : settings.flatMap((setting) => settingLines(setting, resource, clock, style))),
    ...section(
      'Decided within a day',
      decisions.map(({ atMs: then, function: by, verdict, rule, because, outcome }) => {
        const what = verdict === 'hold' ? 'held' : `to be changed${outcome === undefined ? '' : `, ${outcome}`}`;
        return `    ${clock.text(then)}  ${by}: ${what}, ${rule === null ? 'no rule' : `rule ${rule}`}: ${because.map(({ text }) => text).join('; ')}`;
      }),
    ),
    ...section(
      'Claimed within a day',
      claims.map(({ atMs: then, function: by, intent }) => `    ${clock.text(then)}  ${by}: ${intent}`),
    ),
    ...section(
      'Renewals',
      renewals.slice(-10).map((renewal) => `    ${renewalLine(renewal, clock.text)}`),
    ),
  ];
}

function settingLines(setting: SettingAt, id: string, clock: LocalClock, style: Style): string[] {
  const { function: by, resource, because = [] } = setting;
  const part = resource === id ? '' : ` of ${resource.slice(id.length + 1)}`;
  return [
    `  ${setting.setting}${part} ${style.dim(`(${by})`)}`,
    `    ${verdict(setting, clock)}`,
    ...because.map(({ code, text }) => `    ${text} ${style.dim(`[${code}]`)}`),
    ...(setting.event === undefined ? [] : [`    ${style.dim(`Journal: ${setting.event.record}`)}`]),
  ];
}

function verdict(setting: SettingAt, clock: LocalClock): string {
  const { by, function: name, between, event, rule } = setting;
  const value = setting.value === undefined ? undefined : valueText(setting.setting, setting.value, clock.text);
  if (between) {
    const [from, until] = between;
    const when = from === undefined ? `before ${clock.text(until)}` : `between ${clock.text(from)} and ${clock.text(until)}`;
    const what = event?.kind === 'gone' ? 'back to what is wanted' : `to ${value}`;
    return `not Streamwarden: changed outside ${when}, ${what}`;
  }
  if (!event || by === 'none') return 'nothing of ours, and no change seen by then';
  const ruled = typeof rule === 'string' ? `, by rule ${rule}` : '';
  const wrote = `${name} wrote ${value} at ${clock.text(event.atMs)}${ruled}`;
  return by === 'streamwarden'
    ? `Streamwarden: ${wrote}`
    : `unclear: ${wrote}, and what became of it is not known (${event.code ?? 'no outcome recorded'})`;
}
