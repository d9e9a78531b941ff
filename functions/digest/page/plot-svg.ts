import type { BarPlot, StepPlot } from '../digest-page.ts';
import { escapeHtml } from './escape-html.ts';

/** The field of a plot inside its picture, in the picture's own units. */
interface Frame {
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
  /** The highest value that the field shows. */
  readonly most: number;
}

/** Lines across a field: round numbers from zero to at least the highest value, four steps at most. Never empty. */
export function roundTicks(highest: number, whole: boolean): readonly number[] {
  // Below a millionth there is nothing to draw: money has no smaller part.
  const top = highest >= 1e-6 ? highest : 1;
  const rough = top / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((each) => each >= rough * 0.999999) ?? rough;
  const by = whole ? Math.max(1, Math.ceil(step)) : step;
  const ticks: number[] = [];
  for (let index = 0; index <= Math.ceil(top / by - 1e-9); index++) ticks.push(index * by);
  return ticks;
}

/** A frame of a width with room for the labels on its left. */
function frameOf(width: number, labels: readonly string[], most: number): Frame {
  const longest = Math.max(...labels.map((label) => label.length));
  const height = width < 400 ? 200 : 230;
  return { width, height, left: Math.max(24, longest * 6.6 + 10), right: width - 8, top: 10, bottom: height - 26, most };
}

/** Where a value lies in a field. */
function yOf({ top, bottom, most }: Frame, value: number): number {
  return round(bottom - ((bottom - top) * value) / most);
}

/** A coordinate with one decimal: a tenth of a pixel is seen by nobody. */
function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Lines across a field with their labels. */
function gridLines(frame: Frame, ticks: readonly number[], label: (value: number) => string): string {
  return ticks
    .map((tick) => {
      const y = yOf(frame, tick);
      const line = `<line class="${tick === 0 ? 'axis' : 'grid'}" x1="${round(frame.left)}" x2="${frame.right}" y1="${y}" y2="${y}"/>`;
      return `${line}<text class="tick" x="${round(frame.left - 6)}" y="${y + 4}" text-anchor="end">${escapeHtml(label(tick))}</text>`;
    })
    .join('');
}

/** A number as an axis has room for: `1,200`, `12k`, `1.5m`. */
function shortNumber(value: number): string {
  const trimmed = (scaled: number): string => String(Math.round(scaled * 100) / 100);
  if (value >= 1e6) return `${trimmed(value / 1e6)}m`;
  if (value >= 10_000) return `${trimmed(value / 1000)}k`;
  return trimmed(value).replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ',');
}

/** A picture of a frame; `summary` is read out where it cannot be seen. */
function picture(frame: Frame, size: string, summary: string, inner: string): string {
  const label = escapeHtml(summary);
  return `<svg class="plot ${size}" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${label}">${inner}</svg>`;
}

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
    barSummary(plot, totals),
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

function barSummary({ title, unit, dates, format }: BarPlot, totals: readonly number[]): string {
  const highest = Math.max(0, ...totals);
  if (highest === 0) return `${title}, ${unit}: nothing.`;
  return `${title}, ${unit}: highest ${format(highest)} on ${dates[totals.indexOf(highest)]}.`;
}

/** Draws lines that change in steps: the first series as an area, the others as lines over it. */
export function stepPicture(plot: StepPlot, width: number, size: string): string {
  const { series, now } = plot;
  const count = Math.max(1, ...series.map(({ values }) => values.length));
  const ticks = roundTicks(Math.max(0, ...series.flatMap(({ values }) => values)), true);
  const frame = frameOf(width, ticks.map(shortNumber), ticks.at(-1) as number);
  const xOf = (step: number): number => round(frame.left + ((frame.right - frame.left) * step) / count);
  const shapes = series.map(({ tone, values }, index) => {
    const line = stepPath(frame, values, xOf);
    if (index > 0) return `<path class="line line-${tone}" d="${line}"/>`;
    const area = `${line}V${yOf(frame, 0)}H${xOf(0)}Z`;
    return `<path class="area fill-${tone}" d="${area}"/><path class="line line-${tone}" d="${line}"/>`;
  });
  const marker =
    now === undefined
      ? ''
      : `<line class="now" x1="${xOf(now)}" x2="${xOf(now)}" y1="${frame.top}" y2="${frame.bottom}"><title>now</title></line>`;
  return picture(
    frame,
    size,
    stepSummary(plot),
    `${gridLines(frame, ticks, shortNumber)}${dayLines(plot, frame, xOf)}${shapes.join('')}${marker}`,
  );
}

function stepPath(frame: Frame, values: readonly number[], xOf: (step: number) => number): string {
  let path = '';
  for (const [step, value] of values.entries()) {
    if (step === 0) path = `M${xOf(0)} ${yOf(frame, value)}`;
    else if (value !== values[step - 1]) path += `H${xOf(step)}V${yOf(frame, value)}`;
  }
  return `${path}H${xOf(values.length)}`;
}

/** Room that the label of a day takes, in the picture's units. */
const labelWidth = 52;

function dayLines({ days }: StepPlot, frame: Frame, xOf: (step: number) => number): string {
  const every = Math.ceil((labelWidth * days.length) / (frame.right - frame.left));
  return days
    .map(({ step, label }, index) => {
      const x = xOf(step);
      const next = days[index + 1];
      const middle = next === undefined ? (x + frame.right) / 2 : (x + xOf(next.step)) / 2;
      const line = index === 0 ? '' : `<line class="grid" x1="${x}" x2="${x}" y1="${frame.top}" y2="${frame.bottom}"/>`;
      if (index % every !== 0) return line;
      return `${line}<text class="tick" x="${round(middle)}" y="${frame.height - 8}" text-anchor="middle">${escapeHtml(label)}</text>`;
    })
    .join('');
}

function stepSummary({ title, unit, series, now }: StepPlot): string {
  const at = now === undefined ? 0 : Math.floor(now);
  const values = series.map(({ label, values: all }) => `${label.toLowerCase()} ${all[at] ?? 0}`);
  return `${title}, ${unit}: ${now === undefined ? 'at first' : 'now'} ${values.join(', ')}.`;
}
