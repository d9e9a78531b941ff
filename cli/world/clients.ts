import type { Client } from '../../shared/client/client.ts';
import { type TargetClientOptions, targetClient } from '../../shared/fc/clients.ts';
import type { CompiledTarget } from '../../shared/policy/compiled.ts';

/** The clients of a world: one for each target, made when first asked for. */
export function clientsOf(options: TargetClientOptions): (target: CompiledTarget) => Client {
  const clients = new Map<string, Client>();
  return (target) => {
    const client = clients.get(target.name) ?? targetClient(target, options);
    clients.set(target.name, client);
    return client;
  };
}
