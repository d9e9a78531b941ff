import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EpochMs } from '../../shared/client/clock.ts';
import { encodePolicy } from '../../shared/policy/codec.ts';
import { compilePolicy, readPolicy } from '../run/policy.ts';

/** Where a function finds its policy and its journal on this machine. */
export interface LocalPolicy {
  /** The file that was read. */
  readonly source: string;
  /** The compiled policy, for STREAMWARDEN_POLICY. */
  readonly file: string;
  /** For STREAMWARDEN_STORE. */
  readonly store: string;
  /** Removes what was temporary. */
  remove(): void;
}

/** Place of the journal in the simulator's OSS where the policy names no bucket: a folder of this machine would outlive the world. */
const localStore = 'oss://streamwarden/local';

/**
 * Compiles a policy for a function on this machine.
 * @param named default: policy.yaml of the working folder, else the example that comes with the project
 * @throws CommandFailure when the policy cannot be used
 */
export async function localPolicy(named: string | undefined, nowMs: EpochMs): Promise<LocalPolicy> {
  const example = fileURLToPath(new URL('../../policy.example.yaml', import.meta.url));
  const source = named ?? (existsSync('policy.yaml') ? 'policy.yaml' : example);
  const { store, ...policy } = compilePolicy(await readPolicy(source), nowMs);
  const folder = mkdtempSync(path.join(tmpdir(), 'streamwarden-policy-'));
  const file = path.join(folder, 'policy.json');
  writeFileSync(file, encodePolicy(policy));
  return {
    ...{ source, file, store: store?.startsWith('oss://') ? store : localStore },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
