import type { BarPlot } from '../digest-page.ts';
import { escapeHtml } from './escape-html.ts';
import { frameOf, gridLines, picture, round, roundTicks, shortNumber, yOf } from './plot-frame.ts';

/** Draws bars, stacked where there is more than one series. */
export function barPicture(plot: BarPlot, width: number, size: string): string {
  const { dates, series, format } = plot;
  const totals = dates.map((_, index) => series.reduce((sum, { values }) => sum + (values[index] ?? 0), 0));
  const ticks = roundTicks(Math.max(0, ...totals), totals.every(Number.isInteger));
  const frame = frameOf(width, ticks.map(shortNumber), ticks.at(-1) as number);
  const slot = (frame.right - frame.left) / dates.length;
  const bars = dates.map((date, index) => {
    const x = round(frame.left + index * slot + slot * 0.14);
    let below = 0;
    return series
      .map(({ label, tone, values }) => {
        const value = values[index] ?? 0;
        if (value <= 0) return '';
        const base = yOf(frame, below);
        below += value;
        const top = yOf(frame, below);
        const title = escapeHtml(`${date}: ${format(value)}${series.length > 1 ? ` ${label.toLowerCase()}` : ''}`);
        const height = Math.max(1, round(base - top));
        return `<rect class="fill-${tone}" x="${x}" y="${round(base - height)}" width="${round(slot * 0.72)}" height="${height}" rx="1.5"><title>${title}</title></rect>`;
      })
      .join('');
  });
  return picture(
    frame,
    size,
    summaryOf(plot, totals),
    `${gridLines(frame, ticks, shortNumber)}${bars.join('')}${dateLabels(plot, frame.left, slot, width)}`,
  );

  function dateLabels({ dates: all }: BarPlot, left: number, each: number, wide: number): string {
    const every = Math.ceil(44 / ((wide - left) / all.length));
    return all
      .map((date, index) => {
        // The last label would be cut where its bar is nearer to the edge than half of it.
        if (index % every !== 0 || (all.length - index - 0.5) * each < 16) return '';
        return `<text class="tick" x="${round(left + (index + 0.5) * each)}" y="${frame.height - 8}" text-anchor="middle">${escapeHtml(date.slice(5))}</text>`;
      })
      .join('');
  }
}

function summaryOf({ title, unit, dates, format }: BarPlot, totals: readonly number[]): string {
  const highest = Math.max(0, ...totals);
  if (highest === 0) return `${title}, ${unit}: nothing.`;
  return `${title}, ${unit}: highest ${format(highest)} on ${dates[totals.indexOf(highest)]}.`;
}
