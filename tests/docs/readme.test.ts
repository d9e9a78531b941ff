import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { streamwarden } from '../cli/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { scripts: Record<string, string> };

/** Code blocks of one language. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map((match) => match[1] ?? '');
}

const commandLines = blocks('sh').flatMap((block) => block.split('\n').map((line) => line.replace(/\s+#.*$/, '').trim()));

/** What the lines that were tried printed. */
const printed = new Map<string, string>();

describe('the README', () => {
  beforeAll(() => {
    // One of the lines that are tried below runs what this builds.
    expect(commandLines).toContain('npm run build');
    execFileSync(process.execPath, ['--import', 'tsx', 'build/bundle.ts'], { cwd: root });
  });

  test.each(commandLines.filter((line) => line.startsWith('node bin/streamwarden.js ')).map((line, place) => [line, place === 0] as const))(
    '%s runs as written',
    async (line, asInstalled) => {
      const { code, stdout, stderr } = await streamwarden(line.split(' ').slice(2), { cwd: root, asInstalled });
      printed.set(line, stdout);
      expect([stderr, [0, 2].includes(code ?? -1)]).toEqual(['', true]);
    },
  );

  test.each(commandLines.filter((line) => /^npm (run|start|test)/.test(line)))('%s is a script of the package', (line) => {
    const name = line.replace(/^npm (run )?/, '');
    expect(Object.keys(scripts)).toContain(name);
  });

  describe('names commands', () => {
    let help: string;
    beforeAll(async () => {
      help = (await streamwarden(['--help'])).stdout;
    });
    test.each([...readme.matchAll(/^\| `streamwarden (\w+)/gm)].map((match) => match[1] ?? ''))('%s, which exists', (name) => {
      expect(help).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    });
  });

  test('shows a plan as the demo account gives it', () => {
    const squeezed = (printed.get('node bin/streamwarden.js plan --policy policy.example.yaml') ?? '').replace(/ +/g, ' ');
    const lines = blocks('text')
      .flatMap((block) => block.split('\n'))
      .filter((line) => line !== '');
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      for (const part of line.split('…')) expect(squeezed).toContain(part.replace(/ +/g, ' ').trim());
    }
  });
});
