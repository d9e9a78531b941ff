/** How a row is to be read: good news, a failure, something to look at, or neither. */
export type Mark = 'good' | 'bad' | 'warn' | 'plain';

/** One line of a section. */
export interface Row {
  readonly mark: Mark;
  /** What it is about. */
  readonly name: string;
  /** What there is to say. */
  readonly text: string;
  /** A time or an amount, set apart. */
  readonly aside?: string;
}

/** One part of a digest. */
export interface Section {
  readonly title: string;
  /** How many there are, where that makes sense. */
  readonly count?: number;
  /** What there is in one sentence; also where there are no rows. */
  readonly lead: string;
  readonly rows: readonly Row[];
  /** How many are not named. */
  readonly more: number;
}

/** Bars, one for each day. */
export interface BarPlot {
  readonly kind: 'bars';
  readonly title: string;
  /** What the figures are. */
  readonly unit: string;
  /** Local dates `yyyy-mm-dd`, one for each bar. */
  readonly dates: readonly string[];
  /** Stacked from below, in this order. */
  readonly series: readonly { readonly label: string; readonly tone: Tone; readonly values: readonly number[] }[];
  readonly format: (value: number) => string;
}

/** Two lines over time that change in steps. */
export interface StepPlot {
  readonly kind: 'steps';
  readonly title: string;
  readonly unit: string;
  readonly stepMs: number;
  /** Labels of the days, and the number of the step with which each begins. */
  readonly days: readonly { readonly step: number; readonly label: string }[];
  /** The first is drawn as an area, the others as lines. */
  readonly series: readonly { readonly label: string; readonly tone: Tone; readonly values: readonly number[] }[];
  /** The step of now; undefined where now is not in the plot. */
  readonly now: number | undefined;
  readonly note: string;
}

/** The color of a series; each has a light and a dark form. */
type Tone = 'first' | 'second' | 'good' | 'warn' | 'bad' | 'quiet';

/** A plot of a digest. */
export type Plot = BarPlot | StepPlot;

/** A digest as people read it, before it is set as text or as a page. */
export interface DigestPage {
  readonly title: string;
  /** What it tells of, and where: one line. */
  readonly subtitle: string;
  /** A few figures for a first look. */
  readonly figures: readonly { readonly label: string; readonly value: string; readonly mark: Mark }[];
  /** What makes the rest incomplete, or wants a look at once. */
  readonly notices: readonly string[];
  readonly sections: readonly Section[];
  readonly plots: readonly Plot[];
  readonly footer: string;
}
