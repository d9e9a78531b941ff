/** True where a host is on a list of exact names and `*.example.com` patterns, compared without case. A pattern needs a label in front. */
export function isAllowedHost(hostname: string, allowed: readonly string[]): boolean {
  const host = hostname.toLowerCase();
  return allowed.some((entry) => {
    const pattern = entry.trim().toLowerCase();
    if (!pattern.startsWith('*.')) return pattern !== '' && host === pattern;
    const suffix = pattern.slice(1);
    return suffix.length > 1 && host.endsWith(suffix) && host.length > suffix.length;
  });
}

/** The hosts of a list separated by commas, as an environment variable holds it. */
export function hostList(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(',')
    .map((host) => host.trim())
    .filter((host) => host !== '');
}
