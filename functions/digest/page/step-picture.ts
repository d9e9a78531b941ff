import type { StepPlot } from '../digest-page.ts';
import { escapeHtml } from './escape-html.ts';
import { type Frame, frameOf, gridLines, picture, round, roundTicks, shortNumber, yOf } from './plot-frame.ts';

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
    summaryOf(plot),
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

function summaryOf({ title, unit, series, now }: StepPlot): string {
  const at = now === undefined ? 0 : Math.floor(now);
  const values = series.map(({ label, values: all }) => `${label.toLowerCase()} ${all[at] ?? 0}`);
  return `${title}, ${unit}: ${now === undefined ? 'at first' : 'now'} ${values.join(', ')}.`;
}
