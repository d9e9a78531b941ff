import { readFileSync } from 'node:fs';
import { parseScenario } from '../../simulator/scenario.ts';
import type { WorldSeed } from '../../simulator/world/seed.ts';
import { calendarOf } from './people-calendar.ts';

const file = new URL('../../simulator/scenarios/demo.json', import.meta.url);
const dayMs = 86_400_000;
const beijingMs = dayMs / 3;

/**
 * The demo's accounts as if they began at another instant: every date in them is moved by as many days, and their users know the holidays of
 * their country.
 */
export function demoFrom(startMs: number): WorldSeed {
  const text = readFileSync(file, 'utf8');
  const { start } = JSON.parse(text) as { readonly start: string };
  const local = new Date(startMs + beijingMs).toISOString();
  const movedMs = Date.parse(local.slice(0, 10)) - Date.parse(start.slice(0, 10));
  const moved = text.replaceAll(/\b20\d\d-\d\d-\d\d(?=T|")/g, (day) => new Date(Date.parse(day) + movedMs).toISOString().slice(0, 10));
  const { world } = parseScenario(moved, 'demo.json');
  const accounts = world.accounts.map((account) => ({ ...account, ...calendarOf(account.id) }));
  return { ...world, id: 'example-weeks', start: `${local.slice(0, 19)}+08:00`, accounts };
}
