import type { DigestPage, Mark, Plot, Row, Section } from '../digest-page.ts';
import { barPicture } from './bar-picture.ts';
import { escapeHtml } from './escape-html.ts';
import { pageStyle } from './page-style.ts';
import { stepPicture } from './step-picture.ts';

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
