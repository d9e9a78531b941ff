import { escapeHtml } from './escape-html.ts';

/** The field of a plot inside its picture, in the picture's own units. */
export interface Frame {
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
export function frameOf(width: number, labels: readonly string[], most: number): Frame {
  const longest = Math.max(...labels.map((label) => label.length));
  const height = width < 400 ? 200 : 230;
  return { width, height, left: Math.max(24, longest * 6.6 + 10), right: width - 8, top: 10, bottom: height - 26, most };
}

/** Where a value lies in a field. */
export function yOf({ top, bottom, most }: Frame, value: number): number {
  return round(bottom - ((bottom - top) * value) / most);
}

/** A coordinate with one decimal: a tenth of a pixel is seen by nobody. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Lines across a field with their labels. */
export function gridLines(frame: Frame, ticks: readonly number[], label: (value: number) => string): string {
  return ticks
    .map((tick) => {
      const y = yOf(frame, tick);
      const line = `<line class="${tick === 0 ? 'axis' : 'grid'}" x1="${round(frame.left)}" x2="${frame.right}" y1="${y}" y2="${y}"/>`;
      return `${line}<text class="tick" x="${round(frame.left - 6)}" y="${y + 4}" text-anchor="end">${escapeHtml(label(tick))}</text>`;
    })
    .join('');
}

/** A number as an axis has room for: `1,200`, `12k`, `1.5m`. */
export function shortNumber(value: number): string {
  const trimmed = (scaled: number): string => String(Math.round(scaled * 100) / 100);
  if (value >= 1e6) return `${trimmed(value / 1e6)}m`;
  if (value >= 10_000) return `${trimmed(value / 1000)}k`;
  return trimmed(value).replace(/\B(?=(?:\d{3})+(?:\.|$))/g, ',');
}

/** A picture of a frame; `summary` is read out where it cannot be seen. */
export function picture(frame: Frame, size: string, summary: string, inner: string): string {
  const label = escapeHtml(summary);
  return `<svg class="plot ${size}" viewBox="0 0 ${frame.width} ${frame.height}" role="img" aria-label="${label}">${inner}</svg>`;
}
