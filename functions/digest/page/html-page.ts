import type { DigestPage, Mark, Plot, Row, Section } from '../digest-page.ts';
import { escapeHtml } from './escape-html.ts';
import { barPicture, stepPicture } from './plot-svg.ts';

/** Rows that are seen at once; the others unfold. */
const atOnce = 12;

const signs: Readonly<Record<Mark, readonly [sign: string, meaning: string]>> = {
  good: ['✓', 'good'],
  bad: ['✗', 'failed'],
  warn: ['!', 'look at this'],
  plain: ['·', ''],
};

/**
 * A digest as one HTML file that needs nothing else: styles and pictures are inside, no script runs and no address is loaded, which its
 * own content security policy makes sure of. Names and texts are escaped.
 */
export function htmlPage(page: DigestPage): string {
  const notices =
    page.notices.length === 0 ? '' : `<ul class="notices">${page.notices.map((each) => `<li>${escapeHtml(each)}</li>`).join('')}</ul>`;
  const plots = page.plots.length === 0 ? '' : `<div class="plots">${plotCards(page.plots)}</div>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(page.title)}</title>
<style>${pageStyle}</style>
</head>
<body>
<main>
<header><h1>${escapeHtml(page.title)}</h1><p class="subtitle">${escapeHtml(page.subtitle)}</p></header>
<dl class="figures">${page.figures.map(figure).join('')}</dl>
${notices}
${plots}
${page.sections.map(sectionCard).join('\n')}
<footer>${escapeHtml(page.footer)}</footer>
</main>
</body>
</html>
`;
}

function figure({ label, value, mark }: DigestPage['figures'][number]): string {
  return `<div class="figure is-${mark}"><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`;
}

/** Steps take the whole width, bars half of it; an odd number of bars ends with a broad one, so that no hole is left. */
function plotCards(plots: readonly Plot[]): string {
  const bars = plots.filter(({ kind }) => kind === 'bars');
  const last = bars.length % 2 === 1 ? bars.at(-1) : undefined;
  return plots.map((plot) => plotCard(plot, plot.kind === 'steps' || plot === last)).join('');
}

function plotCard(plot: Plot, broad: boolean): string {
  const note = plot.kind === 'steps' ? `<p class="note">${escapeHtml(plot.note)}</p>` : '';
  return `<figure class="card${broad ? ' broad' : ''}"><figcaption><h2>${escapeHtml(plot.title)}</h2><p class="unit">${escapeHtml(plot.unit)}</p>${legend(plot)}</figcaption>${pictures(plot, broad)}${note}</figure>`;
}

/** The same picture in the sizes that screens need: text in a picture that is scaled down cannot be read. */
function pictures(plot: Plot, broad: boolean): string {
  const sizes = [...(broad ? [[1100, 'large'] as const] : []), [broad ? 640 : 540, 'medium'] as const, [340, 'small'] as const];
  return sizes.map(([width, size]) => (plot.kind === 'bars' ? barPicture(plot, width, size) : stepPicture(plot, width, size))).join('');
}

function legend({ series }: Plot): string {
  if (series.length < 2) return '';
  return `<ul class="legend">${series.map(({ label, tone }) => `<li><i class="back-${tone}"></i>${escapeHtml(label)}</li>`).join('')}</ul>`;
}

function sectionCard({ title, count, lead, rows, more }: Section): string {
  const badge = count === undefined ? '' : `<span class="count">${count}</span>`;
  const seen = rows.slice(0, atOnce);
  const folded = rows.slice(atOnce);
  const rest =
    folded.length === 0
      ? ''
      : `<details><summary>${folded.length} more</summary><ul class="rows">${folded.map(rowItem).join('')}</ul></details>`;
  const list = seen.length === 0 ? '' : `<ul class="rows">${seen.map(rowItem).join('')}</ul>`;
  const uncounted = more === 0 ? '' : `<p class="more">… and ${more} more that are not named here.</p>`;
  return `<section class="card"><h2>${escapeHtml(title)}${badge}</h2><p class="lead">${escapeHtml(lead)}</p>${list}${rest}${uncounted}</section>`;
}

function rowItem({ mark, name, text, aside }: Row): string {
  const [sign, meaning] = signs[mark];
  const label = meaning === '' ? 'aria-hidden="true"' : `role="img" aria-label="${meaning}"`;
  const beside = aside === undefined ? '' : `<span class="aside">${escapeHtml(aside)}</span>`;
  return `<li class="row ${mark}"><span class="mark" ${label}>${sign}</span><span class="name">${escapeHtml(name)}</span><span class="text">${escapeHtml(text)}</span>${beside}</li>`;
}

/** The style of a digest's page: light and dark by the reader's preference, one column on a phone. No address is loaded. */
const pageStyle = `
:root { color-scheme: light dark; --ground: #f4f5f7; --card: #ffffff; --ink: #1b1f24; --soft: #59636e; --edge: #dfe3e8; --grid: #e9ecf0;
  --first: #2a6fdb; --second: #d9620a; --good: #1a7f4b; --warn: #9a6100; --bad: #c62a25; --quiet: #8a939e; --notice: #fdeceb; }
@media (prefers-color-scheme: dark) { :root { --ground: #101418; --card: #191f25; --ink: #e7ebef; --soft: #9aa5b1; --edge: #2c353e; --grid: #262e36;
  --first: #6aa5ff; --second: #ff9d4d; --good: #4cc78a; --warn: #eab04a; --bad: #ff7a70; --quiet: #7f8a96; --notice: #3a1f1f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei", sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 28px 20px 40px; }
h1 { margin: 0; font-size: 24px; line-height: 1.25; text-wrap: balance; }
h2 { margin: 0; font-size: 16px; line-height: 1.4; }
.subtitle { margin: 4px 0 20px; color: var(--soft); overflow-wrap: anywhere; }
.figures { display: grid; grid-template-columns: repeat(5, 1fr); gap: 12px; margin: 0 0 16px; }
.figure, .card { background: var(--card); border: 1px solid var(--edge); border-radius: 10px; }
.figure { padding: 12px 16px; display: flex; flex-direction: column-reverse; }
.figure dt { color: var(--soft); font-size: 13px; }
.figure dd { margin: 0; font-size: 26px; line-height: 1.15; font-weight: 600; font-variant-numeric: tabular-nums; }
.notices { margin: 0 0 16px; padding: 12px 16px 12px 34px; background: var(--notice); border: 1px solid var(--bad); border-radius: 10px; overflow-wrap: anywhere; }
.plots { display: grid; grid-template-columns: 1fr 1fr; grid-auto-flow: dense; gap: 16px; margin-bottom: 16px; }
.plots > :only-child, .plots > .broad { grid-column: 1 / -1; }
.card { padding: 16px 18px; margin: 0; min-width: 0; }
.card + .card { margin-top: 16px; }
.plots .card { margin: 0; }
.unit, .note, .lead, footer { color: var(--soft); font-size: 13px; margin: 2px 0 0; }
.lead { font-size: 14px; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 6px 0 4px; padding: 0; list-style: none; font-size: 13px; }
.legend i { display: inline-block; width: 10px; height: 10px; border-radius: 3px; margin-right: 6px; }
.plot { display: block; width: 100%; height: auto; margin-top: 6px; }
.plot.small, .plot.large { display: none; }
.plot text.tick { fill: var(--soft); font-size: 11.5px; font-variant-numeric: tabular-nums; }
.grid { stroke: var(--grid); } .axis { stroke: var(--quiet); }
.now { stroke: var(--ink); stroke-dasharray: 3 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; } .area { opacity: .18; }
.fill-first { fill: var(--first); } .fill-second { fill: var(--second); } .fill-good { fill: var(--good); } .fill-warn { fill: var(--warn); }
.fill-bad { fill: var(--bad); } .fill-quiet { fill: var(--quiet); }
.line-first { stroke: var(--first); } .line-second { stroke: var(--second); stroke-dasharray: 6 3; }
.back-first { background: var(--first); } .back-second { background: var(--second); } .back-good { background: var(--good); }
.back-warn { background: var(--warn); } .back-bad { background: var(--bad); } .back-quiet { background: var(--quiet); }
.count { margin-left: 6px; padding: 1px 8px; border-radius: 999px; background: var(--ground); color: var(--soft); font-size: 13px; font-weight: 500; }
.rows { list-style: none; margin: 10px 0 0; padding: 0; }
.row { display: grid; grid-template-columns: 18px minmax(0, 15rem) minmax(0, 1fr) minmax(0, max-content); gap: 2px 12px; padding: 7px 0; border-top: 1px solid var(--grid); overflow-wrap: anywhere; }
.row .name { font-weight: 600; } .row .aside { color: var(--soft); text-align: right; font-size: 13px; font-variant-numeric: tabular-nums; max-width: 17rem; }
.mark { font-weight: 700; text-align: center; }
.good .mark { color: var(--good); } .warn .mark, .is-warn dd { color: var(--warn); } .bad .mark, .is-bad dd { color: var(--bad); } .plain .mark { color: var(--quiet); }
details summary { cursor: pointer; padding: 7px 0; border-top: 1px solid var(--grid); color: var(--soft); font-size: 14px; }
details .rows { margin: 0; }
.more { margin: 8px 0 0; color: var(--soft); font-size: 14px; }
footer { margin-top: 20px; }
@media (min-width: 1100px) { .broad .plot.medium { display: none; } .broad .plot.large { display: block; } }
@media (max-width: 900px) { .plots { grid-template-columns: minmax(0, 1fr); } .row { grid-template-columns: 18px minmax(0, 1fr); }
  .row .text, .row .aside { grid-column: 2; text-align: left; max-width: none; } }
@media (max-width: 640px) { main { padding: 18px 12px 32px; } h1 { font-size: 20px; } .card { padding: 14px; }
  .figures { grid-template-columns: repeat(6, 1fr); gap: 8px; } .figure { grid-column: span 2; padding: 8px 12px; } .figure:nth-child(n + 4) { grid-column: span 3; }
  .figure dd { font-size: 21px; } .plot.medium { display: none; } .plot.small { display: block; } }
@media print { body { background: #fff; } .card, .figure { break-inside: avoid; } }
`;
