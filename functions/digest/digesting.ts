import { composePage, isUrgent } from './compose.ts';
import type { Digesting } from './run-digest.ts';
import { digestText } from './text.ts';

/** Tells once a day what happened, what is held and what is ahead. */
export const digest: Digesting = {
  name: 'digest',
  compose(facts) {
    const page = composePage(facts);
    const figures = Object.fromEntries(page.figures.map(({ label, value }) => [label, Number(value)]));
    return {
      title: page.title,
      text: digestText(page),
      urgent: isUrgent(page),
      data: { rule: facts.rule.name, targets: facts.targets.map(({ name }) => name), figures, notices: page.notices },
    };
  },
};
