import { measureInChild } from '../child.ts';
import { atMost, type BenchRow } from '../row.ts';

/** Thirty days of a simulated account with 200 groups and 10 000 users who come and go. */
export async function simulationRow(): Promise<BenchRow> {
  const { ms, sessions } = await measureInChild<{ ms: number; sessions: number }>('bench/children/simulate-month.ts');
  if (sessions < 10_000) throw new Error(`only ${sessions} sessions in a month: the world stood still`);
  return atMost('simulate 30 days of 200 groups and 10 000 users, of 10 s', 'ms', ms, 10_000, 1);
}
