import type { Agent } from 'node:http';

/** The proxy that HTTPS_PROXY names, as an agent with keep-alive; undefined where none is set. Functions have none. */
export async function proxyAgent(environment: Readonly<Record<string, string | undefined>> = process.env): Promise<Agent | undefined> {
  const address = environment['HTTPS_PROXY'] || environment['https_proxy'];
  if (!address) return undefined;
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  return new HttpsProxyAgent(address, { keepAlive: true });
}
