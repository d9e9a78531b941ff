/** What must hold in every story. `L1` to `L3`: nothing blocked for good, nothing reserved for good, every lapse told in time. */
export type Rule = 'I1' | 'I2' | 'I3' | 'I4' | 'answers' | 'breaker' | 'truth' | 'L1' | 'L2' | 'L3' | 'defect';

/** A story went where none may. */
export class Violation extends Error {
  readonly rule: Rule;
  constructor(rule: Rule, text: string) {
    super(text);
    this.rule = rule;
  }
}
